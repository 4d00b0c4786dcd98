import { strict as assert } from "node:assert";
import { BackupRetention } from "../../../components";
import { retentionDescriptorSchema } from "../../../model/descriptor";
import { pruneJobSchema } from "../../../model/prune-job";
import { newKeys } from "../../policy/support/evidence";
import { refusal, run } from "./declare";
import { retention } from "./examples";
import { restrictedProblems } from "./pod-security";

const CRON_JOB = "kubernetes:batch/v1:CronJob";
const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
const SERVICE_ACCOUNT = "kubernetes:core/v1:ServiceAccount";
const NAME = "shop-retention";
const keys = newKeys();

const declare = (changes = {}, preview = false) =>
  run(() => new BackupRetention(NAME, retention(changes)), { preview });
const refused = (changes: object, name = NAME) => refusal(() => new BackupRetention(name, retention(changes)));
const problem = (text: string) => `BackupRetention "${NAME}" cannot be used as declared:\n  - ${text}`;
const cronJobOf = async (changes = {}) => (await declare(changes)).get(CRON_JOB, `${NAME}-schedule`).inputs;
const podOf = async (changes = {}) => (await cronJobOf(changes)).spec.jobTemplate.spec.template.spec;
const configOf = async (changes = {}) => {
  const { data } = (await declare(changes)).get(CONFIG_MAP, `${NAME}-config`).inputs;
  return pruneJobSchema.parse(JSON.parse(data["config.json"]));
};

describe("BackupRetention", () => {
  it("declares a service account, its config and the CronJob, and nothing else", async () => {
    assert.deepEqual((await declare()).list(), [
      `${CRON_JOB} ${NAME}-schedule`,
      `${CONFIG_MAP} ${NAME}-config`,
      `${SERVICE_ACCOUNT} ${NAME}`,
      `restorable:index:BackupRetention ${NAME}`,
    ]);
  });

  it("prunes at half past three, never twice at once, and gives up after an hour", async () => {
    const { metadata, spec } = await cronJobOf();
    assert.deepEqual([metadata.name, metadata.namespace], [NAME, "shop"]);
    const { jobTemplate, ...cron } = spec;
    assert.deepEqual(cron, {
      schedule: "30 3 * * *",
      timeZone: "UTC",
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: 600,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
    });
    const { template, ...job } = jobTemplate.spec;
    assert.deepEqual(job, {
      backoffLimit: 1,
      podFailurePolicy: {
        rules: [{ action: "FailJob", onExitCodes: { containerName: "prune", operator: "In", values: [2, 3, 4] } }],
      },
      activeDeadlineSeconds: 3600,
      ttlSecondsAfterFinished: 604_800,
    });
    assert.equal(template.spec.restartPolicy, "Never");
  });

  it("runs in a pod that Pod Security admits as restricted, without a token, with the pruner's keys alone", async () => {
    const pod = await podOf();
    assert.deepEqual(restrictedProblems(pod), []);
    assert.equal(pod.automountServiceAccountToken, false);
    assert.deepEqual(pod.containers[0].args, ["prune"]);
    const secrets = pod.volumes.flatMap(
      (volume: { secret?: { secretName: string } }) => volume.secret?.secretName ?? [],
    );
    assert.deepEqual(secrets, ["storage-pruner"]);
  });

  it("tells the agent the rules, the calendar, and whose evidence to believe", async () => {
    assert.deepEqual(await configOf(), {
      version: 1,
      environment: "staging",
      stack: "test",
      target: { namespace: "shop", cluster: "orders", database: "shop" },
      storage: { kind: "s3-compatible" },
      prefix: "",
      copy: "primary",
      retention: { keepSeconds: 14 * 86_400, hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0 },
      timeZone: "UTC",
      trustedKeys: [],
      dryRun: false,
    });
    const keep = { hourly: 24, daily: 7, weekly: 4, monthly: 12, yearly: 7 };
    const config = await configOf({
      keep,
      timeZone: "Europe/Zurich",
      evidenceKeys: [keys.publicKey],
      copy: "off-site",
      dryRun: true,
      prefix: "shop/",
    });
    assert.deepEqual(config.retention, { ...keep, keepSeconds: 14 * 86_400 });
    const { timeZone, trustedKeys, copy, dryRun, prefix } = config;
    assert.deepEqual(
      [timeZone, trustedKeys, copy, dryRun, prefix],
      ["Europe/Zurich", [keys.publicKey], "off-site", true, "shop/"],
    );
  });

  it("gets at Amazon S3 by its service account's role, and at a volume by writing to it", async () => {
    const roleArn = "arn:aws:iam::123456789012:role/store-pruner";
    const s3 = { kind: "s3", bucket: "shop-backups", region: "eu-central-1", roleArn };
    const { metadata } = (await declare({ storage: s3 })).get(SERVICE_ACCOUNT, NAME).inputs;
    assert.deepEqual(metadata.annotations, { "eks.amazonaws.com/role-arn": roleArn });
    const nfs = await podOf({ storage: { kind: "nfs", claim: "backups" } });
    const volume = nfs.volumes.find(({ name }: { name: string }) => name === "storage");
    assert.deepEqual(volume.persistentVolumeClaim, { claimName: "backups", readOnly: false });
  });

  it("says in its descriptor what is kept, and when the rest is removed, also at preview", async () => {
    for (const preview of [false, true]) {
      const { registered } = await declare({ keep: { daily: 7 } }, preview);
      const outputs = registered[`restorable:index:BackupRetention ${NAME}`] as { descriptor: unknown };
      assert.deepEqual(retentionDescriptorSchema.parse(outputs.descriptor), {
        kind: "retention",
        version: 1,
        environment: "staging",
        target: { namespace: "shop", cluster: "orders", database: "shop" },
        copy: "primary",
        retentionSeconds: 14 * 86_400,
        keep: { hourly: 0, daily: 7, weekly: 0, monthly: 0, yearly: 0 },
        schedule: "30 3 * * *",
        timeZone: "UTC",
        dryRun: false,
        image: "registry.example.com/agent:0.1.0",
      });
    }
  });

  it("changes its config's name with the rules, so that a run keeps those it began with", async () => {
    const nameOf = async (changes: object) =>
      (await declare(changes)).get(CONFIG_MAP, `${NAME}-config`).inputs.metadata.name;
    assert.equal(await nameOf({}), await nameOf({ memory: "1Gi" }));
    assert.notEqual(await nameOf({}), await nameOf({ keep: { daily: 1 } }));
  });

  describe("refuses", () => {
    it("counts that are negative, absurd, or no whole numbers", () => {
      assert.equal(
        refused({ keep: { daily: -1 } }),
        problem("keep.daily: must not be negative; 0 switches the rule off"),
      );
      assert.equal(
        refused({ keep: { yearly: 101 } }),
        problem("keep.yearly: must be at most 100; whoever needs more keeps the coarser periods"),
      );
      assert.match(refused({ keep: { weekly: 1.5 } }), /keep.weekly: must be a whole number/);
      assert.match(refused({ keep: { fortnightly: 1 } }), /keep.fortnightly: no such setting/);
    });

    it("a retention that is no duration, a schedule that is none, a zone that does not exist", () => {
      assert.match(refused({ retention: "two weeks" }), /retention: "two weeks" is not a duration/);
      assert.match(refused({ schedule: "30 3 * *" }), /schedule: /);
      assert.match(refused({ timeZone: "Mars/Olympus" }), /timeZone: "Mars\/Olympus" is not an IANA time zone/);
    });

    it("a private key where a public one belongs, without repeating it", () => {
      const message = refused({ evidenceKeys: [keys.privateKey] });
      assert.match(message, /evidenceKeys.0: is a private key, which has no place here/);
      assert.ok(!message.includes(keys.privateKey.split("\n")[1] ?? ""));
      assert.match(refused({ evidenceKeys: ["key"] }), /evidenceKeys.0: is not a public key in PEM/);
    });

    it("a name that is too long for a CronJob", () => {
      assert.match(refused({}, "r".repeat(53)), /53 characters; Kubernetes allows 52/);
    });
  });
});
