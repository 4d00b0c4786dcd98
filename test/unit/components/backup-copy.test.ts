import { strict as assert } from "node:assert";
import { BackupCopy, LogicalBackup, RestoreDrill } from "../../../components";
import { copyJobSchema } from "../../../model/copy-job";
import { copyDescriptorSchema } from "../../../model/descriptor";
import { drillJobSchema } from "../../../model/job-config";
import { refusal, run } from "./declare";
import { backup, copy, drill, PATH } from "./examples";
import { restrictedProblems } from "./pod-security";

const CRON_JOB = "kubernetes:batch/v1:CronJob";
const JOB = "kubernetes:batch/v1:Job";
const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";

const declare = (changes = {}, preview = false) => run(() => new BackupCopy("shop-copy", copy(changes)), { preview });
const refused = (changes: object, name = "shop-copy") => refusal(() => new BackupCopy(name, copy(changes)));
const problem = (text: string) => `BackupCopy "shop-copy" cannot be used as declared:\n  - ${text}`;
const jobOf = async (changes = {}) =>
  (await declare(changes)).get(CRON_JOB, "shop-copy-schedule").inputs.spec.jobTemplate.spec;
const configOf = async (changes = {}) =>
  copyJobSchema.parse(
    JSON.parse((await declare(changes)).get(CONFIG_MAP, "shop-copy-config").inputs.data["config.json"]),
  );
const registered = async (changes = {}, preview = false) =>
  (await declare(changes, preview)).registered["restorable:index:BackupCopy shop-copy"] as Record<string, unknown>;

describe("BackupCopy", () => {
  it("declares a service account, its config, the CronJob and the deployment's Job, and nothing else", async () => {
    assert.deepEqual((await declare()).list(), [
      `${CRON_JOB} shop-copy-schedule`,
      `${JOB} shop-copy-on-deployment`,
      `${CONFIG_MAP} shop-copy-config`,
      "kubernetes:core/v1:ServiceAccount shop-copy",
      "restorable:index:BackupCopy shop-copy",
    ]);
    assert.ok(!(await declare({ onDeployment: false })).list().includes(`${JOB} shop-copy-on-deployment`));
  });

  it("runs the agent with the keys of both storages as files, and without a token", async () => {
    const { template, ...job } = await jobOf();
    assert.deepEqual(job, {
      backoffLimit: 3,
      podFailurePolicy: {
        rules: [{ action: "FailJob", onExitCodes: { containerName: "copy", operator: "In", values: [2, 3, 4] } }],
      },
      activeDeadlineSeconds: 3600,
      ttlSecondsAfterFinished: 604_800,
    });
    assert.deepEqual(restrictedProblems(template.spec), []);
    const [container] = template.spec.containers;
    assert.equal(container.image, PATH.agentImage);
    assert.deepEqual(container.args, ["copy"]);
    assert.equal(template.spec.automountServiceAccountToken, false);
    const secrets = template.spec.volumes.flatMap((v: { name: string; secret?: { secretName: string } }) =>
      v.secret ? [[v.name, v.secret.secretName]] : [],
    );
    assert.deepEqual(secrets, [
      ["storage", "storage-reader"],
      ["off-site", "other-writer"],
    ]);
    const paths = container.volumeMounts.map((m: { mountPath: string }) => m.mountPath);
    assert.ok(paths.includes("/var/run/restorable/storage") && paths.includes("/var/run/restorable/off-site"));
  });

  it("mounts volumes where the agent looks for them, the first one read-only", async () => {
    const changes = { from: { kind: "nfs", claim: "backups" }, to: { kind: "nfs", claim: "others" } };
    const { spec } = (await jobOf(changes)).template;
    const mount = (name: string) => spec.containers[0].volumeMounts.find((m: { name: string }) => m.name === name);
    assert.deepEqual(mount("storage"), { name: "storage", mountPath: "/var/lib/restorable/storage", readOnly: true });
    assert.deepEqual(mount("off-site"), {
      name: "off-site",
      mountPath: "/var/lib/restorable/off-site",
      readOnly: false,
    });
    const { from, to } = await configOf(changes);
    assert.deepEqual(
      [from.storage, to.storage],
      [
        { kind: "nfs", path: "/var/lib/restorable/storage" },
        { kind: "nfs", path: "/var/lib/restorable/off-site" },
      ],
    );
  });

  it("writes config that the agent reads", async () => {
    assert.deepEqual(await configOf({ fromPrefix: "a/", toPrefix: "b/", retention: "90d" }), {
      version: 1,
      environment: "staging",
      stack: "test",
      target: { namespace: "shop", cluster: "orders", database: "shop" },
      from: { storage: { kind: "s3-compatible" }, prefix: "a/" },
      to: { storage: { kind: "s3-compatible" }, prefix: "b/" },
      maxAgeSeconds: 90 * 86_400,
    });
    assert.equal((await configOf()).maxAgeSeconds, undefined);
  });

  it("registers a descriptor that is plain and known at preview, with the worst case of backup and copy together", async () => {
    const { descriptor, fingerprint } = await registered({ retention: "90d" }, true);
    assert.deepEqual(copyDescriptorSchema.parse(descriptor), {
      kind: "copy",
      version: 1,
      environment: "staging",
      target: { namespace: "shop", cluster: "orders", database: "shop" },
      fingerprint,
      from: "secret shop/storage-reader",
      writer: "secret shop/other-writer",
      prefix: "",
      schedule: "30 * * * *",
      timeZone: "UTC",
      rpoSeconds: 14_400,
      worstCaseRpoSeconds: 14_400,
      backupWorstCaseSeconds: 7200,
      deadlineSeconds: 3600,
      retentionSeconds: 7_776_000,
      image: PATH.agentImage,
    });
  });

  it("has the fingerprint that the drill of the off-site copy has, and not the backup's", async () => {
    const program = await run(() => [
      new LogicalBackup("shop-backup", backup()),
      new BackupCopy("shop-copy", copy({ to: { kind: "nfs", claim: "others" } })),
      new RestoreDrill("shop-drill", drill({ offSite: { reader: { kind: "nfs", claim: "others" }, rpo: "4h" } })),
    ]);
    const of = (name: string) =>
      (program.registered[`restorable:index:${name}`] as { fingerprint: string }).fingerprint;
    const config = drillJobSchema.parse(
      JSON.parse(program.get(CONFIG_MAP, "shop-drill-config").inputs.data["config.json"]),
    );
    assert.equal(config.offSite?.fingerprint, of("BackupCopy shop-copy"));
    assert.equal(config.fingerprint, of("LogicalBackup shop-backup"));
    assert.notEqual(of("BackupCopy shop-copy"), of("LogicalBackup shop-backup"));
  });

  it("is refused when copy and backup together cannot meet the objective", () => {
    assert.equal(
      refused({ rpo: "3h" }),
      problem(
        'rpo: "3h" cannot be met by the copy: what is copied may be 2h old, up to 1h pass between runs of "30 * * * *" and a run may take 1h, 4h in all; back up and copy more often, shorten the deadlines, or raise the objective',
      ),
    );
  });

  it("is refused onto itself, with nonsense for a schedule, with two roles for one pod, and with a long name", () => {
    const same = { from: { secret: "s" }, to: { secret: "s" } };
    assert.equal(refused(same), problem("to: is where the backups are: a copy belongs to another storage"));
    assert.doesNotThrow(() => copy({ ...same, toPrefix: "copy/" }));
    assert.match(refused({ schedule: "@daily" }), /schedule: /);
    assert.match(refused({ backup: { schedule: "0 0 0 * * *" } }), /backup\.schedule: /);
    const s3 = (role: string) => ({
      kind: "s3",
      bucket: role,
      region: "eu-central-1",
      roleArn: `arn:aws:iam::123456789012:role/${role}`,
    });
    assert.match(refused({ from: s3("reads"), to: s3("writes") }), /to\.roleArn: is another role than from\.roleArn/);
    assert.match(refused({}, "x".repeat(53)), /52/);
  });
});
