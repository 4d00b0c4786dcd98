import { CHECKLIST_POINTS } from "../../model/checklist";
import { recipientsOf } from "../../model/encryption";
import type { DrillPredicate } from "../../model/evidence";
import { summarizeExcluded } from "../../model/excluded";
import type { DrillJob } from "../../model/job-config";
import { type Manifest, manifestDigest } from "../../model/manifest";
import { verdictOnBackup } from "../../model/verdict-on-backup";
import type { Stages } from "../../runtime/stages";
import { AGENT_VERSION } from "../version";
import type { Checks } from "./checks";
import type { Copy } from "./copies";
import { measuredRpo, missedObjectives } from "./objectives";
import type { Trigger } from "./select";

export interface Outcome {
  drillId: string;
  trigger: Trigger;
  startedAt: Date;
  finishedAt: Date;
  /** Absent when no backup was found. */
  manifest: Manifest | undefined;
  checks: Checks;
  stages: Pick<Stages, "done" | "failed">;
  /** Why the drill broke off, if it did. */
  error: string | undefined;
  rtoSeconds: number;
  contents: { tables: number; rows: number };
}

/** What the evidence says of a drill. Passed means: every point of the checklist has results, all good, and the objectives are met. */
export function predicateOf(job: DrillJob, copy: Copy, outcome: Outcome): DrillPredicate {
  const { checks, manifest, error, stages } = outcome;
  checks.failMissing(`${stages.failed ?? "the drill"} failed`);
  const { objectives, restorePath, fingerprint } = copy;
  const measured = {
    rpoSeconds: manifest ? measuredRpo(manifest, copy.name, outcome.startedAt) : 0,
    rtoSeconds: Math.max(0, outcome.rtoSeconds),
  };
  const failures = [
    ...(error === undefined ? [] : [error]),
    ...checks.failed
      // What was not reached is told by the error that came before it.
      .filter((check) => error === undefined || !check.id.endsWith(".not-reached"))
      .map((check) => `${check.id}: expected ${check.expected}; found ${check.actual}`),
    ...(manifest ? missedObjectives(measured, objectives, copy.name) : []),
  ];
  const complete = CHECKLIST_POINTS.every((point) => checks.results.some((check) => check.point === point));
  return {
    version: 2,
    verdict: verdictOnBackup(checks.results),
    passed: failures.length === 0 && complete && checks.failed.length === 0,
    failures,
    environment: job.environment,
    stack: job.stack,
    target: job.target,
    restorePath,
    fingerprint,
    backup: manifest && {
      id: manifest.id,
      snapshotAt: manifest.snapshot.at,
      completedAt: manifest.completedAt,
      bytes: manifest.artifacts.database.bytes,
      sha256: manifest.artifacts.database.sha256,
      roles: manifest.artifacts.roles.sha256,
      facts: manifest.artifacts.facts.sha256,
      manifest: manifestDigest(manifest),
      systemIdentifier: manifest.server.systemIdentifier,
      recipients: recipientsOf(manifest.encryption),
      warnings: manifest.warnings,
    },
    drill: {
      id: outcome.drillId,
      trigger: outcome.trigger,
      startedAt: outcome.startedAt.toISOString(),
      finishedAt: outcome.finishedAt.toISOString(),
    },
    stages: stages.done,
    checks: checks.results,
    excluded: manifest?.excluded && summarizeExcluded(manifest.excluded),
    contents: outcome.contents,
    objectives,
    measured,
    agent: { version: AGENT_VERSION },
  };
}
