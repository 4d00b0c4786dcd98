import { brokenRefusals, chainRefusals, type Deciding, decidingOf } from "./deciding-records";
import type { DeclaredBackups } from "./declared-storage";
import type { DrillDescriptor } from "./descriptor";
import { type Expectation, type Heard, hear, type Testimony } from "./evidence-verification";
import type { GateSettings, Position, Promotion } from "./gate-settings";
import { objections } from "./objections";
import { type Refusal, refusalText } from "./refusal";
import { fingerprint } from "./restore-path";
import type { SignedRecord } from "./signed-record";
import { targetId } from "./target";
import { oneLine } from "./text";
import { provenText, unprovenText } from "./verdict-text";

/** What is known of a restore path here and now. */
export type Standing =
  | { kind: "proven"; by: Testimony }
  | { kind: "unproven"; reason: string }
  | { kind: "refused"; refusals: Refusal[] };

export interface Verdict {
  decision: "allow" | "reject";
  standing: Standing["kind"];
  /** What is wrong with the evidence; empty unless the standing is `refused`. */
  refusals: Refusal[];
  /** One line each, for people. Empty when there is nothing to say. */
  reasons: string[];
  remedies: string[];
}

/** What is known of a drill beside what it declares and brings. */
export interface Known {
  /** Records of the drill's database that the gate has read itself, signed by trusted keys. */
  fromGate?: readonly Heard[];
  /** Where the stack's backups go now. */
  declared?: DeclaredBackups;
}

/** The table: one row per standing, one column per position. */
export function decide(
  standing: Standing["kind"],
  position: Position,
  drillsOnDeployment: boolean,
): Verdict["decision"] {
  if (standing === "proven") return "allow";
  if (standing === "refused") return "reject";
  // Nothing could have proven it before the first environment; there the deployment itself must bring the proof.
  return position === "first" && drillsOnDeployment ? "allow" : "reject";
}

export function judge(drill: DrillDescriptor, settings: GateSettings, now: Date, known: Known = {}): Verdict {
  const standing = standingOf(drill, settings, now, known);
  const decision = decide(standing.kind, settings.position, drill.triggers.onDeployment);
  const common = { decision, standing: standing.kind, refusals: [] };
  if (standing.kind === "proven") return { ...common, ...provenText(standing.by, settings) };
  if (standing.kind === "unproven") return { ...common, ...unprovenText(standing.reason, decision, drill, settings) };
  const { refusals } = standing;
  return { ...common, refusals, ...refusalText(refusals) };
}

/** What evidence must be to count for `drill`. */
export function expectationOf(
  drill: DrillDescriptor,
  settings: GateSettings,
  now: Date,
  { declared }: Pick<Known, "declared"> = {},
): Expectation {
  const { previousEnvironment: environment, promotion } = settings;
  const { stack, databases } = promotion;
  const id = targetId(drill.target);
  const target = Object.hasOwn(databases, id) ? (databases[id] ?? id) : id;
  return {
    environment: settings.environment,
    stack: drill.stack,
    target: drill.target,
    ...(environment === undefined
      ? {}
      : { previous: { environment, target, minRows: minRowsFor(id, promotion), ...(stack ? { stack } : {}) } }),
    fingerprint: fingerprint(drill.restorePath),
    objectives: drill.objectives,
    trustedKeys: settings.trustedKeys,
    maxAgeSeconds: settings.maxEvidenceAgeSeconds,
    ...(settings.agentImages ? { agentImages: settings.agentImages } : {}),
    byPlatform: settings.selfAttested === "refused" || isReference(drill),
    ...(declared ? { declared } : {}),
    now,
  };
}

/** How many rows the drill of the environment before must have restored for the database `id` here. */
export function minRowsFor(id: string, { minRows, minRowsOf }: Promotion): number {
  return Object.hasOwn(minRowsOf, id) ? (minRowsOf[id] ?? minRows) : minRows;
}

const isReference = (drill: DrillDescriptor) => drill.kind === "drill" && drill.declares === "reference";

/** The newest record for this restore path decides; an older one that passed never outweighs a newer that failed. */
export function standingOf(drill: DrillDescriptor, settings: GateSettings, now: Date, known: Known = {}): Standing {
  const expected = expectationOf(drill, settings, now, known);
  const { fromGate = [] } = known;
  const brought = drill.evidence.map((record) => hear(record, expected));
  const refusals = brought.flatMap((result) => ("kind" in result ? result : []));
  const shown = brought.flatMap((result) => ("kind" in result ? [] : result));
  const heard = [...shown, ...fromGate];

  const own = drillsOf(heard, "own", expected);
  const elsewhere = onlyElsewhere(own);
  const deciding = own.length > 0 && !elsewhere ? own : drillsOf(heard, "previous", expected);
  refusals.push(...deciding.flatMap((one) => one.refusals));
  if (deciding.length === 0 && !elsewhere) refusals.push(...otherPaths(shown, drill, expected));
  const testimonies = deciding.flatMap(({ ended }) => ended);
  if (isReference(drill)) refusals.push(...shownByProgramAlone(testimonies, fromGate));

  if (refusals.length > 0) return { kind: "refused", refusals };
  const [unread] = drill.evidenceProblems;
  if (unread !== undefined) return { kind: "unproven", reason: `evidence could not be read: ${oneLine(unread, 300)}` };
  const few = testimonies.flatMap((testimony) => tooFewRows(testimony, expected) ?? [])[0];
  if (few !== undefined) return { kind: "unproven", reason: few };
  const [by] = testimonies;
  if (by) return { kind: "proven", by };
  return { kind: "unproven", reason: elsewhere ?? "no drill has passed for this restore path yet" };
}

/**
 * Where backups go, or for whom they are encrypted, has changed since all that was drilled here: that is not wrong, but it
 * proves nothing of what is declared now. Gives why; undefined when there is anything else to say.
 */
function onlyElsewhere(own: readonly Judged[]): string | undefined {
  const refusals = own.flatMap((one) => one.refusals);
  const [first] = refusals;
  const only = own.every((one) => one.refusals.length > 0) && refusals.every(({ kind }) => kind === "other-storage");
  return first && only ? `${first.source}: ${first.reason}` : undefined;
}

interface Judged extends Deciding<Testimony> {
  refusals: Refusal[];
}

/** Each drill of the expected path that is heard from there, with what decides about it and what is wrong with that. */
function drillsOf(heard: readonly Heard[], from: Heard["from"], expected: Expectation): Judged[] {
  const byStack = new Map<string, SignedRecord[]>();
  for (const { record, from: where } of heard) {
    if (where !== from) continue;
    const { stack } = "predicate" in record ? record.predicate : record.begun;
    byStack.set(stack, [...(byStack.get(stack) ?? []), record]);
  }
  return [...byStack.values()].flatMap((database) => {
    const ended = database.flatMap((record): Testimony[] => ("predicate" in record ? [{ ...record, from }] : []));
    const onPath = ended.filter(({ predicate }) => predicate.fingerprint === expected.fingerprint);
    const deciding = decidingOf(onPath, database, expected.fingerprint, expected.now);
    if (deciding.ended.length + deciding.broken.length === 0) return [];
    const found = deciding.ended.flatMap((testimony) => objections(testimony, expected));
    return [{ ...deciding, refusals: [...found, ...brokenRefusals(deciding), ...chainRefusals(deciding, database)] }];
  });
}

/** What a drill brings is for another restore path, and nothing is for this one. Its other copy is a drill of its own. */
function otherPaths(shown: readonly Heard[], drill: DrillDescriptor, expected: Expectation): Refusal[] {
  const short = (digest: string) => digest.slice(0, 12);
  return shown.flatMap(({ record }): Refusal[] => {
    if (!("predicate" in record) || record.predicate.restorePath.storage.copy !== drill.restorePath.storage.copy)
      return [];
    const reason = `it is for another restore path (fingerprint ${short(record.predicate.fingerprint)}…, this one is ${short(expected.fingerprint)}…)`;
    return [{ kind: "other-path", source: record.source, reason }];
  });
}

/** Of another stack's drill, a program can show what it likes: what decides must be what the gate has read itself. */
function shownByProgramAlone(testimonies: readonly Testimony[], fromGate: readonly Heard[]): Refusal[] {
  const read = new Set(fromGate.map(({ record }) => record.digest));
  return testimonies
    .filter(({ digest }) => !read.has(digest))
    .map(({ source }) => ({
      kind: "withheld",
      source,
      reason:
        "another stack declares this drill, and only the program shows its evidence: the gate must read it itself",
    }));
}

/** Zero rows prove nothing about data, and a toy database in the environment before little more. */
function tooFewRows({ source, predicate, from }: Testimony, { previous }: Expectation): string | undefined {
  const { rows } = predicate.contents;
  if (rows === 0) return `${source}: the drilled database was empty, which proves nothing about data`;
  const least = from === "previous" ? (previous?.minRows ?? 0) : 0;
  if (rows >= least) return undefined;
  const where = oneLine(predicate.environment, 60);
  return `${source}: the drilled database had ${rows} rows; to be promoted from ${where} it needs at least ${least} (promotion.minRows)`;
}
