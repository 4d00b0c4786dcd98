import { oneLine } from "../../model/text";
import type { Finding } from "../message";
import { type Rule, stackPolicy } from "../rule";
import type { Backup, JobBounds } from "../stack/facts";

/**
 * A backup's CronJob or Job has every limit that keeps a run which hangs, overlaps or comes late from doing harm.
 * Kubernetes' own defaults are mostly "without end".
 *
 * Severity: medium, advisory. Page: docs/policies/backup-jobs-are-bounded.md
 */
export const rule: Rule = {
  name: "backup-jobs-are-bounded",
  description: "The CronJobs and Jobs of backups set their limits instead of leaving them open.",
  level: "advisory",
  severity: "medium",
  remedy: "Set the limits of the CronJob or Job.",
  check: ({ index }) => index.backups.flatMap(unbounded),
};

export const backupJobsAreBounded = stackPolicy(rule);

interface Bound {
  field: keyof JobBounds;
  path: string;
  /** What happens while it is not set. */
  without: string;
  /** What is wrong with a known value. */
  problem?(value: string | number): string | undefined;
}

const CRON_JOB: Bound[] = [
  {
    field: "concurrencyPolicy",
    path: "spec.concurrencyPolicy",
    without: "runs may overlap",
    problem: concurrencyProblem,
  },
  {
    field: "startingDeadlineSeconds",
    path: "spec.startingDeadlineSeconds",
    without: "a run that was missed may start at any time later",
    // The controller looks every ten seconds (kubernetes.io, CronJob).
    problem: (seconds) => (Number(seconds) < 10 ? `is ${seconds}: below 10, runs may never start` : undefined),
  },
  {
    field: "activeDeadlineSeconds",
    path: "spec.jobTemplate.spec.activeDeadlineSeconds",
    without: "a run that hangs never ends, and none comes after it",
  },
  {
    field: "successfulJobsHistoryLimit",
    path: "spec.successfulJobsHistoryLimit",
    without: "how many finished Jobs stay is left to Kubernetes",
  },
  {
    field: "failedJobsHistoryLimit",
    path: "spec.failedJobsHistoryLimit",
    without: "only the last failure stays to be looked at",
  },
  {
    field: "timeZone",
    path: "spec.timeZone",
    without: "the schedule is read in whatever time zone the control plane has",
  },
];

const JOB: Bound[] = [
  { field: "activeDeadlineSeconds", path: "spec.activeDeadlineSeconds", without: "a run that hangs never ends" },
  {
    field: "ttlSecondsAfterFinished",
    path: "spec.ttlSecondsAfterFinished",
    without: "the finished Job and its pods stay until somebody deletes them",
  },
];

function concurrencyProblem(policy: string | number): string | undefined {
  if (policy === "Forbid") return undefined;
  const consequence = policy === "Replace" ? "a run that is slow is killed by the next one" : "runs may overlap";
  return `is ${oneLine(String(policy), 20)}: ${consequence}`;
}

function unbounded({ urn, id, origin, job }: Backup): Finding[] {
  if (!job) return [];
  const bounds = job.kind === "CronJob" ? CRON_JOB : JOB;
  const problems = bounds.flatMap((bound) => {
    const text = problemOf(bound, job);
    return text === undefined ? [] : [{ path: bound.path, text: `${bound.path} ${text}` }];
  });
  if (problems.length === 0) return [];
  const set = problems.map(({ path }) => (path === "spec.concurrencyPolicy" ? `${path} (to Forbid)` : path));
  return [
    {
      urn,
      verdict: `${oneLine(id, 200)} lacks ${problems.length} of the ${bounds.length} limits of a ${job.kind}.`,
      reasons: problems.map(({ text }) => text),
      remedies: [
        `set ${set.join(", ")}`,
        ...(origin === "foreign" ? ["or declare the backup with LogicalBackup, which sets them"] : []),
      ],
    },
  ];
}

function problemOf({ field, without, problem }: Bound, job: JobBounds): string | undefined {
  const reading = job[field];
  // `kind` alone is no reading, and is no bound.
  if (typeof reading === "string") return undefined;
  if (reading.state === "absent") return `is not set: ${without}`;
  if (reading.state === "unknown") return "is unknown at preview";
  return problem?.(reading.value);
}
