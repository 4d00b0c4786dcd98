import type { ClusterDescriptor, DrillDescriptor } from "../model/descriptor";
import { fingerprint } from "../model/restore-path";
import { targetId } from "../model/target";
import { oneLine } from "../model/text";
import { judge, type Verdict } from "../model/verdict";
import { readWaiver, type WaiverReading } from "../model/waiver";
import type { Analysis } from "./analysis";
import { declaredBackups } from "./declared-backups";
import { type Inconsistency, notTheDrilled } from "./drilled-servers";
import { gateEvidenceFor } from "./gate-evidence";
import type { Configured, Settings } from "./settings";
import { drilledText } from "./stack/copies";
import { DESCRIPTOR_REMEDY, type Declared } from "./stack/declared";
import type { StackIndex } from "./stack/index-stack";

export type ValidWaiver = Extract<WaiverReading, { ok: true }>;

/** One drill of the stack, heard: either what it declares cannot be relied on, or there is a verdict on it. */
export type DrillJudgement =
  | { urn: string; dishonest: string[]; remedies: string[] }
  | { urn: string; id: string; drill: DrillDescriptor; verdict: Verdict; waiver?: ValidWaiver };

export interface Judgement {
  drills: DrillJudgement[];
  /** Waivers of the configuration that do not hold, by their position in it. */
  strayWaivers: { position: number; problem: string }[];
}

const judgements = new WeakMap<StackIndex, Judgement>();

/** The verdict on every drill of the stack; several rules speak of it, each of its part. Nothing without a configuration. */
export function judgementOf({ index, gate, now }: Analysis): Judgement {
  const known = judgements.get(index);
  if (known) return known;
  const judgement = gate.ok ? judgeStack(index, gate, now) : { drills: [], strayWaivers: [] };
  judgements.set(index, judgement);
  return judgement;
}

function judgeStack(index: StackIndex, gate: Configured, now: Date): Judgement {
  const { settings } = gate;
  const strayWaivers: Judgement["strayWaivers"] = [];
  const waivers: ValidWaiver[] = [];
  for (const [position, text] of settings.waivers.entries()) {
    const reading = readWaiver(text, settings.waiverKeys, settings.environment, now);
    const problem = reading.ok ? strayWaiver(reading, index) : reading.problem;
    if (problem !== undefined) strayWaivers.push({ position, problem });
    else if (reading.ok) waivers.push(reading);
  }
  const drills = index.drills.map((declared) => judgeDrill(declared, index, gate, waivers, now));
  return { drills, strayWaivers };
}

function judgeDrill(
  { urn, descriptor: drill, problem }: Declared<DrillDescriptor>,
  index: StackIndex,
  gate: Configured,
  waivers: ValidWaiver[],
  now: Date,
): DrillJudgement {
  if (!drill) return { urn, dishonest: [problem ?? "it registered no descriptor"], remedies: [DESCRIPTOR_REMEDY] };
  const { settings } = gate;
  const dishonest = inconsistencies(urn, drill, index, settings);
  if (dishonest.length > 0) {
    const remedies = [...new Set(dishonest.map(({ remedy }) => remedy))];
    return { urn, dishonest: dishonest.map(({ reason }) => reason), remedies };
  }
  const id = drilledText(drill);
  const fromGate = gateEvidenceFor(drill, gate, now);
  const verdict = judge(drill, settings, now, { fromGate, declared: declaredBackups(drill, index) });
  const waiver = waivers.find((w) => targetId(w.waiver.target) === targetId(drill.target));
  return { urn, id, drill, verdict, ...(waiver ? { waiver } : {}) };
}

/** What a drill declares of itself against what others say of the same things. No waiver covers these. */
function inconsistencies(urn: string, drill: DrillDescriptor, index: StackIndex, settings: Settings): Inconsistency[] {
  const found: Inconsistency[] = [];
  const say = (reason: string, remedy: string) => found.push({ reason, remedy });
  if (fingerprint(drill.restorePath) !== drill.fingerprint)
    say("its fingerprint is not that of the restore path it declares", SAME_VERSION);
  if (drill.environment !== settings.environment)
    say(
      `it declares environment ${oneLine(drill.environment, 60)}; this gate is configured for ${settings.environment}`,
      "give the drill the environment that this stack deploys to, or the gate the configuration of that environment",
    );
  if (!isStackOf(urn, drill.stack) && !isOfPlatform(drill))
    say(
      `it declares stack ${oneLine(drill.stack, 100)}, which is not the one that deploys it`,
      "leave the drill's `stack` out, or declare the drill in a platform's own stack, with attestation: platform",
    );
  found.push(...falselyOfPlatform(drill, index));
  for (const { descriptor: cluster } of index.clusters)
    if (cluster && cluster.namespace === drill.target.namespace && cluster.cluster === drill.target.cluster)
      found.push(...notTheClusters(drill, cluster));
  if (drill.kind === "external-drill") found.push(...notTheDrilled(drill, index));
  for (const cluster of index.clusters)
    if (!cluster.descriptor)
      say(
        `whether it drills what runs cannot be told: of cluster ${cluster.name}, ${cluster.problem}`,
        DESCRIPTOR_REMEDY.replace("the component", "the cluster"),
      );
  return found;
}

const SAME_VERSION =
  "use the component and the pack of the same version, and change nothing of what the drill registers";

/** A platform's own stack drills the backups of others, and says whose they are. */
const isOfPlatform = (drill: DrillDescriptor) =>
  drill.kind === "drill" && drill.attestation === "platform" && drill.declares === "jobs";

/** Whoever declares the backups, too, is no platform, whatever the drill says of itself. */
function falselyOfPlatform(drill: DrillDescriptor, index: StackIndex): Inconsistency[] {
  if (drill.kind !== "drill") return [];
  if (drill.declares === "reference" && drill.attestation === "self")
    return [
      {
        reason: "it refers to a drill of another stack, and that one's evidence must say that a platform declared it",
        remedy: "refer to it by a PlatformDrill, and let the platform's own RestoreDrill say attestation: platform",
      },
    ];
  if (!isOfPlatform(drill) || !declaresBackupsOf(drill.target, index)) return [];
  return [
    {
      reason: "it says that a platform declares it, and this stack declares the backups that it restores, too",
      remedy: "declare the drill in a stack apart from the backups, or say attestation: self",
    },
  ];
}

/** Whether the stack declares backups of `target`, or backups of which that cannot be told. */
export function declaresBackupsOf(target: DrillDescriptor["target"], { ownBackups }: StackIndex): boolean {
  return ownBackups.some(({ descriptor }) => !descriptor || targetId(descriptor.target) === targetId(target));
}

/** A drill of another server than the one that runs proves nothing about it. */
function notTheClusters({ restorePath }: DrillDescriptor, cluster: ClusterDescriptor): Inconsistency[] {
  const pairs: [string, string | number, string | number][] = [
    ["engine", restorePath.engine, cluster.engine],
    ["PostgreSQL major version", restorePath.postgresMajor, cluster.postgresMajor],
    // An external drill may restore into something that is no image.
    ["server image", restorePath.images.server ?? cluster.image, cluster.image],
  ];
  return pairs
    .filter(([, drilled, running]) => drilled !== running)
    .map(([what, drilled, running]) => ({
      reason: oneLine(`it drills ${what} ${drilled}, and the cluster runs ${running}`, 400),
      remedy: `give the drill the ${what} that the cluster runs, and let it pass again`,
    }));
}

/**
 * Whether `name` is the stack of the resource with this URN, which is the engine's: `stack`, `project/stack`, or
 * `organization/project/stack`.
 */
export function isStackOf(urn: string, name: string): boolean {
  const [stack = "", project = ""] = urn.replace(/^urn:pulumi:/, "").split("::");
  const parts = name.split("/");
  if (parts.pop() !== stack || parts.length > 2 || parts.includes("")) return false;
  return parts.length === 0 || parts.pop() === project;
}

function strayWaiver({ waiver }: ValidWaiver, index: StackIndex): string | undefined {
  const id = targetId(waiver.target);
  const drilled = index.drills.flatMap((drill) => (drill.descriptor ? targetId(drill.descriptor.target) : []));
  return drilled.includes(id) ? undefined : `it is for ${id}, which no drill of this stack is for`;
}
