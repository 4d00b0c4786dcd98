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
const RBAC = "kubernetes:rbac.authorization.k8s.io/v1";
const STACKS = ["local", "develop", "staging", "production"] as const;

interface Settings {
  databases: { name: string; owner: string; roles: { name: string }[] }[];
  environment: string;
  backup: { schedule: string };
}
const configOf = (stack: string) => parse(readFileSync(join(PROJECT, `stacks/Pulumi.${stack}.yaml`), "utf8")).config;
const settingsOf = (stack: string): Settings => {
  const settings = configOf(stack)["restorable:settings"];
  // Where the lab's API server is, `make up` finds out.
  if (stack === "local") settings.drill.apiServerCidrs = ["10.0.0.5/32"];
  return settings;
};
/** The stacks that leave their drills to a platform's stack, and those stacks. */
const APART = ["staging", "production"];

const key = (use: string) => ({ accessKeyId: `${use}-id-secret`, secretAccessKey: `${use}-key-secret` });
const credentialsOf = (settings: Settings) => ({
  ...(APART.includes(settings.environment) ? {} : { signingKey: SIGNING_KEY }),
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
  return runProgram(stack, config, preview);
}

function runProgram(stack: string, config: Record<string, string>, preview = true): Promise<Program> {
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

/** The program of the platform's stack that drills `stack`. */
async function platform(stack: string, changes: object = {}): Promise<Program> {
  const drills = { ...configOf(`${stack}-drills`)["restorable:drills"], ...changes };
  return runProgram(`${stack}-drills`, { "restorable:drills": JSON.stringify(drills) });
}

const fingerprintsOf = (p: Program) =>
  descriptors(p).flatMap((d) => (d.kind === "drill" ? (d as { fingerprint?: string }).fingerprint : []));

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
        // Where a platform drills: no drills, and no check of its keys.
        const expected = APART.includes(stack) ? databases.length * 3 + 1 : databases.length * 5 + 2;
        assert.equal(pods.length, expected);
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
    const of = async (stack: string) => fingerprintsOf(await program(stack));
    const develop = await of("develop");
    assert.deepEqual(await of("staging"), develop);
    assert.deepEqual(await of("production"), develop);
    for (const stack of APART) assert.deepEqual(fingerprintsOf(await platform(stack)), develop);
  });

  describe("of the platform", () => {
    for (const stack of APART)
      it(`drill what ${stack} backs up: the same database, stack and objectives, by the names that ${stack} asks for`, async () => {
        const drills = (p: Program) =>
          descriptors(p).flatMap((d) => (d.kind === "drill" ? [drillDescriptorSchema.parse(d)] : []));
        const [[theirs], [ours]] = [drills(await program(stack)), drills(await platform(stack))];
        assert.ok(theirs?.kind === "drill" && ours?.kind === "drill");
        assert.deepEqual([theirs.declares, theirs.attestation], ["reference", "platform"]);
        assert.deepEqual([ours.declares, ours.attestation, ours.signingKey], ["jobs", "platform", "secret"]);
        for (const field of ["environment", "stack", "target", "drillNamespace", "fingerprint", "objectives"] as const)
          assert.deepEqual(theirs[field], ours[field], field);
        assert.equal(theirs.triggers.schedule, ours.triggers.schedule);
        const backup = (await program(stack)).get("kubernetes:core/v1:ConfigMap", "shop-shop-backup-config");
        const { requestDrill } = JSON.parse(backup.inputs.data["config.json"]);
        assert.deepEqual(requestDrill, { namespace: "shop-drill", drill: "shop-shop-drill" });
        const asks = (await platform(stack)).get(`${RBAC}:RoleBinding`, "shop-shop-drill-requests").inputs;
        assert.deepEqual(asks.subjects, [{ kind: "ServiceAccount", namespace: "shop", name: "shop-shop-backup" }]);
      });

    it("makes no Secret: keys are put where they are used by those who have them", async () => {
      const list = (await platform("production")).list();
      assert.ok(list.includes("restorable:index:RestoreDrill shop-shop-drill"));
      assert.ok(!list.some((line) => line.includes(":Secret ")));
    });

    it("signs by a KMS where the settings say so, with a way to it", async () => {
      const { drill } = configOf("production-drills")["restorable:drills"];
      const { signingSecret: _, ...plan } = drill;
      const signingKms = { keyId: "alias/evidence", region: "eu-central-1" };
      const declared = await platform("production", { drill: { ...plan, signingKms } });
      assert.ok(declared.list().includes("kubernetes:networking.k8s.io/v1:NetworkPolicy shop-drills-allow-signing"));
      await assert.rejects(platform("production", { drill: plan }), /drill: give either signingSecret or signingKms/);
    });

    it("are refused with every contradiction at once, before anything is declared", async () => {
      const { drill } = configOf("staging-drills")["restorable:drills"];
      await assert.rejects(
        platform("staging", { major: 16, drill: { ...drill, namespace: "shop" } }),
        /^InvalidInputError: the settings of stack staging-drills \(restorable:drills\) cannot be used as declared:\n {2}- images.server: .*\n {2}- drill.namespace: "shop" is the namespace/,
      );
    });
  });

  it("lets no key of the program sign in production", async () => {
    const { drill: _, ...settings } = settingsOf("production") as Settings & { drill: object };
    const drill = { namespace: "shop-drill", rto: "2h", apiServerCidrs: ["10.0.0.5/32"] };
    await assert.rejects(
      program("production", true, { drill }, { ...credentialsOf(settings), signingKey: SIGNING_KEY }),
      /- signingKey: has no place in production, where those who run the program could sign with it: name drill.signingSecret/,
    );
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
    // What is copied is read in the application's namespace: drills and their reader are the platform's.
    const storage = { ...credentials.storage, copier: key("copier") };
    const declared = await program("production", true, { offSite }, { ...credentials, storage, offSite: keys });
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
    const { storage: _, ...credentials } = credentialsOf(settingsOf("develop"));
    const irsa = {
      oidcProviderArn: "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/0F",
    };
    const s3 = { kind: "s3", bucket: "shop-backups", region: "eu-central-1", accountId: ACCOUNT, irsa };
    const nfs = { kind: "nfs", server: "nas.example.com", path: "/export/backups", size: "500Gi" };
    for (const storage of [s3, nfs]) {
      const declared = await program("develop", true, { storage }, credentials);
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
