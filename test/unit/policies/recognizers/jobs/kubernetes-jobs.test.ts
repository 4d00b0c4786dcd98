import assert from "node:assert/strict";
import { known } from "../../../../../policies/known";
import { aBackup, aDrill } from "../../../../policy/support/evidence";
import { component, resource, UNKNOWN_STRING } from "../../stack";
import { custom } from "../support/operators";
import { ABSENT, cluster } from "../support/tools";
import { backupIn, backupsIn, CRON_JOB_URN, cronJob, POD, scripted, shell } from "./support";

const dump = { name: "main", image: "postgres:17", command: ["sh", "-c", "pg_dump -Fc app | aws s3 cp - s3://b/k"] };

describe("a raw CronJob that takes backups", () => {
  const certain: [string, unknown, string, string][] = [
    ["pg_dump in a shell line", dump, "pg_dump", "logical"],
    ["pg_dumpall by its path", { image: "x", command: ["/usr/bin/pg_dumpall"] }, "pg_dumpall", "logical"],
    ["pg_basebackup in args", { image: "x", args: ["pg_basebackup", "-D", "/b"] }, "pg_basebackup", "physical"],
    ["pgbackrest backup", { image: "x", command: ["pgbackrest", "--stanza=main", "backup"] }, "pgbackrest", "physical"],
    [
      "pgbackrest backup over several lines",
      shell("pgbackrest --stanza=main \\\n  --type=full \\\n  backup"),
      "pgbackrest",
      "physical",
    ],
    [
      "pgbackrest with its command in a variable that is known",
      shell("pgbackrest --stanza=main $WHAT", [{ name: "WHAT", value: "backup" }]),
      "pgbackrest",
      "physical",
    ],
    ["wal-g backup-push", shell("envdir /run/wal-g wal-g backup-push /var/lib/postgresql/data"), "WAL-G", "physical"],
    ["wal-e backup-push", { image: "x", command: ["wal-e", "backup-push", "/data"] }, "WAL-G", "physical"],
    ["barman backup", { image: "x", command: ["barman", "backup", "main"] }, "barman", "physical"],
    [
      "barman backup with options before it",
      shell("barman -q --config /etc/barman.conf backup all"),
      "barman",
      "physical",
    ],
    ["barman-cloud-backup", shell("barman-cloud-backup s3://b/k main"), "barman", "physical"],
    [
      "pg_probackup backup",
      shell("pg_probackup backup -B /backups --instance=main -b FULL"),
      "pg_probackup",
      "physical",
    ],
    ["pg_rman backup", shell("pg_rman backup --backup-mode=full"), "pg_rman", "physical"],
    ["a listing and then a backup", shell("wal-g backup-list && wal-g backup-push /data"), "WAL-G", "physical"],
    [
      "pg_dump beside a part that is unknown",
      { image: "x", command: ["pg_dump", "-h", UNKNOWN_STRING] },
      "pg_dump",
      "logical",
    ],
  ];
  for (const [what, container, program, method] of certain)
    it(`is known by ${what}`, () => {
      const found = backupIn([cronJob(container)]);
      assert.deepEqual([found.what, found.certain, found.method], [`a CronJob that runs ${program}`, true, method]);
      assert.equal(found.urn, CRON_JOB_URN);
    });

  const images = [
    "example/postgres-backup-s3:17",
    "prodrigestivill/postgres-backup-local:17",
    "pgbackrest/pgbackrest:2.58",
    "x/wal-g:3",
  ];
  for (const image of images)
    it(`is known by the image ${image} when it has no command of its own`, () => {
      for (const container of [{ image }, { image, args: ["--verbose"] }, { image, command: [] }]) {
        const found = backupIn([cronJob(container)]);
        assert.deepEqual(
          [found.what, found.certain, found.method],
          ["a CronJob that runs a backup image", true, "unknown"],
        );
      }
    });

  const uncertain: [string, unknown][] = [
    [
      "a postgres image with a command that is unknown",
      { image: "postgres:17", command: ["sh", "-c", UNKNOWN_STRING] },
    ],
    [
      "an unknown command with PGPASSWORD in its environment",
      { image: "alpine:3", command: UNKNOWN_STRING, env: [{ name: "PGPASSWORD", value: "hush" }] },
    ],
    ["an unknown image with an unknown command", { image: UNKNOWN_STRING, args: UNKNOWN_STRING }],
    ["an unknown image and no command", { image: UNKNOWN_STRING }],
    ["an unknown image and a command that looks like one", { image: UNKNOWN_STRING, command: ["/backup.sh"] }],
    ["a container that is unknown as a whole", UNKNOWN_STRING],
    ["pgbackrest with an unknown word", { image: "x", command: ["pgbackrest", UNKNOWN_STRING] }],
  ];
  for (const [what, container] of uncertain)
    it(`may be one with ${what}`, () => {
      const found = backupIn([cronJob(container)]);
      assert.equal(found.what, "a CronJob whose command is unknown at preview and that may be a backup");
      assert.deepEqual([found.certain, found.method], [false, "unknown"]);
    });

  it("may be one with its command in a variable that nobody knows, or in a Secret", () => {
    const reference = { name: "WHAT", valueFrom: { secretKeyRef: { name: "s", key: "k" } } };
    for (const container of [shell("pgbackrest --stanza main $WHAT"), shell('wal-g "$(WHAT)"', [reference])]) {
      const found = backupIn([cronJob(container)]);
      assert.match(found.what, /^a CronJob that runs a command whose word for it is in a variable/);
      assert.deepEqual([found.certain, found.method], [false, "unknown"]);
    }
  });

  const none: [string, unknown][] = [
    ["another program", { image: "alpine:3", command: ["sh", "-c", "echo hello"] }],
    ["psql", { image: "postgres:17", command: ["psql", "-c", "VACUUM"] }],
    ["a program whose name only contains pg_dump", { image: "x", command: ["my-pg_dump-exporter", "pg_dumper"] }],
    [
      "an unknown argument and nothing of PostgreSQL",
      { image: "node:24", command: ["node", "mail.js", UNKNOWN_STRING] },
    ],
    ["an unknown image and a known command", { image: UNKNOWN_STRING, command: ["node", "mail.js"] }],
    ["no command at all", { image: "node:24" }],
    ["pgbackrest info", { image: "pgbackrest/pgbackrest:2", command: ["pgbackrest", "info"] }],
    ["pgbackrest info as an image's arguments", { image: "pgbackrest/pgbackrest:2", args: ["pgbackrest", "info"] }],
    ["pgbackrest info of a stanza called backup", shell("pgbackrest --stanza=backup info")],
    ["pgbackrest info of a stanza in a variable", shell("pgbackrest --stanza $STANZA info")],
    ["pgbackrest check and a word about backups", shell('pgbackrest check; echo "backup is fine"')],
    ["pgbackrest restore", shell("pgbackrest --stanza=main restore")],
    ["wal-g backup-list", { image: "x/wal-g:3", command: ["wal-g", "backup-list"] }],
    ["wal-g backup-fetch", shell("wal-g backup-fetch /data LATEST")],
    ["barman check-backup", shell("barman check-backup main latest")],
    ["barman-cloud-backup-list", shell("barman-cloud-backup-list s3://b/k main")],
  ];
  for (const [what, container] of none)
    it(`is none with ${what}`, () => assert.deepEqual(backupsIn([cronJob(container)]), []));

  it("is found in an init container, and may be one when the pod or its containers are unknown", () => {
    const init = cronJob({ image: "node:24" }, { pod: { initContainers: [dump] } });
    assert.equal(backupIn([init]).what, "a CronJob that runs pg_dump");
    for (const spec of [UNKNOWN_STRING, { schedule: "0 2 * * *", jobTemplate: UNKNOWN_STRING }]) {
      const found = backupIn([custom("batch/v1:CronJob", "nightly", spec)]);
      assert.deepEqual([found.what, found.certain], ["a CronJob whose pod is unknown at preview", false]);
    }
    assert.equal(backupIn([cronJob({}, { pod: { containers: UNKNOWN_STRING } })]).certain, false);
  });

  it("is found as a Job, in its older version, and as a patch of one", () => {
    const template = { spec: { containers: [dump] } };
    assert.equal(backupIn([custom("batch/v1:Job", "once", { template })]).what, "a Job that runs pg_dump");
    for (const token of ["batch/v1beta1:CronJob", "batch/v1:CronJobPatch"])
      assert.equal(
        backupIn([custom(token, "nightly", { jobTemplate: { spec: { template } } })]).what,
        "a CronJob that runs pg_dump",
      );
  });

  it("is what somebody puts below a component of ours, by whatever name and however deep", () => {
    const ours = [component("backup", "b", aBackup("production")), component("drill", "d", aDrill("production"))];
    for (const parent of [...ours, resource("kubernetes:yaml/v2:ConfigGroup", "g", {}, ours[0])])
      assert.equal(backupsIn([cronJob(dump, { parent })]).length, 1);
  });

  it("is none where the component made it and it runs what the descriptor says, and one where it does not", () => {
    const parent = component("backup", "nightly", aBackup("production"));
    const made = (container: object) => {
      const cron = cronJob(container, { parent });
      return backupsIn([{ ...cron, name: "nightly-schedule" }]).length;
    };
    const agent = { name: "backup", image: aBackup("production").image, args: ["backup"] };
    assert.equal(made(agent), 0);
    // By its name alone it would be ours.
    assert.equal(made(dump), 1);
    assert.equal(made({ ...agent, image: "postgres:17", args: ["pg_dump", "-h", "payroll"] }), 1);
    const without = component("backup", "nightly");
    const cron = { ...cronJob(dump, { parent: without }), name: "nightly-schedule" };
    assert.equal(backupsIn([cron]).length, 1);
  });

  it("is what somebody puts below any other component, ours or not", () => {
    for (const parent of [
      component("cluster", "c"),
      component("restorable", "r"),
      resource("other:index:Thing", "t", {}),
    ])
      assert.equal(backupsIn([cronJob(dump, { parent })]).length, 1);
  });

  it("is found at the end of a script as large as Kubernetes keeps one, in little time", () => {
    const started = Date.now();
    const lines = Array.from({ length: 40_000 }, (_, i) => `pgbackrest info; gpg -k ${i}`).join("\n");
    assert.ok(lines.length > 1_000_000);
    assert.deepEqual(backupsIn([cronJob(shell(lines))]), []);
    assert.equal(backupsIn([cronJob(shell(`${lines}\npg_dump app`))]).length, 1);
    assert.deepEqual(backupsIn([cronJob(shell("pgbackrest ".repeat(100_000)))]), []);
    assert.ok(Date.now() - started < 4000, `${Date.now() - started} ms`);
  });

  it("may be one with a script of a million lines, which nobody reads to its end, in little time", () => {
    const started = Date.now();
    const found = backupIn([cronJob(shell("echo hello; mc cp a b/c; age -r x\n".repeat(1_000_000)))]);
    assert.deepEqual([found.what, found.certain], ["a CronJob whose command is too long to be read", false]);
    assert.ok(Date.now() - started < 4000, `${Date.now() - started} ms`);
  });
});

describe("a service that takes backups by a clock of its own", () => {
  const service = (kind: string, pod: object) => custom(`apps/v1:${kind}`, "backups", { template: { spec: pod } });
  const image = { image: "prodrigestivill/postgres-backup-local:17", env: [{ name: "SCHEDULE", value: "@daily" }] };
  const loop = {
    image: "postgres:17",
    command: ["sh", "-c", "while true; do pg_dump -h orders-rw app > /b/x; sleep 86400; done"],
  };

  for (const kind of ["Deployment", "StatefulSet"])
    it(`is a ${kind} of an image made for it, or of a command`, () => {
      const found = backupIn([service(kind, { containers: [image] })]);
      assert.deepEqual([found.what, found.certain, found.job], [`a ${kind} that runs a backup image`, true, undefined]);
      assert.deepEqual(found.schedules, [{ expression: known("@daily"), fields: "any", timeZone: ABSENT }]);
      assert.equal(found.images[0]?.path, "spec.template.spec.containers[0].image");
      const looping = backupIn([service(kind, { containers: [{ image: "app:1" }, loop] })]);
      assert.deepEqual([looping.what, looping.schedules], [`a ${kind} that runs pg_dump`, []]);
    });

  const others: [string, object][] = [
    [
      "that clones a replica before it starts",
      { initContainers: [{ command: ["pg_basebackup", "-D", "/data"] }], containers: [{ image: "postgres:17" }] },
    ],
    [
      "that clones a replica and then starts",
      { containers: [{ image: "postgres:17", command: ["sh", "-c", "pg_basebackup -D /data; exec postgres"] }] },
    ],
    ["that only looks at backups", { containers: [{ image: "woblerr/pgbackrest_exporter:0.20" }] }],
    [
      "of which nothing is known but a database's host",
      { containers: [{ image: "app:1", command: UNKNOWN_STRING, env: [{ name: "PGHOST", value: "orders-rw" }] }] },
    ],
    ["whose pod is unknown", UNKNOWN_STRING as unknown as object],
  ];
  for (const [what, pod] of others)
    it(`is none ${what}`, () => assert.deepEqual(backupsIn([service("Deployment", pod)]), []));
});

describe("the schedule and bounds of a raw backup job", () => {
  it("are the CronJob's own", () => {
    const spec = {
      timeZone: "Europe/Zurich",
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: 300,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    };
    const job = { activeDeadlineSeconds: 3600, backoffLimit: 2, ttlSecondsAfterFinished: 86_400 };
    const found = backupIn([cronJob(dump, { spec, job })]);
    assert.deepEqual(found.schedules, [
      { expression: known("0 2 * * *"), fields: "cronjob", timeZone: known("Europe/Zurich") },
    ]);
    assert.deepEqual(found.deadlineSeconds, known(3600));
    assert.deepEqual(found.job, {
      kind: "CronJob",
      concurrencyPolicy: known("Forbid"),
      startingDeadlineSeconds: known(300),
      activeDeadlineSeconds: known(3600),
      backoffLimit: known(2),
      successfulJobsHistoryLimit: known(3),
      failedJobsHistoryLimit: known(1),
      ttlSecondsAfterFinished: known(86_400),
      timeZone: known("Europe/Zurich"),
    });
  });

  it("are absent where it says nothing, and unknown where that is unknown", () => {
    const quiet = backupIn([cronJob(dump)]);
    assert.deepEqual(
      [quiet.deadlineSeconds, quiet.job?.concurrencyPolicy, quiet.schedules[0]?.timeZone],
      [ABSENT, ABSENT, ABSENT],
    );
    const spec = { schedule: UNKNOWN_STRING, timeZone: UNKNOWN_STRING, concurrencyPolicy: UNKNOWN_STRING };
    const hidden = backupIn([cronJob(dump, { spec, job: { activeDeadlineSeconds: UNKNOWN_STRING } })]);
    const states = [
      hidden.schedules[0]?.expression,
      hidden.schedules[0]?.timeZone,
      hidden.job?.concurrencyPolicy,
      hidden.deadlineSeconds,
    ];
    assert.deepEqual(
      states.map((reading) => reading?.state),
      ["unknown", "unknown", "unknown", "unknown"],
    );
  });

  it("has no schedule while it is suspended, nor as a Job", () => {
    assert.deepEqual(backupIn([cronJob(dump, { spec: { suspend: true } })]).schedules, []);
    assert.equal(backupIn([cronJob(dump, { spec: { suspend: false } })]).schedules.length, 1);
    assert.equal(backupIn([cronJob(dump, { spec: { suspend: UNKNOWN_STRING } })]).schedules.length, 1);
    assert.deepEqual(
      backupIn([custom("batch/v1:Job", "once", { template: { spec: { containers: [dump] } } })]).schedules,
      [],
    );
    // Whatever is in its variables: it runs once.
    const image = { image: "x/postgres-backup:1", env: [{ name: "SCHEDULE", value: "@daily" }] };
    assert.deepEqual(
      backupIn([custom("batch/v1:Job", "once", { template: { spec: { containers: [image] } } })]).schedules,
      [],
    );
  });
});

describe("what else is said of a raw backup job", () => {
  it("names it for people by its server, or by its own name", () => {
    assert.equal(backupIn([cronJob(dump), cluster()]).id, "app/orders (CronJob nightly)");
    assert.equal(backupIn([cronJob(dump)]).id, "app/nightly (CronJob nightly)");
    const hidden = cronJob(dump, { metadata: { name: UNKNOWN_STRING, namespace: UNKNOWN_STRING } });
    assert.equal(backupIn([hidden]).id, "?/? (CronJob nightly)");
  });

  it("is foreign, and never continuous", () => {
    const { origin, continuous, database } = scripted("pg_dump app");
    assert.deepEqual([origin, continuous, database], ["foreign", known(false), ABSENT]);
  });

  it("has its images with where they stand, unknown ones too", () => {
    const { images } = backupIn([
      cronJob(dump, { pod: { initContainers: [{ image: "init:1" }, { image: UNKNOWN_STRING }] } }),
    ]);
    assert.deepEqual(
      images.map(({ path }) => path),
      [`${POD}.initContainers[0].image`, `${POD}.initContainers[1].image`, `${POD}.containers[0].image`],
    );
    assert.deepEqual(
      images.map(({ image }) => image.state),
      ["known", "unknown", "known"],
    );
  });

  it("keeps what its job says; what others say where its bucket is not the stack's own", () => {
    const elsewhere = (script: string) => scripted(script).retention.elsewhere;
    assert.equal(elsewhere("pg_dump app | aws s3 cp - s3://b/x"), true);
    assert.equal(elsewhere("pg_dump app | aws s3 cp - s3://b/x; find /b -mtime +14 -delete"), false);
    assert.deepEqual(scripted("pg_dump app > /b/x; find /b -mtime +14 -delete").retention.seconds, known(14 * 86_400));
    assert.deepEqual(scripted("pg_dump app").retention, { count: ABSENT, seconds: ABSENT, elsewhere: false });
  });

  it("never holds what the job runs: arguments hold secrets", () => {
    const text = JSON.stringify(
      scripted("PGPASSWORD=hush pg_dump -h orders-rw app", [{ name: "TOKEN", value: "hush" }]),
    );
    assert.ok(!text.includes("hush"));
  });
});
