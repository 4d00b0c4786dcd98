import { strict as assert } from "node:assert";
import { RestorablePostgres, type RestorablePostgresArgs } from "../../../components";
import { plainPaths, type RunOptions, refusal, run } from "./declare";
import { database, offSite, restorable, store } from "./examples";
import { s3Account } from "./s3-storage";

const declare = (changes: Partial<RestorablePostgresArgs> = {}, options: RunOptions = {}) =>
  run(() => new RestorablePostgres("orders", restorable(changes)), options);
const refused = (changes: object) => refusal(() => new RestorablePostgres("orders", restorable(changes)));
const problem = (text: string) => `RestorablePostgres "orders" cannot be used as declared:\n  - ${text}`;
const existing = (existingSecret: string) => ({ existingSecret });
const pruner = { accessKeyId: "pruner-id", secretAccessKey: "pruner-secret" };
const backup = { ...restorable().backup, keep: { daily: 7 } };

const config = (program: Awaited<ReturnType<typeof declare>>, name: string) =>
  JSON.parse(program.get("kubernetes:core/v1:ConfigMap", `${name}-config`).inputs.data["config.json"]);
const policies = (program: Awaited<ReturnType<typeof declare>>) =>
  program.list().flatMap((line) => /NetworkPolicy orders-drills-(.*)/.exec(line)?.[1] ?? []);

describe("RestorablePostgres and its storages", () => {
  it("takes exactly one first storage", () => {
    assert.equal(
      refused({ store: undefined }),
      problem("store: is missing: give store, s3Store or nfsStore; there is nowhere to keep backups"),
    );
    const both = refused({ nfsStore: { storageClass: "nfs-backup", size: "10Gi" } });
    assert.equal(both, problem("store: is one of store and nfsStore: give one; a second storage is offSite"));
  });

  describe("on any server that speaks S3", () => {
    it("removes nothing without a pruner, and refuses rules that remove without one", async () => {
      assert.ok(!(await declare()).list().some((line) => line.includes("BackupRetention")));
      assert.equal(
        refused({ backup }),
        problem("store.pruner: is missing: backup.keep removes backups, which takes a key of its own"),
      );
    });

    it("removes by the backups' own rules and time zone, for each database, with the pruner's key", async () => {
      const databases = [database(), database({ name: "audit", owner: "audit", roles: [], applicationRole: "audit" })];
      const plan = { ...backup, timeZone: "Europe/Zurich", pruneSchedule: "10 5 * * *" };
      const program = await declare({ databases, backup: plan, store: store({ pruner }) });
      for (const [name, of] of [
        ["shop", "orders-shop"],
        ["audit", "orders-audit"],
      ] as const) {
        const told = config(program, `${of}-retention`);
        assert.deepEqual(told.target, { namespace: "shop", cluster: "orders", database: name });
        assert.equal(told.retention.daily, 7);
        assert.equal(told.retention.keepSeconds, 14 * 86_400);
        const { spec } = program.get("kubernetes:batch/v1:CronJob", `${of}-retention-schedule`).inputs;
        assert.deepEqual([spec.schedule, spec.timeZone], ["10 5 * * *", "Europe/Zurich"]);
        assert.match(JSON.stringify(spec), /"secretName":"orders-storage-pruner"/);
      }
    });

    it("is checked on deployment with the agent's image, unless that is not wanted", async () => {
      const checks = async (changes: object) =>
        (await declare({ store: store(changes) })).list().filter((line) => /batch.*:Job .*-check/.test(line));
      assert.deepEqual(await checks({}), [
        "kubernetes:batch/v1:Job orders-storage-check",
        "kubernetes:batch/v1:Job orders-storage-check-drills",
      ]);
      assert.deepEqual(await checks({ checkOnDeployment: false }), []);
    });
  });

  describe("with an off-site storage", () => {
    it("copies each database's backups there with keys of its own, and drills the copy in turn", async () => {
      const program = await declare({ offSite: offSite({ prefix: "copies/", retention: "90d" }) });
      const copy = config(program, "orders-shop-copy");
      assert.deepEqual([copy.from.prefix ?? copy.fromPrefix, copy.to.prefix ?? copy.toPrefix], ["", "copies/"]);
      const { spec } = program.get("kubernetes:batch/v1:CronJob", "orders-shop-copy-schedule").inputs;
      assert.match(JSON.stringify(spec), /"secretName":"orders-storage-copier"/);
      assert.match(JSON.stringify(spec), /"secretName":"orders-off-site-writer"/);
      const drill = JSON.stringify(program.get("kubernetes:batch/v1:CronJob", "orders-shop-drill-schedule").inputs);
      assert.match(drill, /"secretName":"orders-off-site-reader"/);
      assert.ok(policies(program).length > policies(await declare()).length, "drills have a way to both");
      assert.deepEqual(
        program.list().filter((line) => line.includes(":Secret orders-off-site")),
        ["reader", "writer"].map((use) => `kubernetes:core/v1:Secret orders-off-site-${use}`),
      );
    });

    it("gives the copying the reader's key where backups run, and shows it nowhere", async () => {
      const program = await declare({ offSite: offSite() });
      const { metadata, stringData } = program.get("kubernetes:core/v1:Secret", "orders-storage-copier").inputs;
      assert.equal(metadata.namespace, "shop");
      assert.equal(stringData.ACCESS_KEY_ID, "reader-id");
      for (const secret of ["reader-secret", "other-writer-secret"])
        for (const { type, name, raw } of program.resources)
          assert.deepEqual(plainPaths(raw, secret), [], `${type} ${name}`);
    });

    it("asks for a copier where the reader is a Secret that the source's namespace does not have", async () => {
      const read = store({ reader: existing("r") });
      assert.match(
        refused({ store: read, offSite: offSite() }),
        /- store\.copier: is missing: .*name one with the same/,
      );
      const program = await declare({ store: { ...read, copier: existing("c") }, offSite: offSite() });
      const { spec } = program.get("kubernetes:batch/v1:CronJob", "orders-shop-copy-schedule").inputs;
      assert.match(JSON.stringify(spec), /"secretName":"c"/);
    });

    it("removes copies there by rules of their own, where it has a pruner", async () => {
      const other = offSite({ pruner, retention: "90d", keep: { monthly: 12 } });
      const program = await declare({ offSite: other });
      assert.ok(!program.list().some((line) => line.endsWith("BackupRetention orders-shop-retention")));
      const told = config(program, "orders-shop-off-site-retention");
      assert.deepEqual([told.copy, told.retention.keepSeconds, told.retention.monthly], ["off-site", 90 * 86_400, 12]);
    });

    it("refuses the bucket where the backups are already", () => {
      const { endpoint, bucket } = store();
      assert.match(
        refused({ offSite: offSite({ endpoint, bucket }) }),
        /- offSite: "shop-backups" at https:\/\/s3\.example\.com is where the backups are already/,
      );
    });
  });

  describe("in Amazon S3", () => {
    const s3Store = {
      ...{ bucket: "shop-backups", region: "eu-central-1", accountId: "111122223333" },
      irsa: { oidcProviderArn: "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/0F" },
    };

    it("lets exactly the Jobs of its databases use the bucket, each in its role", async () => {
      const program = await declare({ store: undefined, s3Store, backup }, s3Account);
      const roleOf = (account: string) =>
        program.get("kubernetes:core/v1:ServiceAccount", account).inputs.metadata.annotations?.[
          "eks.amazonaws.com/role-arn"
        ];
      for (const [account, role] of [
        ["orders-shop-backup", "writer"],
        ["orders-shop-drill", "drill"],
        ["orders-shop-retention", "pruner"],
      ] as const) {
        assert.equal(roleOf(account), `arn:aws:iam::111122223333:role/orders-storage-${role}`);
        const trust = program.get("aws:iam/role:Role", `orders-storage-${role}`).inputs.assumeRolePolicy;
        assert.match(trust, new RegExp(`system:serviceaccount:shop(-drill)?:${account}"`));
      }
      assert.ok(!program.list().some((line) => line.includes(":Secret orders-storage")), "there is no key");
    });

    it("refuses an off-site copy, and says what there is instead", () => {
      assert.match(
        refused({ store: undefined, s3Store, offSite: offSite() }),
        /- offSite: cannot .*s3Store\.replication/,
      );
    });
  });

  describe("on NFS", () => {
    const nfsStore = { server: "nas.example.com", path: "/export/backups", size: "500Gi" };

    it("gives each Job the claim that is for it, and copies from the backups' own", async () => {
      const program = await declare({ store: undefined, nfsStore, backup, offSite: offSite() });
      const claims = (name: string) =>
        JSON.stringify(program.get("kubernetes:batch/v1:CronJob", `${name}-schedule`).inputs.spec).match(
          /"persistentVolumeClaim":\{[^}]*\}/g,
        );
      const claim = (use: string, readOnly: boolean) =>
        `"persistentVolumeClaim":{"claimName":"orders-storage-${use}","readOnly":${readOnly}}`;
      assert.deepEqual(claims("orders-shop-backup"), [claim("writer", false)]);
      assert.deepEqual(claims("orders-shop-retention"), [claim("pruner", false)]);
      assert.deepEqual(claims("orders-shop-copy"), [claim("writer", true)]);
      assert.deepEqual(claims("orders-shop-drill"), [claim("reader", true), claim("evidence", false)]);
    });
  });

  it("lets drills reach the KMS that opens backups, and tells them which key that is", async () => {
    const encryption = { kmsKeyId: "arn:aws:kms:eu-central-1:111122223333:key/1" };
    const program = await declare({ backup: { ...restorable().backup, encryptionScheme: "kms", encryption } });
    assert.ok(policies(program).includes("allow-kms"), policies(program).join());
    assert.deepEqual(config(program, "orders-shop-drill").encryption, {
      scheme: "kms",
      keyId: encryption.kmsKeyId,
      region: "eu-central-1",
    });
  });
});
