import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type CliOutputs, cliOutputsSchema } from "../../model/cli-outputs";
import { ID_PATTERN } from "../../model/layout";
import { PulumiStack } from "../../scripts/loop/pulumi";
import { World } from "./support/world";

const MAIN = join(__dirname, "..", "..", "cli", "main.ts");

/** What an operator does from a machine of their own: with a stack's name, and with no more than a bucket and a key. */
describe("the command restorable", () => {
  let world: World;
  let folder: string;
  let stack: PulumiStack;
  let id: string;

  before(async () => {
    world = await World.open();
    folder = join(world.folder, "command");
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(join(folder, "keys"), { recursive: true });
    stack = await stackWith(outputsOf(world));
  });

  /** A stack that has these outputs and nothing else. */
  async function stackWith(restorable: CliOutputs): Promise<PulumiStack> {
    const program = join(folder, "program");
    mkdirSync(program);
    writeFileSync(join(program, "Pulumi.yaml"), "name: command\nruntime: nodejs\n");
    const made = new PulumiStack({
      folder,
      stack: "command",
      program,
      configFile: join(folder, "Pulumi.command.yaml"),
    });
    await made.ensure();
    const root = {
      urn: "urn:pulumi:command::command::pulumi:pulumi:Stack::command-command",
      ...{ custom: false, type: "pulumi:pulumi:Stack", outputs: { restorable } },
    };
    const manifest = { time: new Date().toISOString(), magic: "", version: "" };
    const file = join(folder, "state.json");
    writeFileSync(file, JSON.stringify({ version: 3, deployment: { manifest, resources: [root] } }));
    const { code, output } = await made.tryCommand(["stack", "import", "--file", file]);
    assert.equal(code, 0, output);
    return made;
  }

  function restorable(...args: string[]) {
    const { location } = stack;
    const env = {
      ...process.env,
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: join(folder, "passphrase"),
      RESTORABLE_STACK: undefined,
    };
    const ofStack = args.includes("--credentials") ? [] : ["--stack", location.stack, "--cwd", location.program];
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", MAIN, ...args, ...ofStack], {
      encoding: "utf8",
      env,
    });
    for (const secret of world.secrets()) assert.ok(!(stdout + stderr).includes(secret), "a secret is printed");
    return { code: status, out: stdout, err: stderr };
  }

  const database = ["--database", "zabbix"];

  it("takes a backup, and prints its id", () => {
    const { code, out, err } = restorable("backup", "create", ...database);
    assert.equal(code, 0, err);
    id = out.trim();
    assert.match(id, ID_PATTERN);
    assert.match(err, /✔ dump/);
  });

  it("lists it first, good and kept", () => {
    const { code, out, err } = restorable("backup", "list", "--limit", "1", "--json", ...database);
    assert.equal(code, 0, err);
    const [backup] = (JSON.parse(out) as { backups: { id: string; state: string }[] }).backups;
    assert.equal(backup?.id, id);
    assert.equal(backup?.state, "good");
  });

  it("verifies what is stored, with a key from a folder and no stack", () => {
    const { endpoint, bucket, region, reader } = world.s3;
    const files = { ACCESS_KEY_ID: reader.accessKeyId, ACCESS_SECRET_KEY: reader.secretAccessKey };
    const keys = join(folder, "keys");
    for (const [name, value] of Object.entries(files)) writeFileSync(join(keys, name), value, { mode: 0o600 });
    const where = ["--endpoint", endpoint, "--bucket", bucket, "--region", region, "--credentials", keys];
    const { code, out, err } = restorable("backup", "verify", id, ...database, ...where);
    assert.equal(code, 0, err);
    assert.match(out, new RegExp(`^✔ ${id} .* as in the manifest`));
  });

  it("drills it, and its evidence is verified for exactly the dump that was fetched", () => {
    const drill = restorable("drill", "run", "--backup", id, "--json", ...database);
    assert.equal(drill.code, 0, drill.err);
    const run = JSON.parse(drill.out) as { drill: string; evidence: { signature: string } };
    assert.equal(run.evidence.signature, "verified");
    const to = join(folder, "restore");
    const got = restorable("backup", "get", id, "--to", to, ...database);
    assert.equal(got.code, 0, got.err);
    assert.match(got.out, /pg_restore --create --exit-on-error/);
    const envelope = restorable("evidence", "show", run.drill, "--envelope", ...database);
    const evidence = join(folder, "evidence.json");
    writeFileSync(evidence, envelope.out);
    const dump = join(to, "database.dump");
    const good = restorable("evidence", "verify", evidence, "--artifact", dump, "--max-age", "1h");
    assert.equal(good.code, 0, good.out + good.err);
    writeFileSync(dump, Buffer.concat([readFileSync(dump), Buffer.from("x")]));
    const other = restorable("evidence", "verify", evidence, "--artifact", dump);
    assert.equal(other.code, 1);
    assert.match(other.out, /is not the dump that was drilled/);
  });

  it("may read with the reader's key, and not remove with it", () => {
    const dry = restorable("backup", "prune", "--dry-run", ...database);
    assert.equal(dry.code, 0, dry.err);
    assert.match(dry.out, new RegExp(`^keep {4}${id}`, "m"));
    const { code, err } = restorable("backup", "prune", "--yes", ...database);
    assert.equal(code, 2);
    assert.match(err, /names no Secret of a pruner/);
  });
});

/** What the local stack is made of, as its output `restorable` would say it. */
function outputsOf({ outputs, s3, local }: World): CliOutputs {
  const secret = (namespace: string, use: string) => ({ namespace, name: `${outputs.clusterName}-storage-${use}` });
  return cliOutputsSchema.parse({
    version: 1,
    environment: outputs.environment,
    databases: outputs.databases.map((database) => ({
      ...database,
      ...{ cluster: outputs.clusterName, timeZone: "UTC", retention: { keepSeconds: 172_800, daily: 7 } },
    })),
    storages: {
      primary: {
        ...{ access: { kind: "s3-compatible" }, endpoint: s3.endpoint, bucket: s3.bucket, region: s3.region },
        secrets: { writer: secret(outputs.namespace, "writer"), reader: secret(outputs.drillNamespace, "reader") },
      },
    },
    publicKeys: [local.publicKey()],
  });
}
