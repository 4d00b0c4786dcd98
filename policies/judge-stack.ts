import type { ClusterDescriptor, DrillDescriptor } from "../model/descriptor";
import { fingerprint } from "../model/restore-path";
import { targetId } from "../model/target";
import { oneLine } from "../model/text";
import { judge } from "../model/verdict";
import { describeWaiver, readWaiver, type WaiverReading } from "../model/waiver";
import type { Finding } from "./message";
import type { Settings } from "./settings";
import { DESCRIPTOR_REMEDY, type StackIndex } from "./stack-index";

type ValidWaiver = Extract<WaiverReading, { ok: true }>;

/** The verdict on each drill of a stack: what stops the deployment, and what passes but must be seen. */
export function judgeStack(
  index: StackIndex,
  settings: Settings,
  now: Date,
): { violations: Finding[]; notes: Finding[] } {
  const violations: Finding[] = [];
  const notes: Finding[] = [];
  const waivers: ValidWaiver[] = [];
  for (const [position, text] of settings.waivers.entries()) {
    const reading = readWaiver(text, settings.waiverKeys, settings.environment, now);
    const problem = reading.ok ? strayWaiver(reading, index) : reading.problem;
    if (problem !== undefined) violations.push(invalidWaiver(position, problem));
    else if (reading.ok) waivers.push(reading);
  }
  for (const { urn, descriptor: drill, problem } of index.drills) {
    const dishonest = drill ? inconsistencies(urn, drill, index, settings) : [problem ?? "it registered no descriptor"];
    if (!drill || dishonest.length > 0) {
      violations.push({
        urn,
        verdict: "What this drill declares cannot be relied on, so nothing is proven.",
        reasons: dishonest,
        remedies: [DESCRIPTOR_REMEDY],
      });
      continue;
    }
    const id = targetId(drill.target);
    const verdict = judge(drill, settings, now);
    const waiver = waivers.find((w) => targetId(w.waiver.target) === id);
    const { reasons, remedies } = verdict;
    const subject = `the restore path of ${id}`;
    if (verdict.decision === "reject" && !waiver) {
      violations.push({
        urn,
        verdict: `Rejected in ${settings.environment}: ${subject} is ${WORDS[verdict.standing]}.`,
        reasons,
        remedies,
      });
    } else if (waiver) {
      notes.push({
        urn,
        verdict: `${verdict.decision === "reject" ? "Waived" : "Waiver not needed"} in ${settings.environment}: ${subject} is ${WORDS[verdict.standing]}.`,
        reasons: [describeWaiver(waiver), ...reasons],
        remedies: [
          verdict.decision === "reject"
            ? "repair it and let the drill pass before the waiver ends"
            : "remove the waiver from the configuration",
        ],
      });
    } else if (reasons.length > 0) {
      notes.push({
        urn,
        verdict: `Allowed in ${settings.environment}: ${subject} is ${WORDS[verdict.standing]}.`,
        reasons,
        remedies,
      });
    }
  }
  return { violations, notes };
}

const WORDS = { proven: "proven", unproven: "unproven", refused: "not proven by its evidence" } as const;

/** What a drill declares of itself against what others say of the same things. No waiver covers these. */
function inconsistencies(urn: string, drill: DrillDescriptor, index: StackIndex, settings: Settings): string[] {
  const found: string[] = [];
  if (fingerprint(drill.restorePath) !== drill.fingerprint)
    found.push("its fingerprint is not that of the restore path it declares");
  if (drill.environment !== settings.environment)
    found.push(
      `it declares environment ${oneLine(drill.environment, 60)}; this gate is configured for ${settings.environment}`,
    );
  if (!stackNames(urn).some((name) => name.test(drill.stack)))
    found.push(`it declares stack ${oneLine(drill.stack, 100)}, which is not the one that deploys it`);
  for (const { descriptor: cluster } of index.clusters)
    if (cluster && cluster.namespace === drill.target.namespace && cluster.cluster === drill.target.cluster)
      found.push(...notTheClusters(drill, cluster));
  return found;
}

/** A drill of another server than the one that runs proves nothing about it. */
function notTheClusters({ restorePath }: DrillDescriptor, cluster: ClusterDescriptor): string[] {
  const pairs: [string, string | number, string | number][] = [
    ["engine", restorePath.engine, cluster.engine],
    ["PostgreSQL major version", restorePath.postgresMajor, cluster.postgresMajor],
    ["server image", restorePath.images.server, cluster.image],
  ];
  return pairs
    .filter(([, drilled, running]) => drilled !== running)
    .map(([what, drilled, running]) => oneLine(`it drills ${what} ${drilled}, and the cluster runs ${running}`, 400));
}

/** The forms in which a stack may be named: `stack`, `project/stack`, `organization/project/stack`. The URN is the engine's. */
function stackNames(urn: string): RegExp[] {
  const [stack = "", project = ""] = urn.replace(/^urn:pulumi:/, "").split("::");
  const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return [new RegExp(`^${literal(stack)}$`), new RegExp(`^([^/]+/)?${literal(project)}/${literal(stack)}$`)];
}

function strayWaiver({ waiver }: ValidWaiver, index: StackIndex): string | undefined {
  const id = targetId(waiver.target);
  const drilled = index.drills.flatMap((drill) => (drill.descriptor ? targetId(drill.descriptor.target) : []));
  return drilled.includes(id) ? undefined : `it is for ${id}, which no drill of this stack is for`;
}

function invalidWaiver(position: number, problem: string): Finding {
  return {
    verdict: `Waiver ${position + 1} of the configuration does not hold.`,
    reasons: [problem],
    remedies: [
      "remove it, or have a person whose key is in waiverKeys sign one for this target and environment, for 72 hours at most",
    ],
  };
}
