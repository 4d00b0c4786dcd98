import { strict as assert } from "node:assert";
import * as pulumi from "@pulumi/pulumi";
import { S3CompatibleBackupStorage } from "../../../components";
import { storageSecretName } from "../../../components/storage/s3-compatible-backup-storage";
import { storageDescriptorSchema } from "../../../model/descriptor";
import { STORAGE_CHECK_FOLDERS, storageCheckJobSchema } from "../../../model/storage-check-job";
import { isSecret, type Program, plainPaths, refusal, run } from "./declare";
import { storage } from "./examples";
import { restrictedProblems } from "./pod-security";

const SECRET = "kubernetes:core/v1:Secret";
const declare = (changes = {}, preview = false) =>
  run(() => new S3CompatibleBackupStorage("store", storage(changes)), { preview });
const refused = (changes: object) => refusal(() => new S3CompatibleBackupStorage("store", storage(changes)));
const problem = (text: string) => `S3CompatibleBackupStorage "store" cannot be used as declared:\n  - ${text}`;

describe("S3CompatibleBackupStorage", () => {
  it("puts the writer's key where backups run and the reader's where drills run", async () => {
    const program = await declare();
    assert.deepEqual(program.list(), [
      `${SECRET} store-reader`,
      `${SECRET} store-writer`,
      "restorable:index:S3CompatibleBackupStorage store",
    ]);
    const writer = program.get(SECRET, "store-writer");
    assert.equal(writer.inputs.metadata.namespace, "shop");
    assert.deepEqual(writer.inputs.stringData, {
      ACCESS_KEY_ID: "writer-id",
      ACCESS_SECRET_KEY: "writer-secret",
      BUCKET: "shop-backups",
      ENDPOINT: "https://s3.example.com",
      REGION: "eu-central-1",
    });
    assert.equal(program.get(SECRET, "store-reader").inputs.metadata.namespace, "shop-drill");
  });

  it("marks keys as secrets even when they are given as plain text", async () => {
    const { raw } = (await declare()).get(SECRET, "store-writer");
    assert.ok(isSecret(raw.stringData) || isSecret((raw.stringData as Record<string, unknown>).ACCESS_SECRET_KEY));
  });

  it("registers what policies ask, and the names of the Secrets", async () => {
    const registered = (await declare({}, true)).registered[
      "restorable:index:S3CompatibleBackupStorage store"
    ] as Record<string, unknown>;
    assert.deepEqual(storageDescriptorSchema.parse(registered.descriptor), {
      kind: "storage",
      version: 1,
      storage: "s3-compatible",
      endpoint: "https://s3.example.com",
      bucket: "shop-backups",
      tls: true,
      writers: ["secret shop/store-writer"],
      readers: ["secret shop-drill/store-reader"],
    });
    assert.equal(registered.evidenceSecretName, "evidence-key");
  });

  it("refuses http unless it is asked for by name", async () => {
    assert.equal(
      refused({ endpoint: "http://s3.example.com" }),
      problem(
        'endpoint: "http://s3.example.com" would send backups and keys unencrypted; use https://, or say allowInsecure: true where the network is your own, as in a lab',
      ),
    );
    const program = await declare({ endpoint: "http://s3.storage.svc:7070", allowInsecure: true });
    const { descriptor } = program.registered["restorable:index:S3CompatibleBackupStorage store"] as {
      descriptor: { tls: boolean };
    };
    assert.equal(descriptor.tls, false);
  });

  const endpoints: [string, string][] = [
    [
      "s3.example.com",
      '"s3.example.com" is not a URL; write scheme, host and port, such as https://s3.example.com or https://s3.example.com:9000',
    ],
    ["ftp://s3.example.com", '"ftp://s3.example.com" is not an http address; an S3 endpoint begins with https://'],
    ["https://me:pw@s3.example.com", "must not hold credentials; they belong into Secrets"],
    [
      "https://s3.example.com/shop",
      '"https://s3.example.com/shop" has a path; give the server\'s address alone: bucket and prefix have settings of their own',
    ],
  ];
  for (const [endpoint, message] of endpoints)
    it(`refuses the endpoint ${endpoint}`, () => assert.equal(refused({ endpoint }), problem(`endpoint: ${message}`)));

  const buckets: [string, string][] = [
    ["ab", '"ab" has 2 characters; S3 bucket names have 3 to 63'],
    [
      "Shop_Backups",
      '"Shop_Backups" is refused by S3: only lower-case letters, digits, dots and hyphens, beginning and ending with a letter or digit',
    ],
    ["shop..backups", '"shop..backups" is refused by S3: two dots in a row'],
    ["192.168.5.4", '"192.168.5.4" is refused by S3: it looks like an IP address'],
    ["xn--shop", '"xn--shop" is refused by S3: the prefix or suffix is reserved'],
  ];
  for (const [bucket, message] of buckets)
    it(`refuses the bucket ${bucket}`, () => assert.equal(refused({ bucket }), problem(`bucket: ${message}`)));

  it("refuses half a key, two keys, and none", () => {
    assert.equal(
      refused({ writer: { accessKeyId: "id" } }),
      problem("writer: give accessKeyId and secretAccessKey together"),
    );
    assert.equal(
      refused({ writer: { existingSecret: "there", accessKeyId: "id", secretAccessKey: "key" } }),
      problem(
        "writer: give either existingSecret or accessKeyId and secretAccessKey, not both: it must be plain which one counts",
      ),
    );
    assert.equal(
      refused({ reader: {} }),
      problem(
        "reader: give accessKeyId and secretAccessKey, or existingSecret with the name of a Secret that holds it",
      ),
    );
  });

  it("refuses an empty key as soon as it is known", async () => {
    assert.equal(
      refused({ writer: { accessKeyId: "id", secretAccessKey: "" } }),
      problem("writer.secretAccessKey: must not be empty"),
    );
    const rejected = new Promise<Error>((resolve) => {
      const listeners = process.listeners("unhandledRejection");
      process.removeAllListeners("unhandledRejection");
      process.once("unhandledRejection", (error) => {
        for (const listener of listeners) process.on("unhandledRejection", listener);
        resolve(error as Error);
      });
    });
    const key = { accessKeyId: "id", secretAccessKey: pulumi.output("") };
    await run(() => new S3CompatibleBackupStorage("store", storage({ writer: key }))).catch(() => undefined);
    assert.match(String(await rejected), /writer\.secretAccessKey: must not be empty/);
  });

  it("refuses a prefix that is no folder, and drills beside the source", () => {
    assert.equal(
      refused({ prefix: "shop", drillNamespace: "shop" }),
      problem(
        'prefix: must be empty or end in a slash without beginning with one, such as "shop/"\n' +
          '  - drillNamespace: "shop" is the namespace of the source database; a drill is cut off from its source by its own namespace: name another, such as "shop-drill"',
      ),
    );
  });

  describe("with a pruner", () => {
    const pruner = { accessKeyId: "pruner-id", secretAccessKey: "pruner-secret" };

    it("puts its key where backups run, and says the Secret's name", async () => {
      const program = await declare({ pruner });
      const secret = program.get(SECRET, "store-pruner");
      assert.equal(secret.inputs.metadata.namespace, "shop");
      assert.equal(secret.inputs.stringData.ACCESS_KEY_ID, "pruner-id");
      const registered = program.registered["restorable:index:S3CompatibleBackupStorage store"];
      assert.equal((registered as { prunerSecretName: string }).prunerSecretName, "store-pruner");
      assert.equal(storageSecretName("store", "pruner", pruner), "store-pruner");
      assert.equal(storageSecretName("store", "pruner", { existingSecret: "there" }), "there");
    });

    it("uses a Secret that is there already", async () => {
      const program = await declare({ pruner: { existingSecret: "there" } });
      assert.ok(!program.list().includes(`${SECRET} store-pruner`));
    });
  });

  describe("checked on deployment", () => {
    const agentImage = "registry.example.com/agent:1";
    const pruner = { existingSecret: "pruner-key" };
    const JOB = "kubernetes:batch/v1:Job";
    const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
    const configOf = (program: Program, name: string) =>
      JSON.parse(program.get(CONFIG_MAP, `${name}-config`).inputs.data["config.json"]);

    it("tries each key where it is used: writer and pruner beside the source, reader and evidence beside the drills", async () => {
      const program = await declare({ agentImage, pruner });
      for (const [name, namespace, secrets] of [
        ["store-check", "shop", { writer: "store-writer", pruner: "pruner-key" }],
        ["store-check-drills", "shop-drill", { reader: "store-reader", evidence: "evidence-key" }],
      ] as const) {
        const job = program.get(JOB, name);
        assert.equal(job.inputs.metadata.namespace, namespace);
        const { containers, volumes } = job.inputs.spec.template.spec;
        assert.deepEqual(containers[0].args, ["storage-check"]);
        assert.equal(containers[0].image, agentImage);
        const mounted = Object.fromEntries(
          containers[0].volumeMounts.map((mount: { name: string; mountPath: string }) => [mount.name, mount.mountPath]),
        );
        for (const [use, secretName] of Object.entries(secrets)) {
          const volume = volumes.find((candidate: { name: string }) => candidate.name === use);
          assert.equal(volume.secret.secretName, secretName);
          assert.equal(mounted[use], STORAGE_CHECK_FOLDERS[use as keyof typeof STORAGE_CHECK_FOLDERS]);
        }
        const config = storageCheckJobSchema.parse(configOf(program, name));
        assert.deepEqual(Object.keys(config.uses), Object.keys(secrets));
        assert.deepEqual(restrictedProblems(job.inputs.spec.template.spec), []);
      }
    });

    it("requires by default what backups cannot do without, each in the check that can try it", async () => {
      const program = await declare({ agentImage, pruner });
      assert.deepEqual(configOf(program, "store-check").require, [
        "reachable",
        "private",
        "versioning",
        "writer-keeps-versions",
        "checksums",
        "multipart",
        "pruner-prunes",
        "pruner-keeps-versions",
      ]);
      assert.deepEqual(configOf(program, "store-check-drills").require, [
        "reachable",
        "reader-reads-only",
        "evidence-only",
      ]);
    });

    it("requires what it is told, and nothing else", async () => {
      const program = await declare({ agentImage, require: ["encryption-at-rest", "evidence-only"] });
      assert.deepEqual(configOf(program, "store-check").require, ["encryption-at-rest"]);
      assert.deepEqual(configOf(program, "store-check-drills").require, ["evidence-only"]);
    });

    it("runs again when the storage moves, though nothing but Secrets changes", async () => {
      const job = async (changes: object) => (await declare({ agentImage, ...changes })).get(JOB, "store-check").inputs;
      const [same, again, moved] = [await job({}), await job({}), await job({ bucket: "other-backups" })];
      assert.equal(same.metadata.name, again.metadata.name);
      assert.notEqual(same.metadata.name, moved.metadata.name);
    });

    it("is left out without an image, and when it is not wanted", async () => {
      for (const changes of [{}, { agentImage, checkOnDeployment: false }]) {
        const program = await declare(changes);
        assert.deepEqual(
          program.list().filter((entry) => entry.startsWith(JOB)),
          [],
        );
      }
    });

    it("keeps keys out of Jobs and ConfigMaps", async () => {
      const program = await declare({ agentImage });
      for (const { type, raw } of program.resources)
        if (type !== SECRET) assert.deepEqual(plainPaths(raw, "writer-secret"), [], type);
    });

    it("refuses a check without an image, and requirements without a check", () => {
      assert.equal(
        refused({ checkOnDeployment: true }),
        problem("agentImage: is missing: the check on deployment runs in it"),
      );
      assert.equal(
        refused({ require: ["private"] }),
        problem(
          "require: has no meaning without a check on deployment: give agentImage, and leave checkOnDeployment out",
        ),
      );
    });

    it("refuses to require what is unknown, and what cannot be tried with the keys there are", () => {
      assert.match(
        refused({ agentImage, require: ["private", "encryption"] }),
        /require\.1: "encryption" is nothing that is tried of a bucket; known are: reachable, region, .*encryption-at-rest/,
      );
      assert.match(refused({ agentImage, require: ["durable-writes"] }), /"durable-writes" is nothing that is tried/);
      assert.equal(
        refused({ agentImage, require: ["pruner-prunes"] }),
        problem('require.0: "pruner-prunes" cannot be tried without a key for: pruner'),
      );
    });
  });
});
