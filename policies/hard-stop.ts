import { brokenRefusals, chainRefusals, decidingOf } from "../model/deciding-records";
import type { DrillPredicate } from "../model/evidence";
import type { Testimony } from "../model/evidence-verification";
import { objections } from "../model/objections";
import type { Refusal } from "../model/refusal";
import { type SignedRecord, subjectOf } from "../model/signed-record";
import { type Target, targetId } from "../model/target";
import { minRowsFor } from "../model/verdict";
import { readWaiver } from "../model/waiver";
import { signedEvidence, untrustedGateEvidence } from "./gate-evidence";
import { isStackOf } from "./judgement";
import type { Finding } from "./message";
import { type Configured, type GateConfiguration, hasNoneBefore, type Settings } from "./settings";
import type { Database } from "./stack/facts";
import { serverText } from "./stack/view";

/** Why `database` must not start, or undefined: what is known before anything of the stack has been deployed. */
export function mayNotStart(database: Database, gate: GateConfiguration, now: Date): Finding | undefined {
  if (hasNoneBefore(gate)) return undefined;
  const id = serverText(database.id);
  const refuse = (reasons: string[], remedies: string[]): Finding => ({
    urn: database.urn,
    verdict: `${id}: ${database.what} must not start, nobody has proven that it can be recovered.`,
    reasons,
    remedies,
  });
  if (!gate.ok)
    return refuse(gate.problems, [
      "configure restore-gate: see its page, and give it the evidence of a drill that passed",
    ]);
  const { settings } = gate;
  if (settings.startsWithoutEvidence.includes(id) || waived(database, settings, now)) return undefined;
  const reasons = doubts(database, gate, now);
  if (reasons.length === 0) return undefined;
  const before = settings.previousEnvironment ? ` or of ${settings.previousEnvironment}` : "";
  return refuse(
    [...new Set(reasons)],
    [
      `give restore-gate's \`evidence\` a passing drill of ${id}${before}, or a waiver for it`,
      `or name ${id} in startsWithoutEvidence, if what tests its restores signs no evidence`,
    ],
  );
}

function waived({ id }: Database, settings: Settings, now: Date): boolean {
  return settings.waivers.some((text) => {
    const reading = readWaiver(text, settings.waiverKeys, settings.environment, now);
    if (!reading.ok) return false;
    const { namespace, cluster } = reading.waiver.target;
    return serverText(id) === `${namespace}/${cluster}`;
  });
}

/**
 * Why the gate's own evidence does not let `database` start; empty when it does. As for a drill, evidence from here
 * stands above that of the environment before, the newest of each drill decides, and what cannot be read or trusted may
 * be what says that a restore has failed.
 */
function doubts(database: Database, gate: Configured, now: Date): string[] {
  const records = signedEvidence(gate);
  const heard = testimoniesOf(records, gate.settings).map((testimony) => ({
    testimony,
    not: whyNotOf(testimony, database, gate.settings),
  }));
  const about = heard.filter(({ not }) => not === undefined).map(({ testimony }) => testimony);
  const own = about.filter(({ from }) => from === "own");
  const deciding = own.length > 0 ? own : about;
  const others = deciding.length > 0 ? [] : heard.flatMap(({ not }) => not ?? []);
  const reasons = [
    ...drillsOf(deciding).flatMap((drill) => objectionsTo(drill, records, gate.settings, now)),
    ...others,
    ...untrustedGateEvidence(gate).map(({ source, reason }) => `${source}: ${reason}`),
    ...gate.evidenceProblems,
  ];
  if (deciding.length > 0 || reasons.length > 0) return reasons;
  return [
    gate.records.length === 0 ? "the gate was given no evidence" : "the gate's evidence is of other environments",
  ];
}

/** What was drilled in this environment or in the one before, whatever it is of. */
function testimoniesOf(records: SignedRecord[], settings: Settings): Testimony[] {
  return records.flatMap((record): Testimony[] => {
    if (!("predicate" in record)) return [];
    const { environment } = record.predicate;
    if (environment === settings.previousEnvironment) return [{ ...record, from: "previous" }];
    return environment === settings.environment ? [{ ...record, from: "own" }] : [];
  });
}

/** Why `testimony` says nothing about `database`, or undefined when it does. */
function whyNotOf({ predicate, source, from }: Testimony, database: Database, settings: Settings): string | undefined {
  const drilled = `${source}: the drill of ${targetId(predicate.target)} in ${predicate.environment}`;
  if (!isOfServer(predicate.target, from, serverText(database.id), settings)) return `${drilled} is of another server`;
  if (from === "own" && !isStackOf(database.urn, predicate.stack)) return `${drilled} is of another stack`;
  const { stack } = settings.promotion;
  if (from === "previous" && stack !== undefined && stack !== predicate.stack) return `${drilled} is of another stack`;
  const image = predicate.restorePath.images.server;
  const runs = database.images.flatMap(({ image: reading }) => (reading.state === "known" ? reading.value : []));
  if (image !== undefined && runs.includes(image)) return undefined;
  // A declaration without an image, and a drill that names none, leave only the server's name to go by.
  const told = image !== undefined && (runs.length > 0 || database.images.some((use) => use.image.state === "unknown"));
  return told ? `${drilled} is of another image than this server runs now` : undefined;
}

/** By its name; in the environment before, a server may have another one, which the gate's configuration says. */
function isOfServer(target: Target, from: Testimony["from"], server: string, { promotion }: Settings): boolean {
  if (from === "own") return serverOf(targetId(target)) === server;
  const mapped = Object.entries(promotion.databases).filter(([here]) => serverOf(here) === server);
  if (mapped.some(([, there]) => there === targetId(target))) return true;
  const here = targetId(target);
  return serverOf(here) === server && !Object.hasOwn(promotion.databases, here);
}

const serverOf = (database: string) => database.split("/").slice(0, 2).join("/");

/** The drills that `testimonies` are of, each copy by itself: of one database, in one stack. */
function drillsOf(testimonies: Testimony[]): Testimony[][] {
  const drills = new Map<string, Testimony[]>();
  for (const testimony of testimonies) {
    const { environment, stack, target, restorePath } = testimony.predicate;
    const key = JSON.stringify([environment, stack, targetId(target), restorePath.storage.copy]);
    drills.set(key, [...(drills.get(key) ?? []), testimony]);
  }
  return [...drills.values()];
}

function objectionsTo(drill: Testimony[], records: SignedRecord[], settings: Settings, now: Date): string[] {
  const [first] = drill;
  if (!first) return [];
  const database = records.filter((record) => isOfSameDatabase(record, first));
  const newest = decidingOf(drill, database, newestPath(drill), now);
  const { environment, target } = first.predicate;
  const drilled = `the drill of ${targetId(target)} in ${environment}`;
  const said = ({ source, reason }: Refusal) => `${source}: ${drilled}: ${reason}`;
  return [
    ...newest.ended.flatMap((testimony) => ofTestimony(testimony, settings, now)),
    ...[...brokenRefusals(newest), ...chainRefusals(newest, database)].map(said),
  ];
}

function isOfSameDatabase(record: SignedRecord, { predicate }: Testimony): boolean {
  const { environment, stack, target } = subjectOf(record);
  const same = environment === predicate.environment && stack === predicate.stack;
  return same && targetId(target) === targetId(predicate.target);
}

/** The restore path that was drilled last: what has begun on another one is of an image that this server does not run. */
function newestPath(drill: Testimony[]): string {
  const place = ({ predicate }: Testimony) => predicate.chain?.sequence ?? -1;
  const [newest] = [...drill].sort((a, b) => place(b) - place(a));
  return newest?.predicate.fingerprint ?? "";
}

function ofTestimony(testimony: Testimony, settings: Settings, now: Date): string[] {
  const { predicate, source, from } = testimony;
  const drilled = `${source}: the drill of ${targetId(predicate.target)} in ${predicate.environment}`;
  const found = objections(testimony, {
    // What is declared now comes later in the deployment; these are what the drill was held to.
    objectives: capped(predicate.objectives, settings),
    maxAgeSeconds: settings.maxEvidenceAgeSeconds,
    ...(settings.agentImages ? { agentImages: settings.agentImages } : {}),
    byPlatform: settings.selfAttested === "refused",
    now,
  }).map(({ reason }) => `${drilled}: ${reason}`);
  const { rows } = predicate.contents;
  if (rows === 0) return [...found, `${drilled} restored an empty database`];
  const least = from === "previous" ? leastRows(predicate.target, settings) : 0;
  return rows < least ? [...found, `${drilled} restored ${rows} rows; it takes ${least} (promotion.minRows)`] : found;
}

/** What a drill was told cannot be more than the gate allows. */
function capped({ rpoSeconds, rtoSeconds }: DrillPredicate["objectives"], { maxObjectives: max }: Settings) {
  return {
    rpoSeconds: Math.min(rpoSeconds, max.rpoSeconds ?? rpoSeconds),
    rtoSeconds: Math.min(rtoSeconds, max.rtoSeconds ?? rtoSeconds),
  };
}

/** By the name that the drilled database has here. */
function leastRows(target: Target, { promotion }: Settings): number {
  const there = targetId(target);
  const here = Object.entries(promotion.databases).find(([, name]) => name === there)?.[0] ?? there;
  return minRowsFor(here, promotion);
}
