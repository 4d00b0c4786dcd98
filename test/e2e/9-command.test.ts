import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ID_PATTERN } from "../../model/layout";
import { restorable } from "./support/command";
import { World } from "./support/world";

/** What an operator does from a machine of their own: with a stack's name, and with no more than a bucket and a key. */
describe("the command restorable", () => {
  let world: World;
  let folder: string;
  let id: string;

  before(async () => {
    world = await World.open();
    folder = join(world.folder, "command");
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(join(folder, "keys"), { recursive: true });
  });

  const database = ["--database", "zabbix"];

  it("takes a backup, and prints its id", () => {
    const { code, out, err } = restorable(world, "backup", "create", ...database);
    assert.equal(code, 0, err);
    id = out.trim();
    assert.match(id, ID_PATTERN);
    assert.match(err, /✔ dump/);
  });

  it("lists it first, good and kept", () => {
    const { code, out, err } = restorable(world, "backup", "list", "--limit", "1", "--json", ...database);
    assert.equal(code, 0, err);
    const [backup] = (JSON.parse(out) as { backups: { id: string; state: string }[] }).backups;
    assert.equal(backup?.id, id);
    assert.equal(backup?.state, "good");
  });

  it("finds that the stack owns its backups and its evidence, by the keys that the stack names", () => {
    const { code, out, err } = restorable(world, "storage", "adopt", "--dry-run", "--json", ...database);
    assert.equal(code, 0, err);
    const { adopted, folders } = JSON.parse(out) as {
      adopted: boolean;
      folders: { root: string; changes: string[] }[];
    };
    assert.equal(adopted, false);
    assert.ok(folders.some(({ root }) => root === "backups"));
    for (const { root, changes } of folders) assert.deepEqual(changes, [], root);
  });

  it("verifies what is stored, with a key from a folder and no stack", () => {
    const { endpoint, bucket, region, reader } = world.s3;
    const files = { ACCESS_KEY_ID: reader.accessKeyId, ACCESS_SECRET_KEY: reader.secretAccessKey };
    const keys = join(folder, "keys");
    for (const [name, value] of Object.entries(files)) writeFileSync(join(keys, name), value, { mode: 0o600 });
    const where = ["--endpoint", endpoint, "--bucket", bucket, "--region", region, "--credentials", keys];
    const { code, out, err } = restorable(world, "backup", "verify", id, ...database, ...where);
    assert.equal(code, 0, err);
    assert.match(out, new RegExp(`^✔ ${id} .* as in the manifest`));
  });

  it("drills it, and its evidence is verified for exactly the dump that was fetched", () => {
    const drill = restorable(world, "drill", "run", "--backup", id, "--json", ...database);
    assert.equal(drill.code, 0, drill.err);
    const run = JSON.parse(drill.out) as { drill: string; evidence: { signature: string } };
    assert.equal(run.evidence.signature, "verified");
    const to = join(folder, "restore");
    const got = restorable(world, "backup", "get", id, "--to", to, ...database);
    assert.equal(got.code, 0, got.err);
    assert.match(got.out, /pg_restore --create --exit-on-error/);
    const envelope = restorable(world, "evidence", "show", run.drill, "--envelope", ...database);
    const evidence = join(folder, "evidence.json");
    writeFileSync(evidence, envelope.out);
    const dump = join(to, "database.dump");
    const good = restorable(world, "evidence", "verify", evidence, "--artifact", dump, "--max-age", "1h");
    assert.equal(good.code, 0, good.out + good.err);
    writeFileSync(dump, Buffer.concat([readFileSync(dump), Buffer.from("x")]));
    const other = restorable(world, "evidence", "verify", evidence, "--artifact", dump);
    assert.equal(other.code, 1);
    assert.match(other.out, /is not the dump that was drilled/);
  });

  it("says how the backups are: how many, how big, how old, and when the next is due", () => {
    const { code, out, err } = restorable(world, "backup", "stats", "--json", ...database);
    assert.equal(code, 0, err);
    const [stats] = (JSON.parse(out) as { databases: Record<string, unknown>[] }).databases;
    assert.ok(stats, out);
    assert.ok(JSON.stringify(stats).includes(id), out);
  });
});
