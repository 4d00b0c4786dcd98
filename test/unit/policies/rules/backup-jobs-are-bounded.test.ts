import assert from "node:assert/strict";
import { ABSENT, known, unknown } from "../../../../policies/known";
import { backupJobsAreBounded, rule } from "../../../../policies/rules/backup-jobs-are-bounded";
import type { JobBounds } from "../../../../policies/stack/facts";
import { aBackup, BACKUP_URN, findings, safeFacts } from "../facts";
import { resource, UNKNOWN_STRING, violations } from "../stack";

const BOUNDED: JobBounds = {
  kind: "CronJob",
  concurrencyPolicy: known("Forbid"),
  startingDeadlineSeconds: known(3600),
  activeDeadlineSeconds: known(3600),
  backoffLimit: known(3),
  successfulJobsHistoryLimit: known(3),
  failedJobsHistoryLimit: known(3),
  ttlSecondsAfterFinished: ABSENT,
  timeZone: known("UTC"),
};
const JOB: JobBounds = { ...BOUNDED, kind: "Job", ttlSecondsAfterFinished: known(3600) };
const found = (job: JobBounds) => findings(rule, { backups: [aBackup({ id: "app/orders (CronJob dump)", job })] });

describe("backup-jobs-are-bounded", () => {
  it("is silent on a bounded CronJob, a bounded Job, and a backup that is neither", () => {
    assert.deepEqual(found(BOUNDED), []);
    assert.deepEqual(found(JOB), []);
    assert.deepEqual(findings(rule, safeFacts()), []);
  });

  it("lists what a CronJob leaves open, with what follows from it", () => {
    const open: JobBounds = {
      ...BOUNDED,
      concurrencyPolicy: ABSENT,
      startingDeadlineSeconds: ABSENT,
      activeDeadlineSeconds: ABSENT,
      successfulJobsHistoryLimit: ABSENT,
      failedJobsHistoryLimit: ABSENT,
      timeZone: ABSENT,
    };
    assert.deepEqual(found(open), [
      {
        urn: BACKUP_URN,
        verdict: "app/orders (CronJob dump) lacks 6 of the 6 limits of a CronJob.",
        reasons: [
          "spec.concurrencyPolicy is not set: runs may overlap",
          "spec.startingDeadlineSeconds is not set: a run that was missed may start at any time later",
          "spec.jobTemplate.spec.activeDeadlineSeconds is not set: a run that hangs never ends, and none comes after it",
          "spec.successfulJobsHistoryLimit is not set: how many finished Jobs stay is left to Kubernetes",
          "spec.failedJobsHistoryLimit is not set: only the last failure stays to be looked at",
          "spec.timeZone is not set: the schedule is read in whatever time zone the control plane has",
        ],
        remedies: [
          "set spec.concurrencyPolicy (to Forbid), spec.startingDeadlineSeconds, spec.jobTemplate.spec.activeDeadlineSeconds, spec.successfulJobsHistoryLimit, spec.failedJobsHistoryLimit, spec.timeZone",
          "or declare the backup with LogicalBackup, which sets them",
        ],
      },
    ]);
  });

  for (const field of [
    "concurrencyPolicy",
    "startingDeadlineSeconds",
    "activeDeadlineSeconds",
    "successfulJobsHistoryLimit",
    "failedJobsHistoryLimit",
    "timeZone",
  ] as const) {
    it(`finds a CronJob whose ${field} is absent or unknown`, () => {
      for (const [reading, says] of [
        [ABSENT, "is not set: "],
        [unknown(`spec.${field}`), "is unknown at preview"],
      ] as const) {
        const [finding] = found({ ...BOUNDED, [field]: reading });
        assert.equal(finding?.verdict, "app/orders (CronJob dump) lacks 1 of the 6 limits of a CronJob.");
        assert.ok(finding?.reasons[0]?.includes(`${field} ${says}`), finding?.reasons[0]);
      }
    });
  }

  it("finds a Job that may run for ever or stays for ever, and asks it for nothing else", () => {
    const open: JobBounds = { ...JOB, activeDeadlineSeconds: ABSENT, ttlSecondsAfterFinished: ABSENT };
    assert.deepEqual(found({ ...open, concurrencyPolicy: ABSENT, timeZone: ABSENT })[0]?.reasons, [
      "spec.activeDeadlineSeconds is not set: a run that hangs never ends",
      "spec.ttlSecondsAfterFinished is not set: the finished Job and its pods stay until somebody deletes them",
    ]);
    assert.equal(found({ ...JOB, ttlSecondsAfterFinished: unknown("spec") }).length, 1);
  });

  it("finds values that do not bound", () => {
    const reason = (changes: Partial<JobBounds>) => found({ ...BOUNDED, ...changes })[0]?.reasons[0];
    assert.equal(
      reason({ concurrencyPolicy: known("Replace") }),
      "spec.concurrencyPolicy is Replace: a run that is slow is killed by the next one",
    );
    assert.equal(reason({ concurrencyPolicy: known("Allow") }), "spec.concurrencyPolicy is Allow: runs may overlap");
    assert.equal(
      reason({ startingDeadlineSeconds: known(5) }),
      "spec.startingDeadlineSeconds is 5: below 10, runs may never start",
    );
    assert.equal(reason({ startingDeadlineSeconds: known(10), successfulJobsHistoryLimit: known(0) }), undefined);
  });
});

describe("backup-jobs-are-bounded on resources", () => {
  const pod = { containers: [{ image: "postgres:17", command: ["pg_dump", "orders"] }] };
  const SPEC = {
    schedule: "0 2 * * *",
    timeZone: "UTC",
    concurrencyPolicy: "Forbid",
    startingDeadlineSeconds: 600,
    successfulJobsHistoryLimit: 1,
    failedJobsHistoryLimit: 3,
  };
  const cronJob = (spec: object, activeDeadlineSeconds: unknown = 3600) =>
    resource("kubernetes:batch/v1:CronJob", "dump", {
      metadata: { name: "dump", namespace: "app" },
      spec: { ...SPEC, ...spec, jobTemplate: { spec: { activeDeadlineSeconds, template: { spec: pod } } } },
    });
  const text = (...cronJobs: Parameters<typeof violations>[1]) =>
    violations(backupJobsAreBounded, cronJobs)[0]?.message ?? "";

  it("reads a CronJob's limits: known, absent and unknown", () => {
    assert.equal(text(cronJob({})), "");
    assert.match(text(cronJob({ timeZone: undefined })), /lacks 1 of the 6[\s\S]*spec\.timeZone is not set/);
    assert.match(text(cronJob({ timeZone: UNKNOWN_STRING })), /spec\.timeZone is unknown at preview/);
    assert.match(text(cronJob({ concurrencyPolicy: "Replace" })), /is Replace: a run that is slow is killed/);
    assert.match(text(cronJob({}, UNKNOWN_STRING)), /activeDeadlineSeconds is unknown at preview/);
  });

  it("is silent on a CronJob that is no backup", () => {
    const containers = [{ image: "node:24", command: ["node", "mail.js"] }];
    const spec = { jobTemplate: { spec: { template: { spec: { containers } } } } };
    assert.equal(text(resource("kubernetes:batch/v1:CronJob", "mail", { spec })), "");
  });
});
