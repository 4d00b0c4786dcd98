import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { manifest as example } from "../agent/jobs";
import { OWNER } from "../catalog/memory-store";
import { call, Folder, NOW, stackOutputs, TARGET } from "./support";

const server = (systemIdentifier: string) => ({ server: { ...example.server, systemIdentifier } });

describe("restorable storage adopt", () => {
  let folder: Folder;
  beforeEach(async () => {
    folder = await Folder.make();
    folder.own();
    folder.backup("20261120T010000Z-0001", { change: server("1") });
    folder.backup("20261121T010000Z-0002", { change: server("2") });
  });
  afterEach(() => folder.remove());

  const adopt = (args: string[], change = {}) => call(["storage", "adopt", "--path", folder.path, ...args], change);
  const marker = () =>
    JSON.parse(readFileSync(join(folder.path, "backups/app/orders/shop/restorable-owner.json"), "utf8"));
  const prune = async () => (await call(["backup", "prune", "--dry-run", "--path", folder.path, "--keep", "1h"])).err;
  const asked = (typed: string) => ({
    terminal: { in: true, out: false, err: false },
    ask: async (question: string) => {
      assert.match(question, /type the cluster's name/);
      return typed;
    },
  });

  it("shows what is there and what would change, and changes nothing in a dry run", async () => {
    const before = marker();
    const { code, out, err } = await adopt(["--dry-run"]);
    assert.equal(code, 0, err);
    assert.deepEqual(out.split("\n"), [
      `backups of app/orders/shop in the volume at ${folder.path}: belongs to the stack orders-staging of the environment staging since 2020-01-01T00:00:00Z`,
      "  there is 1 good backup of the stack orders-staging of the environment staging from the server 1, 20261120T010000Z-0001 to 20261120T010000Z-0001",
      "  there is 1 good backup of the stack orders-staging of the environment staging from the server 2, 20261121T010000Z-0002 to 20261121T010000Z-0002",
      "  → the server 2 goes on where the others ended: pruning counts the backups of all as one history",
      "nothing was changed: this was a dry run",
    ]);
    assert.deepEqual(marker(), before);
  });

  it("wants the cluster's name typed, and takes no other word for it", async () => {
    for (const typed of ["", "y", "yes", "order", "shop"]) {
      const { code, err } = await adopt([], asked(typed));
      assert.equal(code, 1);
      assert.match(err, /is not the cluster's name, orders: nothing was changed/);
    }
    assert.equal((await adopt(["--yes", "shop"])).code, 1);
    assert.deepEqual(marker().adopted, []);
    assert.match(await prune(), /another/);
    assert.equal((await adopt([], asked("orders"))).code, 0);
    assert.deepEqual(marker().adopted, [{ at: NOW.toISOString(), systemIdentifier: "2" }]);
    assert.equal(await prune(), "");
  });

  it("prints JSON, and finds nothing more to do when it is repeated", async () => {
    const first = await adopt(["--yes", "orders", "--json"]);
    assert.equal(first.code, 0);
    const { folders, ...rest } = JSON.parse(first.out);
    assert.deepEqual(rest, { version: 1, owner: OWNER, dryRun: false, adopted: true });
    assert.equal(folders.length, 1);
    assert.deepEqual([folders[0].target, folders[0].root, folders[0].changes.length], [TARGET, "backups", 1]);
    const second = await adopt(["--yes", "orders"]);
    assert.equal(second.code, 0);
    assert.match(second.out, /nothing is to be changed: all of it is the stack orders-staging .*'s already$/);
  });

  it("makes the stack of --stack the owner, of evidence, too", async () => {
    folder.own({ stack: "old-name" });
    const manifest = folder.backup("20261121T010000Z-0002", { change: { ...server("1"), stack: "old-name" } });
    folder.drill(manifest, "20261121T020000Z-0001", { stack: "old-name" });
    const change = { stackOutputs: async () => stackOutputs() };
    const { code, out, err } = await adopt(["--yes", "orders", "--stack", "lab"], change);
    assert.equal(code, 0, err);
    assert.match(out, /^evidence of app\/orders\/shop in .*: has no marker$/m);
    assert.match(
      out,
      /belongs to the stack orders-staging of the environment staging, and no more to the stack old-name/,
    );
    assert.deepEqual([marker().stack, marker().adopted.length], ["orders-staging", 1]);
    const evidence = join(folder.path, "evidence/app/orders/shop/restorable-owner.json");
    assert.equal(JSON.parse(readFileSync(evidence, "utf8")).stack, "orders-staging");
  });

  it("asks nobody where nobody can answer", async () => {
    const { code, err } = await adopt([]);
    assert.equal(code, 2);
    assert.match(err, /look with --dry-run first, then give --yes with the cluster's name/);
  });

  it("knows no other folders than the two", async () => {
    assert.match((await adopt(["--only", "all", "--dry-run"])).err, /--only is "all"; give backups or evidence/);
  });
});
