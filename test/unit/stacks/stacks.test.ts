import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import {
  backupDescriptorSchema,
  clusterDescriptorSchema,
  drillDescriptorSchema,
  storageDescriptorSchema,
} from "../../../model/descriptor";
import { backupJobSchema, drillJobSchema } from "../../../model/job-config";
import { type Program, plainPaths, run, SIGNING_KEY } from "../components/declare";
import { restrictedProblems } from "../components/pod-security";

const PROJECT = join(__dirname, "../../..");
const STACKS = ["local", "develop", "staging", "production"] as const;

type Settings = { databases: { name: string; owner: string; roles: { name: string }[] }[]; environment: string };
const settingsOf = (stack: string): Settings =>
  parse(readFileSync(join(PROJECT, `stacks/Pulumi.${stack}.yaml`), "utf8")).config["restorable:settings"];

const key = (use: string) => ({ accessKeyId: `${use}-id-secret`, secretAccessKey: `${use}-key-secret` });
const credentialsOf = (settings: Settings) => ({
  signingKey: SIGNING_KEY,
  backupPassword: "backup-secret",
  adminPassword: "admin-secret",
  storage: { writer: key("writer"), reader: key("reader"), evidence: key("evidence") },
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
    { stack, preview, config },
  );
}

const descriptors = (p: Program) =>
  Object.values(p.registered).flatMap((r) => (r as { descriptor?: { kind: string } }).descriptor ?? []);
const SCHEMAS = {
  cluster: clusterDescriptorSchema,
  storage: storageDescriptorSchema,
  backup: backupDescriptorSchema,
  drill: drillDescriptorSchema,
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
        assert.equal(pods.length, settingsOf(stack).databases.length * 4);
        for (const pod of pods) assert.deepEqual(restrictedProblems(pod), []);
      });

      it("writes config that the agent reads", () => {
        for (const { name, inputs } of previewed.resources) {
          const text = inputs.data?.["config.json"];
          if (text === undefined) continue;
          (name.endsWith("-backup-config") ? backupJobSchema : drillJobSchema).parse(JSON.parse(text));
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

  it("ends before anything is declared when a setting is wrong", async () => {
    await assert.rejects(
      program("staging", true, { namespace: "shop-drill" }),
      /^InvalidInputError: the settings of stack staging \(restorable:settings\) cannot be used as declared:\n {2}- drill.namespace: "shop-drill" is the namespace of the source database/,
    );
  });
});
