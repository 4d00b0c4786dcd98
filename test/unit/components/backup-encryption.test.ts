import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { DrillNamespace, LogicalBackup, RestoreDrill } from "../../../components";
import { storageEgress } from "../../../components/drill/egress";
import { backupJobSchema, drillJobSchema } from "../../../model/job-config";
import { plainPaths, refusal, run } from "./declare";
import { backup, drill, PATH } from "./examples";

const CRON_JOB = "kubernetes:batch/v1:CronJob";
const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
const SECRET = "kubernetes:core/v1:Secret";

/** Only their form is looked at here: they open nothing. */
const OLD = `age1${"q".repeat(58)}`;
const NEW = `age1${"p".repeat(58)}`;
const IDENTITY = `AGE-SECRET-KEY-1${"Q".repeat(58)}`;
const KEY_ARN = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

const age = { ...PATH, encryption: "age" };
const kms = { ...PATH, encryption: "kms" };

describe("LogicalBackup with encryption", () => {
  const declare = (changes = {}) => run(() => new LogicalBackup("shop-backup", backup(changes)));
  const jobOf = async (changes = {}) => {
    const { data } = (await declare(changes)).get(CONFIG_MAP, "shop-backup-config").inputs;
    return backupJobSchema.parse(JSON.parse(data["config.json"]));
  };
  const refused = (changes: object) =>
    refusal(() => new LogicalBackup("shop-backup", backup(changes))).replace(/^.*\n {2}- /, "");
  const fingerprintOf = async (changes = {}) => (await jobOf(changes)).fingerprint;

  it("tells the agent for whom, and nothing without", async () => {
    assert.equal((await jobOf()).encryption, undefined);
    assert.deepEqual((await jobOf({ restorePath: age, encryption: { recipients: [OLD, NEW] } })).encryption, {
      scheme: "age",
      recipients: [OLD, NEW],
    });
  });

  it("takes the KMS key's region from its ARN, or as it is given", async () => {
    const encryption = { kmsKeyId: KEY_ARN };
    assert.deepEqual((await jobOf({ restorePath: kms, encryption })).encryption, {
      scheme: "kms",
      keyId: KEY_ARN,
      region: "eu-central-1",
    });
    const other = { kmsKeyId: "alias/backups", kmsRegion: "eu-west-1", kmsEndpoint: "https://kms.example.com" };
    assert.deepEqual((await jobOf({ restorePath: kms, encryption: other })).encryption, {
      scheme: "kms",
      keyId: "alias/backups",
      region: "eu-west-1",
      endpoint: "https://kms.example.com",
    });
  });

  it("has another fingerprint than without, and the same one with other keys: exchanging them takes no proof away", async () => {
    const first = await fingerprintOf({ restorePath: age, encryption: { recipients: [OLD] } });
    assert.equal(await fingerprintOf({ restorePath: age, encryption: { recipients: [OLD, NEW] } }), first);
    assert.notEqual(await fingerprintOf(), first);
    assert.notEqual(await fingerprintOf({ restorePath: kms, encryption: { kmsKeyId: KEY_ARN } }), first);
  });

  it("mounts no identity: who backs up cannot read what was backed up", async () => {
    const program = await declare({ restorePath: age, encryption: { recipients: [OLD] } });
    const pod = program.get(CRON_JOB, "shop-backup-schedule").inputs.spec.jobTemplate.spec.template.spec;
    assert.deepEqual(
      pod.volumes.map(({ name }: { name: string }) => name),
      ["config", "source", "storage", "tmp"],
    );
  });

  it("refuses recipients where the restore path says that nothing is encrypted", () => {
    assert.equal(
      refused({ encryption: { recipients: [OLD] } }),
      'encryption: restorePath.encryption is "none", so backups would be stored as they are: ' +
        'say restorePath.encryption: "age" here and at the drill, or leave this out',
    );
    assert.match(refused({ encryption: { kmsKeyId: KEY_ARN } }), /say restorePath\.encryption: "kms" here/);
  });

  it("refuses a scheme without its keys", () => {
    assert.equal(
      refused({ restorePath: age }),
      'encryption.recipients: is missing: restorePath.encryption is "age"; give the public keys (age1…) of who may open backups',
    );
    assert.equal(
      refused({ restorePath: age, encryption: { recipients: [] } }),
      "encryption.recipients: must hold at least one: nobody could open the backups",
    );
    assert.equal(
      refused({ restorePath: kms, encryption: {} }),
      'encryption.kmsKeyId: is missing: restorePath.encryption is "kms"; give the key\'s ARN, id or alias',
    );
    assert.equal(
      refused({ restorePath: kms, encryption: { kmsKeyId: "alias/backups" } }),
      "encryption.kmsRegion: is missing: the key is not named by an ARN, which would say the region",
    );
  });

  it("refuses the other scheme's settings", () => {
    assert.match(
      refused({ restorePath: age, encryption: { recipients: [OLD], kmsRegion: "eu-west-1" } }),
      /^encryption\.kmsKeyId: restorePath\.encryption is "age", for which settings of a KMS have no meaning/,
    );
    assert.match(
      refused({ restorePath: kms, encryption: { recipients: [OLD], kmsKeyId: KEY_ARN } }),
      /^encryption\.recipients: restorePath\.encryption is "kms", for which recipients have no meaning/,
    );
    assert.match(
      refused({ restorePath: kms, encryption: { kmsKeyId: KEY_ARN, kmsEndpoint: "kms" } }),
      /^encryption\.kmsEndpoint: must be a server's address/,
    );
  });

  it("refuses a secret key for a recipient, without repeating it, and what is no key at all", () => {
    const message = refused({ restorePath: age, encryption: { recipients: [OLD, IDENTITY] } });
    assert.match(message, /^encryption\.recipients\.1: is a secret key, which has no place in a backup's declaration/);
    assert.ok(!message.includes("QQQQ"));
    assert.match(
      refused({ restorePath: age, encryption: { recipients: ["age1short"] } }),
      /^encryption\.recipients\.0: must be an age recipient: age1 and 58 more characters/,
    );
  });
});

describe("RestoreDrill of encrypted backups", () => {
  const declare = (changes = {}) => run(() => new RestoreDrill("shop-drill", drill(changes)));
  const refused = (changes: object) =>
    refusal(() => new RestoreDrill("shop-drill", drill(changes))).replace(/^.*\n {2}- /, "");
  const podOf = async (changes = {}) =>
    (await declare(changes)).get(CRON_JOB, "shop-drill-schedule").inputs.spec.jobTemplate.spec.template.spec;
  const given = { restorePath: age, identity: { secretKey: pulumi.secret(`# old and new\n${IDENTITY}\n`) } };

  it("keeps the identities in a Secret, which only the agent's container sees", async () => {
    const program = await declare(given);
    const secret = program.get(SECRET, "shop-drill-identity");
    assert.equal(secret.inputs.metadata.namespace, "shop-drill");
    assert.deepEqual(secret.inputs.stringData, { "identity.txt": `# old and new\n${IDENTITY}\n` });
    const pod = await podOf(given);
    const mounts = (container: { volumeMounts: { name: string; mountPath: string; readOnly?: boolean }[] }) =>
      container.volumeMounts.filter(({ name }) => name === "identity");
    assert.deepEqual(mounts(pod.containers[0]), [
      { name: "identity", mountPath: "/var/run/restorable/identity", readOnly: true },
    ]);
    assert.deepEqual(mounts(pod.initContainers[0]), []);
    assert.deepEqual(pod.volumes.find(({ name }: { name: string }) => name === "identity").secret, {
      secretName: "shop-drill-identity",
      defaultMode: 0o440,
    });
  });

  it("sends the identities nowhere in plain text", async () => {
    for (const secretKey of [given.identity.secretKey, IDENTITY]) {
      const program = await declare({ restorePath: age, identity: { secretKey } });
      for (const { name, raw } of program.resources) assert.deepEqual(plainPaths(raw, IDENTITY), [], name);
    }
  });

  it("takes a Secret that is there already, and makes none", async () => {
    const existing = { restorePath: age, identity: { existingSecret: "recovery-key" } };
    assert.ok(!(await declare(existing)).list().includes(`${SECRET} shop-drill-identity`));
    const volume = (await podOf(existing)).volumes.find(({ name }: { name: string }) => name === "identity");
    assert.equal(volume.secret.secretName, "recovery-key");
  });

  it("mounts none for plain backups and for those of a KMS", async () => {
    for (const declared of [{}, { restorePath: kms, encryption: { kmsKeyId: KEY_ARN } }])
      assert.ok(!(await podOf(declared)).volumes.some(({ name }: { name: string }) => name === "identity"));
  });

  it("tells the drill which KMS and which key, so that it need not believe the storage; of age the recipients, if given", async () => {
    const jobOf = async (changes: object) => {
      const { data } = (await declare(changes)).get(CONFIG_MAP, "shop-drill-config").inputs;
      return drillJobSchema.parse(JSON.parse(data["config.json"]));
    };
    const ofKms = await jobOf({ restorePath: kms, encryption: { kmsKeyId: KEY_ARN } });
    assert.deepEqual(ofKms.encryption, { scheme: "kms", keyId: KEY_ARN, region: "eu-central-1" });
    const ofAge = await jobOf({ ...given, encryption: { recipients: [OLD] } });
    assert.deepEqual(ofAge.encryption, { scheme: "age", recipients: [OLD] });
    assert.equal((await jobOf(given)).encryption, undefined);
    assert.match(
      refused({ restorePath: kms }),
      /^encryption\.kmsKeyId: is missing: restorePath\.encryption is "kms"; give the key's ARN, id or alias/,
    );
  });

  it("comes to the fingerprint of its backup", async () => {
    const program = await run(() => {
      new LogicalBackup("shop-backup", backup({ restorePath: age, encryption: { recipients: [OLD] } }));
      new RestoreDrill("shop-drill", drill(given));
    });
    const [ofBackup, ofDrill] = ["LogicalBackup shop-backup", "RestoreDrill shop-drill"].map(
      (name) => (program.registered[`restorable:index:${name}`] as { fingerprint: string }).fingerprint,
    );
    assert.equal(ofBackup, ofDrill);
  });

  it("refuses to drill what it could not open, and an identity without need", () => {
    assert.equal(
      refused({ restorePath: age }),
      'identity: is missing: restorePath.encryption is "age", and nothing else opens the backups; ' +
        "give secretKey, or existingSecret with the name of a Secret",
    );
    for (const declared of [{}, { restorePath: kms, encryption: { kmsKeyId: KEY_ARN } }])
      assert.match(
        refused({ ...declared, identity: { existingSecret: "x" } }),
        /^identity: restorePath\.encryption is "(none|kms)", for which a drill needs no identity: leave it out/,
      );
  });

  it("refuses what is no identity, naming the line and repeating nothing of it", () => {
    const withKey = (secretKey: string) => refused({ restorePath: age, identity: { secretKey } });
    assert.match(withKey(OLD), /^identity\.secretKey: has in line 1 a recipient, the public half of a key/);
    const cut = withKey(`# mine\n${IDENTITY.slice(0, -3)}`);
    assert.match(cut, /^identity\.secretKey: has in line 2 an identity that was cut off or mistyped/);
    assert.ok(!cut.includes("QQQQ"));
    assert.match(
      refused({ restorePath: age, identity: { secretKey: IDENTITY, existingSecret: "x" } }),
      /^identity: give either existingSecret or secretKey, not both/,
    );
  });
});

describe("DrillNamespace with a KMS", () => {
  const args = {
    namespace: "shop-drill",
    storageEndpoint: "https://s3.eu-central-1.amazonaws.com",
    apiServerCidrs: ["10.0.0.5/32"],
  };

  it("lets drills reach it, by a policy of its own", async () => {
    const kmsEndpoint = "https://kms.eu-central-1.amazonaws.com";
    const program = await run(() => new DrillNamespace("drills", { ...args, kmsEndpoint }));
    const policy = program.get("kubernetes:networking.k8s.io/v1:NetworkPolicy", "drills-allow-kms");
    assert.deepEqual(policy.inputs.spec.egress, [storageEgress(kmsEndpoint)]);
  });

  it("refuses what is no server's address", () => {
    assert.match(
      refusal(() => new DrillNamespace("drills", { ...args, kmsEndpoint: "kms.eu-central-1" })),
      /kmsEndpoint: must be a server's address, such as https:\/\/kms\.eu-central-1\.amazonaws\.com/,
    );
  });
});
