import { objections, type Testimony } from "../model/evidence-verification";
import { targetId } from "../model/target";
import { newestOfEachDrill } from "../model/verdict";
import { readWaiver } from "../model/waiver";
import { testimoniesOf, untrustedGateEvidence } from "./gate-evidence";
import { isStackOf } from "./judgement";
import type { Finding } from "./message";
import { type Configured, type GateConfiguration, isFirst, type Settings } from "./settings";
import type { Database } from "./stack/facts";
import { serverText } from "./stack/view";

/** Why `database` must not start, or undefined: what is known before anything of the stack has been deployed. */
export function mayNotStart(database: Database, gate: GateConfiguration, now: Date): Finding | undefined {
  if (isFirst(gate)) return undefined;
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
  const heard = testimoniesOf(gate).map((testimony) => ({ testimony, not: whyNotOf(testimony, database) }));
  const about = heard.filter(({ not }) => not === undefined).map(({ testimony }) => testimony);
  const own = about.filter(({ from }) => from === "own");
  const deciding = newestOfEachDrill(own.length > 0 ? own : about);
  const others = deciding.length > 0 ? [] : heard.flatMap(({ not }) => not ?? []);
  const reasons = [
    ...deciding.flatMap((testimony) => objectionsTo(testimony, gate.settings, now)),
    ...others,
    ...untrustedGateEvidence(gate).map(({ source, reason }) => `${source}: ${reason}`),
    ...gate.evidenceProblems,
  ];
  if (deciding.length > 0 || reasons.length > 0) return reasons;
  return [
    gate.records.length === 0 ? "the gate was given no evidence" : "the gate's evidence is of other environments",
  ];
}

/** Why `testimony` says nothing about `database`, or undefined when it is of it, or of another one of the same image. */
function whyNotOf({ predicate, source, from }: Testimony, database: Database): string | undefined {
  const drilled = `${source}: the drill of ${targetId(predicate.target)} in ${predicate.environment}`;
  const same = `${predicate.target.namespace}/${predicate.target.cluster}` === serverText(database.id);
  if (from === "own" && !same) return `${drilled} is of another server`;
  if (from === "own" && !isStackOf(database.urn, predicate.stack)) return `${drilled} is of another stack`;
  const image = predicate.restorePath.images.server;
  const runs = database.images.flatMap(({ image: reading }) => (reading.state === "known" ? reading.value : []));
  if (image !== undefined && runs.includes(image)) return undefined;
  if (!same) return `${drilled} is of another server, and not certainly of the image that this one runs`;
  // A declaration without an image, and a drill that names none, leave only the server's name to go by.
  const told = image !== undefined && (runs.length > 0 || database.images.some((use) => use.image.state === "unknown"));
  return told ? `${drilled} is of another image than this server runs now` : undefined;
}

function objectionsTo(testimony: Testimony, settings: Settings, now: Date): string[] {
  const { predicate, source } = testimony;
  const drilled = `${source}: the drill of ${targetId(predicate.target)} in ${predicate.environment}`;
  const found = objections(testimony, {
    environment: settings.environment,
    stack: predicate.stack,
    target: predicate.target,
    previousEnvironment: settings.previousEnvironment,
    fingerprint: predicate.fingerprint,
    // What is declared now comes later in the deployment; these are what the drill was held to.
    objectives: predicate.objectives,
    trustedKeys: settings.trustedKeys,
    maxAgeSeconds: settings.maxEvidenceAgeSeconds,
    now,
  }).map(({ reason }) => `${drilled}: ${reason}`);
  return predicate.contents.rows === 0 ? [...found, `${drilled} restored an empty database`] : found;
}
