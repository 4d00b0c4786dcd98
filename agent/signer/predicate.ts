import { CHECKLIST_POINTS } from "../../model/checklist";
import type { Conditions } from "../../model/conditions";
import type { Announcement, Outcome } from "../../model/drill-protocol";
import type { CheckResult, DrillPredicate } from "../../model/evidence";
import type { DrillJob } from "../../model/job-config";
import { verdictOnBackup } from "../../model/verdict-on-backup";
import type { Copy } from "../drill/copies";
import { missedObjectives } from "../drill/objectives";
import { AGENT_VERSION } from "../version";

/**
 * What the evidence says of a drill, but for its place in the chain. What was found is the agent's word; whose drill it is,
 * by which path, held to what, and when, is the signer's own. Passed means: every point of the checklist has results, all
 * good, and the objectives are met.
 */
export function predicateOf(
  job: DrillJob,
  copy: Copy,
  announced: Announcement,
  outcome: Outcome,
  finishedAt = new Date(),
): Omit<DrillPredicate, "chain"> {
  const { objectives, restorePath, fingerprint } = copy;
  const { error, backup, stages } = outcome;
  const conditions = conditionsOf(job, announced);
  const { rpoSeconds, rtoSeconds } = outcome.measured;
  // The agent's clock began when the drill did: whoever waits for the data has waited since they asked.
  const measured = { rpoSeconds, rtoSeconds: rtoSeconds + (conditions.waitedSeconds ?? 0) };
  const checks = [...outcome.checks, ...notReached(outcome)];
  const failed = checks.filter(({ passed }) => !passed);
  const failures = [
    ...(error === undefined ? [] : [error]),
    ...failed
      // What was not reached is told by the error that came before it.
      .filter((check) => error === undefined || !check.id.endsWith(NOT_REACHED))
      .map((check) => `${check.id}: expected ${check.expected}; found ${check.actual}`),
    ...(backup ? missedObjectives(measured, objectives, copy.name) : []),
  ];
  const { drillId: id, trigger, startedAt } = announced;
  return {
    version: 2,
    passed:
      failures.length === 0 && failed.length === 0 && stages.every(({ passed }) => passed) && backup !== undefined,
    verdict: verdictOnBackup(checks),
    failures,
    ...{ environment: job.environment, stack: job.stack, target: job.target },
    attestation: job.attestation ?? "self",
    ...{ restorePath, fingerprint, storage: outcome.storage, backup },
    drill: { id, trigger, startedAt, finishedAt: finishedAt.toISOString() },
    ...{ stages, checks, excluded: outcome.excluded, notCompared: outcome.notCompared },
    ...{ contents: outcome.contents, compared: outcome.compared, objectives, measured, conditions },
    agent: { version: AGENT_VERSION },
  };
}

/** What the signer's own settings and Kubernetes say of how the times came about. */
function conditionsOf(job: DrillJob, { requestedAt, startedAt }: Announcement): Conditions {
  const serverParameters = Object.keys(job.serverParameters).sort();
  return {
    ...(requestedAt === undefined
      ? { from: "start" as const }
      : {
          from: "request" as const,
          waitedSeconds: Math.max(0, (Date.parse(startedAt) - Date.parse(requestedAt)) / 1000),
        }),
    durability: job.durability ?? "off",
    jobs: job.jobs,
    ...(serverParameters.length > 0 ? { serverParameters } : {}),
  };
}

const NOT_REACHED = ".not-reached";

/** Every point that has no result has failed: what was not reached has not passed. */
function notReached({ checks, failedStage }: Outcome): CheckResult[] {
  return CHECKLIST_POINTS.filter((point) => !checks.some((check) => check.point === point)).map((point) => ({
    ...{ id: `${point}${NOT_REACHED}`, point, passed: false, ran: false, expected: "the check ran" },
    actual: `not reached: ${failedStage ?? "the drill"} failed`,
  }));
}

/** What is known of a drill whose agent has not said what it found. */
export function withoutWord(error: string): Outcome {
  return {
    ...{ version: 1, error, stages: [], checks: [], contents: { tables: 0, rows: 0 } },
    measured: { rpoSeconds: 0, rtoSeconds: 0 },
  };
}
