import type { DrillDescriptor } from "./descriptor";
import {
  type Expectation,
  hear,
  objections,
  type Refusal,
  type RefusalKind,
  type Testimony,
} from "./evidence-verification";
import { fingerprint } from "./restore-path";
import { targetId } from "./target";
import { oneLine } from "./text";

/** What is known of a restore path here and now. */
export type Standing =
  | { kind: "proven"; by: Testimony }
  | { kind: "unproven"; reason: string }
  | { kind: "refused"; refusals: Refusal[] };

/** Where an environment stands in the promotion order. The first ones have no environment that could prove before them. */
export type Position = "first" | "later";

export interface Verdict {
  decision: "allow" | "reject";
  standing: Standing["kind"];
  /** What is wrong with the evidence; empty unless the standing is `refused`. */
  refusals: Refusal[];
  /** One line each, for people. Empty when there is nothing to say. */
  reasons: string[];
  remedies: string[];
}

/** What the gate itself is told, apart from the program that it judges. */
export interface GateSettings {
  environment: string;
  position: Position;
  previousEnvironment?: string;
  trustedKeys: string[];
  maxEvidenceAgeSeconds: number;
}

/** The table: one row per standing, one column per position. */
export function decide(
  standing: Standing["kind"],
  position: Position,
  drillsOnDeployment: boolean,
): Verdict["decision"] {
  if (standing === "proven") return "allow";
  if (standing === "refused") return "reject";
  // Nobody could have proven it before the first environment; there the deployment itself must bring the proof.
  return position === "first" && drillsOnDeployment ? "allow" : "reject";
}

export function judge(drill: DrillDescriptor, settings: GateSettings, now: Date): Verdict {
  const standing = standingOf(drill, settings, now);
  const decision = decide(standing.kind, settings.position, drill.triggers.onDeployment);
  const common = { decision, standing: standing.kind, refusals: [] };
  if (standing.kind === "proven") return { ...common, ...provenText(standing.by, settings) };
  if (standing.kind === "unproven") return { ...common, ...unprovenText(standing.reason, decision, drill, settings) };
  const { refusals } = standing;
  return { ...common, refusals, ...refusalText(refusals) };
}

/** What `refusals` say to people: each reason with its source, each kind's remedy once. */
export function refusalText(refusals: Refusal[]): Pick<Verdict, "reasons" | "remedies"> {
  const kinds = [...new Set(refusals.map((r) => r.kind))];
  return {
    reasons: refusals.map((r) => `${r.source}: ${r.reason}`),
    remedies: kinds.map((kind) => REMEDIES[kind]),
  };
}

/** What evidence must be to count for `drill`. */
export function expectationOf(drill: DrillDescriptor, settings: GateSettings, now: Date): Expectation {
  return {
    environment: settings.environment,
    stack: drill.stack,
    target: drill.target,
    previousEnvironment: settings.previousEnvironment,
    fingerprint: fingerprint(drill.restorePath),
    objectives: drill.objectives,
    trustedKeys: settings.trustedKeys,
    maxAgeSeconds: settings.maxEvidenceAgeSeconds,
    now,
  };
}

/** The newest testimony for this restore path decides; an older one that passed never outweighs a newer that failed. */
export function standingOf(drill: DrillDescriptor, settings: GateSettings, now: Date): Standing {
  const expected = expectationOf(drill, settings, now);
  const refusals: Refusal[] = [];
  const heard: Testimony[] = [];
  for (const record of drill.evidence) {
    const result = hear(record, expected);
    if ("kind" in result) refusals.push(result);
    else heard.push(result);
  }
  const own = newestForPath(heard, "own", expected);
  const deciding = own.testimonies.length > 0 ? own : newestForPath(heard, "previous", expected);
  refusals.push(...deciding.testimonies.flatMap((t) => objections(t, expected)));
  if (deciding.testimonies.length === 0) refusals.push(...own.otherPath, ...deciding.otherPath);

  if (refusals.length > 0) return { kind: "refused", refusals };
  const unread = drill.evidenceProblems[0];
  if (unread !== undefined) return { kind: "unproven", reason: `evidence could not be read: ${oneLine(unread, 300)}` };
  const empty = deciding.testimonies.find((t) => t.predicate.contents.rows === 0);
  if (empty)
    return {
      kind: "unproven",
      reason: `${empty.source}: the drilled database was empty, which proves nothing about data`,
    };
  const by = deciding.testimonies[0];
  return by ? { kind: "proven", by } : { kind: "unproven", reason: "no drill has passed for this restore path yet" };
}

/** The newest testimony of each drill for the expected path; and, for those whose every testimony is for another, that. */
function newestForPath(heard: Testimony[], from: Testimony["from"], expected: Expectation) {
  const candidates = heard.filter((t) => t.from === from);
  const onPath = candidates.filter((t) => t.predicate.fingerprint === expected.fingerprint);
  return {
    testimonies: newestOfEachDrill(onPath),
    otherPath: candidates
      .filter((t) => t.predicate.fingerprint !== expected.fingerprint)
      .map((t): Refusal => ({ kind: "other-path", source: t.source, reason: otherPath(t, expected) })),
  };
}

/**
 * Several of one instant all count: the order in which they were listed must not decide. Copies that take turns are
 * drills of their own: that one could be restored takes nothing back of what was found in the other.
 */
export function newestOfEachDrill(testimonies: Testimony[]): Testimony[] {
  const drillOf = ({ predicate: p }: Testimony) =>
    JSON.stringify([p.environment, p.stack, targetId(p.target), p.restorePath.storage.copy]);
  const endOf = ({ predicate }: Testimony) => Date.parse(predicate.drill.finishedAt);
  const newest = new Map<string, number>();
  for (const t of testimonies) newest.set(drillOf(t), Math.max(newest.get(drillOf(t)) ?? 0, endOf(t)));
  return testimonies.filter((t) => endOf(t) === newest.get(drillOf(t)));
}

function otherPath(t: Testimony, expected: Expectation): string {
  const short = (digest: string) => digest.slice(0, 12);
  return `it is for another restore path (fingerprint ${short(t.predicate.fingerprint)}…, this one is ${short(expected.fingerprint)}…)`;
}

function provenText(by: Testimony, settings: GateSettings): Pick<Verdict, "reasons" | "remedies"> {
  if (by.from === "own") return { reasons: [], remedies: [] };
  return {
    reasons: [
      `${by.source}: proven in ${oneLine(by.predicate.environment, 60)}, not yet in ${settings.environment}: its recovery time here has not been measured`,
    ],
    remedies: ["run the drill here after the deployment"],
  };
}

function unprovenText(
  reason: string,
  decision: Verdict["decision"],
  drill: DrillDescriptor,
  settings: GateSettings,
): Pick<Verdict, "reasons" | "remedies"> {
  if (decision === "allow")
    return {
      reasons: [reason],
      remedies: ["the drill runs on this deployment; deploy again to see its evidence counted"],
    };
  const component = drill.kind === "drill" ? "RestoreDrill" : "ExternalRestoreDrill";
  if (settings.position === "first") {
    const second = "the drill does not run on deployment, so this deployment would bring no proof either";
    const first = drill.kind === "drill" ? "" : "let the tool run after each deployment, and ";
    return { reasons: [reason, second], remedies: [`${first}set triggers.onDeployment of the ${component} to true`] };
  }
  const before = settings.previousEnvironment ?? "an earlier environment";
  const remedy = `let the drill pass in ${before} with this restore path, and give its evidence to the ${component} of ${targetId(drill.target)}`;
  return {
    reasons: [reason, `${settings.environment} deploys only what was proven here or in ${before}`],
    remedies: [remedy],
  };
}

const REMEDIES: Record<RefusalKind, string> = {
  untrusted:
    "run the drill again and use the evidence as it was written; if its key is meant to be trusted, add the public key to trustedKeys",
  foreign: "remove this record and give the evidence of this stack's own drill",
  "other-path":
    "run the drill with the restore path as it is now: image, version, storage or checks have changed since",
  contradictory:
    "do not trust this record: run the drill again with an unmodified agent, and find out who signed this one",
  failing: "repair what the drill found and run it again; if the deployment itself is the repair, ask for a waiver",
  incomplete: "run the drill again with an agent that checks every point",
  stale: "run the drill again, and look why its schedule did not",
  future: "set the clocks of the drill's node and of this machine right, and run the drill again",
  objective:
    "make the recovery meet its objective, or change the objective with those who rely on it, and run the drill again",
};
