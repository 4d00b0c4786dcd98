import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { parseCliOutputs } from "../../../model/cli-outputs";
import { copyJobSchema } from "../../../model/copy-job";
import {
  backupDescriptorSchema,
  clusterDescriptorSchema,
  copyDescriptorSchema,
  drillDescriptorSchema,
  retentionDescriptorSchema,
  storageDescriptorSchema,
} from "../../../model/descriptor";
import { backupJobSchema, drillJobSchema } from "../../../model/job-config";
import { pruneJobSchema } from "../../../model/prune-job";
import { storageCheckJobSchema } from "../../../model/storage-check-job";
import { type Program, plainPaths, run, SIGNING_KEY } from "../components/declare";
import { restrictedProblems } from "../components/pod-security";

const ACCOUNT = "111122223333";
const PROJECT = join(__dirname, "../../..");
const STACKS = ["local", "develop", "staging", "production"] as const;

interface Settings {
  databases: { name: string; owner: string; roles: { name: string }[] }[];
  environment: string;
}
const settingsOf = (stack: string): Settings =>
  parse(readFileSync(join(PROJECT, `stacks/Pulumi.${stack}.yaml`), "utf8")).config["restorable:settings"];

const key = (use: string) => ({ accessKeyId: `${use}-id-secret`, secretAccessKey: `${use}-key-secret` });
const credentialsOf = (settings: Settings) => ({
  signingKey: SIGNING_KEY,
  backupPassword: "backup-secret",
  adminPassword: "admin-secret",
  storage: { writer: key("writer"), reader: key("reader"), evidence: key("evidence"), pruner: key("pruner") },
  rolePasswords: Object.fromEntries(
    settings.databases
      .flatMap(({ owner, roles }) => [owner, ...roles.map((r) => r.name)])
      .map((role) => [role, `${role}-secret`]),
  ),
});

/** The program of `stack` as Pulumi runs it, from its own file. */
async function program(stack: string, preview = true, changes: object = {}, credentials?: object): Promise<Program> {
  const settings = { ...settingsOf(stack), ...changes };
  const config: Record<string, string> = {
    "restorable:settings": JSON.stringify(settings),
    "restorable:credentials": JSON.stringify(credentials ?? credentialsOf(settings)),
  };
  if (stack === "local")
    config["restorable:images"] = JSON.stringify({ server: "lab/postgresql:17.6", agent: "lab/agent:1" });
  return run(
    () => {
      const entry = require.resolve("../../../stacks/index");
      delete require.cache[entry];
      require(entry);
    },
    // Which account the AWS provider's credentials are of, where it is asked.
    { stack, preview, config, call: () => ({ accountId: ACCOUNT }) },
  );
}

const descriptors = (p: Program) =>
  Object.values(p.registered).flatMap((r) => (r as { descriptor?: { kind: string } }).descriptor ?? []);
const SCHEMAS = {
  cluster: clusterDescriptorSchema,
  storage: storageDescriptorSchema,
  backup: backupDescriptorSchema,
  drill: drillDescriptorSchema,
  retention: retentionDescriptorSchema,
  copy: copyDescriptorSchema,
} as const;

/** What the agent reads, by the end of a ConfigMap's name. */
const CONFIGS = {
  backup: backupJobSchema,
  drill: drillJobSchema,
  retention: pruneJobSchema,
  copy: copyJobSchema,
  check: storageCheckJobSchema,
} as const;

describe("the stacks", () => {
  for (const stack of STACKS) {
    describe(stack, () => {
      let previewed: Program;
      before(async () => {
        previewed = await program(stack);
      });

      it("is of the environment it is called after", () => assert.equal(settingsOf(stack).environment, stack));

      it("registers descriptors that are whole and known at preview: a cluster, a store, a backup and a drill per database", () => {
        const found = descriptors(previewed);
        for (const descriptor of found) SCHEMAS[descriptor.kind as keyof typeof SCHEMAS].parse(descriptor);
        const count = (kind: string) => found.filter((d) => d.kind === kind).length;
        const databases = settingsOf(stack).databases.length;
        assert.deepEqual(
          [count("cluster"), count("storage"), count("backup"), count("drill")],
          [1, 1, databases, databases],
        );
      });

      it("runs only pods that Pod Security admits as restricted", () => {
        const pods = previewed.resources.flatMap(({ type, inputs }) => {
          if (type === "kubernetes:batch/v1:CronJob") return [inputs.spec.jobTemplate.spec.template.spec];
          return type === "kubernetes:batch/v1:Job" ? [inputs.spec.template.spec] : [];
        });
        const { databases } = settingsOf(stack);
        // Of each database: backup and drill, on a schedule and on deployment, and pruning; of the storage, two checks.
        assert.equal(pods.length, databases.length * 5 + 2);
        for (const pod of pods) assert.deepEqual(restrictedProblems(pod), []);
      });

      it("writes config that the agent reads", () => {
        for (const { name, inputs } of previewed.resources) {
          const text = inputs.data?.["config.json"];
          if (text === undefined) continue;
          const kind = /-([a-z]+)-config$/.exec(name)?.[1] as keyof typeof CONFIGS;
          const schema = CONFIGS[name.includes("-storage-check") ? "check" : kind];
          assert.ok(schema, name);
          schema.parse(JSON.parse(text));
        }
      });

      it("shows no secret anywhere but in secrets", () => {
        for (const secret of ["-secret", SIGNING_KEY.split("\n")[1] as string]) {
          for (const { type, name, raw } of previewed.resources)
            assert.deepEqual(plainPaths(raw, secret), [], `${type} ${name}`);
          assert.deepEqual(plainPaths(previewed.registered, secret), []);
        }
      });
    });
  }

  it("share one restore path from develop to production, so that evidence can be promoted", async () => {
    const of = async (stack: string) =>
      descriptors(await program(stack)).flatMap((d) =>
        d.kind === "drill" ? (d as { fingerprint?: string }).fingerprint : [],
      );
    const develop = await of("develop");
    assert.deepEqual(await of("staging"), develop);
    assert.deepEqual(await of("production"), develop);
  });

  it("declares the same in an update as in its preview", async () => {
    assert.deepEqual((await program("local", false)).list(), (await program("local", true)).list());
  });

  it("names every missing credential at once, and how to set it", async () => {
    await assert.rejects(program("develop", true, {}, { backupPassword: "x" }), (error: Error) => {
      const set = "is missing; set it with: pulumi config set --secret --path 'restorable:credentials.";
      assert.equal(
        error.message,
        "the credentials of stack develop (restorable:credentials) cannot be used as declared:\n" +
          `  - storage: ${set}storage', or name an existing Secret in storage.existingSecrets\n` +
          `  - signingKey: ${set}signingKey', or name an existing Secret in drill.signingSecret\n` +
          `  - adminPassword: ${set}adminPassword'\n` +
          `  - rolePasswords.shop_app: ${set}rolePasswords.shop_app'\n` +
          `  - rolePasswords.shop_report: ${set}rolePasswords.shop_report'`,
      );
      return true;
    });
  });

  it("encrypts backups where the settings say so, and asks for what opens them", async () => {
    const settings = settingsOf("develop") as Settings & { backup: object };
    const recipients = [`age1${"q".repeat(58)}`];
    const changes = { backup: { ...settings.backup, encryption: { scheme: "age", recipients } } };
    await assert.rejects(
      program("develop", true, changes),
      /- recoveryIdentity: is missing; set it with: .*or name an existing Secret in drill.identitySecret/,
    );
    const recoveryIdentity = `AGE-SECRET-KEY-1${"Q".repeat(58)}`;
    const declared = await program("develop", true, changes, { ...credentialsOf(settings), recoveryIdentity });
    const drills = descriptors(declared)
      .filter(({ kind }) => kind === "drill")
      .map((descriptor) => (descriptor as unknown as { restorePath: { backup: object } }).restorePath.backup);
    assert.deepEqual(drills, [{ method: "logical", format: "custom", compression: "zstd", encryption: "age" }]);
    assert.doesNotMatch(JSON.stringify(declared.registered), /AGE-SECRET-KEY/);
  });

  it("copies backups off-site where the settings say so, drills the copies, and asks for their keys", async () => {
    const offSite = {
      ...{ endpoint: "https://s3.example.org", bucket: "shop-copies", region: "eu-west-1" },
      ...{ schedule: "30 * * * *", rpo: "5h" },
    };
    await assert.rejects(
      program("production", true, { offSite }),
      /- offSite: is missing; set it with: .*or name an existing Secret in offSite.existingSecrets/,
    );
    const credentials = credentialsOf(settingsOf("production"));
    const keys = { writer: key("other-writer"), reader: key("other-reader") };
    const declared = await program("production", true, { offSite }, { ...credentials, offSite: keys });
    const kinds = descriptors(declared).map(({ kind }) => kind);
    assert.deepEqual(kinds.filter((kind) => kind === "copy" || kind === "storage").sort(), [
      "copy",
      "storage",
      "storage",
    ]);
    const drill = descriptors(declared).find(({ kind }) => kind === "drill") as { offSite?: { rpoSeconds: number } };
    assert.equal(drill.offSite?.rpoSeconds, 5 * 3600);
  });

  it("asks for a key that may delete where something is to be removed", async () => {
    const { pruner: _, ...storage } = credentialsOf(settingsOf("staging")).storage;
    const credentials = { ...credentialsOf(settingsOf("staging")), storage };
    await assert.rejects(program("staging", true, {}, credentials), /- storage.pruner: is missing; set it with/);
  });

  it("keeps backups in Amazon S3 or on NFS where the settings say so, with no key at all", async () => {
    const { storage: _, ...credentials } = credentialsOf(settingsOf("staging"));
    const irsa = {
      oidcProviderArn: "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/0F",
    };
    const s3 = { kind: "s3", bucket: "shop-backups", region: "eu-central-1", accountId: ACCOUNT, irsa };
    const nfs = { kind: "nfs", server: "nas.example.com", path: "/export/backups", size: "500Gi" };
    for (const storage of [s3, nfs]) {
      const declared = await program("staging", true, { storage }, credentials);
      const found = descriptors(declared).find(({ kind }) => kind === "storage") as { storage?: string };
      assert.equal(found.storage, storage.kind);
    }
  });

  it("tells the command `restorable` what it needs, in an output of that name", async () => {
    const { registered } = await program("local");
    const component = registered["restorable:index:RestorablePostgres pg"] as { restorable: unknown };
    const outputs = parseCliOutputs({ restorable: component.restorable }, "local");
    assert.deepEqual(
      outputs.databases.map(({ database, retentionCronJob }) => [database, retentionCronJob]),
      [
        ["zabbix", "pg-zabbix-retention"],
        ["bench", "pg-bench-retention"],
      ],
    );
    assert.deepEqual(outputs.storages.primary.secrets, {
      writer: { namespace: "databases", name: "pg-storage-writer" },
      reader: { namespace: "databases-drill", name: "pg-storage-reader" },
      evidence: { namespace: "databases-drill", name: "pg-storage-evidence" },
      pruner: { namespace: "databases", name: "pg-storage-pruner" },
    });
    assert.equal(outputs.publicKeys?.length, 1);
    assert.deepEqual([outputs.environment, outputs.stack], ["local", "local"]);
  });

  it("ends before anything is declared when a setting is wrong", async () => {
    await assert.rejects(
      program("staging", true, { namespace: "shop-drill" }),
      /^InvalidInputError: the settings of stack staging \(restorable:settings\) cannot be used as declared:\n {2}- drill.namespace: "shop-drill" is the namespace of the source database/,
    );
  });
});
