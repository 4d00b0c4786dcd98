import { strict as assert } from "node:assert";
import { LogicalBackup } from "../../../components";
import { backupDescriptorSchema } from "../../../model/descriptor";
import { backupJobSchema } from "../../../model/job-config";
import { refusal, run } from "./declare";
import { backup, PATH } from "./examples";
import { restrictedProblems } from "./pod-security";

const CRON_JOB = "kubernetes:batch/v1:CronJob";
const JOB = "kubernetes:batch/v1:Job";
const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
const requestDrill = { namespace: "shop-drill", drill: "shop-drill" };

const declare = (changes = {}, preview = false) =>
  run(() => new LogicalBackup("shop-backup", backup(changes)), { preview });
const refused = (changes: object, name = "shop-backup") => refusal(() => new LogicalBackup(name, backup(changes)));
const problem = (text: string) => `LogicalBackup "shop-backup" cannot be used as declared:\n  - ${text}`;
const cronJobOf = async (changes = {}) => (await declare(changes)).get(CRON_JOB, "shop-backup-schedule").inputs;
const jobName = async (changes = {}) =>
  (await declare(changes)).get(JOB, "shop-backup-on-deployment").inputs.metadata.name;
const fingerprintOf = async (changes = {}) =>
  ((await declare(changes)).registered["restorable:index:LogicalBackup shop-backup"] as { fingerprint: string })
    .fingerprint;

describe("LogicalBackup", () => {
  it("declares a service account, its config, the CronJob and the deployment's Job, and nothing else", async () => {
    assert.deepEqual((await declare()).list(), [
      `${CRON_JOB} shop-backup-schedule`,
      `${JOB} shop-backup-on-deployment`,
      `${CONFIG_MAP} shop-backup-config`,
      "kubernetes:core/v1:ServiceAccount shop-backup",
      "restorable:index:LogicalBackup shop-backup",
    ]);
  });

  it("asks for its drill with a token that only its scheduled Jobs get, and makes itself no right for it", async () => {
    const program = await declare({ requestDrill });
    assert.deepEqual(program.list(), (await declare()).list());
    const volumes = (job: { template: { spec: { volumes: { name: string }[] } } }) =>
      job.template.spec.volumes.map((v) => v.name);
    const scheduled = program.get(CRON_JOB, "shop-backup-schedule").inputs.spec.jobTemplate.spec;
    assert.ok(volumes(scheduled).includes("kube-api"));
    assert.ok(!volumes(program.get(JOB, "shop-backup-on-deployment").inputs.spec).includes("kube-api"));
  });

  it("proves the server by the authority that is named, whose private key stays out of the pod", async () => {
    const program = await declare({ serverCa: { secret: "orders-ca" } });
    const config = JSON.parse(program.get(CONFIG_MAP, "shop-backup-config").inputs.data["config.json"]);
    assert.equal(config.tls, "verify-full");
    const pod = program.get(CRON_JOB, "shop-backup-schedule").inputs.spec.jobTemplate.spec.template.spec;
    const { secret } = pod.volumes.find((v: { name: string }) => v.name === "server-ca");
    assert.deepEqual(secret, {
      secretName: "orders-ca",
      defaultMode: 0o440,
      items: [{ key: "ca.crt", path: "ca.crt" }],
    });
    const mount = pod.containers[0].volumeMounts.find((m: { name: string }) => m.name === "server-ca");
    assert.deepEqual(mount, { name: "server-ca", mountPath: "/var/run/restorable/server-ca", readOnly: true });
    const without = JSON.parse((await declare()).get(CONFIG_MAP, "shop-backup-config").inputs.data["config.json"]);
    assert.equal(without.tls, "prefer");
    assert.match(
      await refused({ serverCa: { secret: "orders-ca", key: "a/b" } }),
      /serverCa\.key: must be a key of a Secret/,
    );
  });

  it("leaves nothing about a CronJob to Kubernetes' defaults that matters here", async () => {
    const { metadata, spec } = await cronJobOf();
    assert.equal(metadata.name, "shop-backup");
    const { jobTemplate, ...cron } = spec;
    assert.deepEqual(cron, {
      schedule: "0 * * * *",
      timeZone: "UTC",
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: 600,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
    });
    const { template, ...job } = jobTemplate.spec;
    assert.deepEqual(job, {
      backoffLimit: 3,
      podFailurePolicy: {
        rules: [{ action: "FailJob", onExitCodes: { containerName: "backup", operator: "In", values: [2, 3, 4] } }],
      },
      activeDeadlineSeconds: 3600,
      ttlSecondsAfterFinished: 604_800,
    });
    assert.equal(template.spec.restartPolicy, "Never");
    assert.equal(template.spec.automountServiceAccountToken, false);
  });

  it("runs the agent in a pod that Pod Security admits as restricted, with its Secrets as files", async () => {
    for (const job of [
      (await cronJobOf({ requestDrill })).spec.jobTemplate.spec,
      (await declare()).get(JOB, "shop-backup-on-deployment").inputs.spec,
    ]) {
      const pod = job.template.spec;
      assert.deepEqual(restrictedProblems(pod), []);
      const [container] = pod.containers;
      assert.equal(container.image, PATH.agentImage);
      assert.deepEqual(container.args, ["backup"]);
      assert.equal(container.securityContext.readOnlyRootFilesystem, true);
      assert.equal(container.resources.limits.memory, "300Mi");
      assert.deepEqual(
        container.volumeMounts.slice(0, 4).map((m: { mountPath: string }) => m.mountPath),
        ["/etc/restorable", "/var/run/restorable/source", "/var/run/restorable/storage", "/tmp"],
      );
    }
  });

  it("writes config that the agent reads, and asks for no second drill from a deployment", async () => {
    const { data, metadata } = (await declare({ requestDrill })).get(CONFIG_MAP, "shop-backup-config").inputs;
    const config = backupJobSchema.parse(JSON.parse(data["config.json"]));
    assert.deepEqual(config.requestDrill, requestDrill);
    assert.equal(config.retentionSeconds, 14 * 86_400);
    assert.deepEqual(config.source, { host: "orders-rw.shop.svc", port: 5432 });
    assert.equal(config.compressionLevel, 3);
    assert.equal(config.everyRowUpToBytes, 20 * 1024 ** 3);
    const deployment = backupJobSchema.parse(JSON.parse(data["deployment.json"]));
    const { requestDrill: _, ...withoutDrill } = config;
    assert.deepEqual(deployment, withoutDrill);
    assert.match(metadata.name, /^shop-backup-[0-9a-f]{10}$/);
  });

  it("looks for databases without a backup on its schedule only, for all of them unless told otherwise", async () => {
    const { data } = (await declare({ coverage: { declared: ["billing"] } })).get(
      CONFIG_MAP,
      "shop-backup-config",
    ).inputs;
    const read = (key: string) => backupJobSchema.parse(JSON.parse(data[key])).coverage;
    assert.deepEqual(read("config.json"), { include: ["*"], exclude: [], declared: ["billing"] });
    assert.equal(read("deployment.json"), undefined);
  });

  it("has another fingerprint for what it leaves out, and tells the policies of it", async () => {
    const descriptorOf = async (changes: Partial<typeof PATH>) =>
      backupDescriptorSchema.parse(
        (
          (await declare({ restorePath: { ...PATH, ...changes } })).registered[
            "restorable:index:LogicalBackup shop-backup"
          ] as { descriptor: unknown }
        ).descriptor,
      );
    const whole = await descriptorOf({});
    assert.ok(!("leavesOut" in whole));
    assert.equal((await descriptorOf({ excludeTables: [] })).fingerprint, whole.fingerprint);
    const partial = await descriptorOf({ excludeTables: ["audit.*"], excludeTableData: ["public.sessions"] });
    assert.deepEqual(partial.leavesOut, ["audit.*", "rows of public.sessions"]);
    assert.notEqual(partial.fingerprint, whole.fingerprint);
  });

  it("refuses patterns that mean nothing", async () => {
    assert.match(await refused({ coverage: { include: [] } }), /coverage\.include/);
    assert.match(await refused({ coverage: { exclude: [""] } }), /coverage\.exclude\.0: must not be empty/);
    assert.match(
      await refused({ restorePath: { ...PATH, excludeTables: ["log"] } }),
      /excludeTables\.0: "log" must be schema\.table/,
    );
  });

  it("mounts the deployment's config where the agent looks for its own", async () => {
    const pod = (await declare()).get(JOB, "shop-backup-on-deployment").inputs.spec.template.spec;
    const { configMap } = pod.volumes.find((v: { name: string }) => v.name === "config");
    assert.deepEqual(configMap.items, [{ key: "deployment.json", path: "config.json" }]);
  });

  it("backs up again in a deployment when what it does changes, and only then", async () => {
    const first = await jobName();
    assert.match(first, /^shop-backup-deploy-[0-9a-f]{10}$/);
    assert.equal(await jobName({ schedule: "30 * * * *" }), first);
    assert.notEqual(await jobName({ compressionLevel: 9 }), first);
    assert.notEqual(await jobName({ restorePath: { ...PATH, agentImage: "registry.example.com/agent:0.2.0" } }), first);
  });

  it("has its deployment's Job tried again when it failed, and never removed by Kubernetes", async () => {
    const { metadata, spec } = (await declare()).get(JOB, "shop-backup-on-deployment").inputs;
    assert.equal(metadata.annotations["pulumi.com/replaceUnready"], "true");
    assert.equal(spec.ttlSecondsAfterFinished, undefined);
  });

  it("takes no backup in a deployment when told not to", async () => {
    assert.ok(!(await declare({ onDeployment: false })).list().some((line) => line.startsWith(JOB)));
  });

  it("keeps its fingerprint when the schedule changes, and changes it with an image or a check", async () => {
    const first = await fingerprintOf();
    assert.equal(await fingerprintOf({ schedule: "30 * * * *", retention: "30d" }), first);
    assert.notEqual(
      await fingerprintOf({ restorePath: { ...PATH, serverImage: "registry.example.com/postgresql:17.7" } }),
      first,
    );
    assert.notEqual(await fingerprintOf({ restorePath: { ...PATH, applicationRole: "shop_owner" } }), first);
  });

  it("registers a descriptor that is plain and known at preview", async () => {
    const program = await declare({}, true);
    const registered = program.registered["restorable:index:LogicalBackup shop-backup"] as { descriptor: unknown };
    assert.deepEqual(backupDescriptorSchema.parse(registered.descriptor), {
      kind: "backup",
      version: 1,
      environment: "staging",
      target: { namespace: "shop", cluster: "orders", database: "shop" },
      method: "logical",
      fingerprint: await fingerprintOf({}),
      schedule: "0 * * * *",
      timeZone: "UTC",
      rpoSeconds: 7200,
      worstCaseRpoSeconds: 7200,
      deadlineSeconds: 3600,
      retentionSeconds: 14 * 86_400,
      writer: "secret shop/storage-writer",
      prefix: "",
      image: "registry.example.com/agent:0.1.0",
    });
  });

  it("refuses an objective that the schedule cannot meet, also on the day that has no 02:00, and says by how much", () => {
    assert.equal(
      refused({ schedule: "0 2 * * *", timeZone: "Europe/Zurich", rpo: "24h", deadline: "30m" }),
      problem(
        'rpo: the schedule "0 2 * * *" cannot meet a recovery point objective of 1d: up to 1d 23h pass between runs ' +
          "and a run may take 30m, 1d 23h in all; run it more often, shorten the deadline, or raise the objective",
      ),
    );
  });

  it("refuses a retention that is over before the next backup", () => {
    assert.equal(
      refused({ schedule: "0 2 * * *", rpo: "2d", retention: "12h" }),
      problem(
        'retention: "12h" is shorter than the time between two backups (up to 1d): the last backup would go before the ' +
          "next one is there; keep backups for at least 1d",
      ),
    );
  });

  it("refuses six cron fields, which belong to CloudNativePG", () => {
    assert.equal(
      refused({ schedule: "0 0 2 * * *" }),
      problem(
        'schedule: "0 0 2 * * *" has 6 fields; a CronJob takes five fields (minute hour day month weekday): "0 2 * * *" (daily at 02:00)',
      ),
    );
  });

  it("refuses an unknown time zone and malformed durations together", () => {
    assert.equal(
      refused({ timeZone: "Mars/Olympus", rpo: "2 hours", retention: "forever" }),
      problem(
        'timeZone: "Mars/Olympus" is not an IANA time zone, such as UTC or Europe/Zurich\n' +
          '  - rpo: "2 hours" is not a duration: write a whole number and a unit, such as 90s, 15m, 26h, 7d, 4w\n' +
          '  - retention: "forever" is not a duration: write a whole number and a unit, such as 90s, 15m, 26h, 7d, 4w',
      ),
    );
  });

  it("refuses a name that Kubernetes could not give to the CronJob's Jobs", () => {
    const name = "a-backup-of-the-customer-master-data-of-the-whole-group";
    assert.equal(
      refused({}, name),
      `LogicalBackup "${name}" cannot be used as declared:\n` +
        `  - makes the CronJob name "${name}" of 55 characters; Kubernetes allows 52 (it appends 11 to name the Jobs): shorten it by 3`,
    );
  });

  it("refuses a backup that nobody could check", () => {
    assert.equal(
      refused({ restorePath: { ...PATH, applicationChecks: [] } }),
      problem(
        "restorePath.applicationChecks: must hold at least one check: only the application can say that its data is usable",
      ),
    );
  });
});
