import assert from "node:assert/strict";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ownerKey } from "../../../model/storage-identity";
import { call, Folder, stackOutputs, TARGET } from "./support";

const OLD = "20261001T010000Z-0001";
const NEW = "20261121T010000Z-0002";

describe("restorable backup prune", () => {
  let folder: Folder;
  const there = (id: string) => existsSync(join(folder.path, `backups/app/orders/shop/${id}/manifest.json`));
  const prune = (args: string[], change = {}) =>
    call(["backup", "prune", "--path", folder.path, "--keep", "1d", ...args], change);
  beforeEach(async () => {
    folder = await Folder.make();
    folder.own();
    folder.backup(OLD);
    folder.backup(NEW);
  });
  afterEach(() => folder.remove());

  it("says of each why it stays or goes, and removes nothing in a dry run", async () => {
    const { code, out, err } = await prune(["--dry-run"]);
    assert.equal(code, 0, err);
    assert.match(out, new RegExp(`^remove {2}${OLD}`, "m"));
    assert.match(out, new RegExp(`^keep {4}${NEW} .*younger than 1d`, "m"));
    assert.match(out, /would remove 1 backup/);
    assert.ok(there(OLD));
  });

  it("removes what was agreed to, and prints JSON", async () => {
    const { code, out } = await prune(["--yes", "--json"]);
    assert.equal(code, 0);
    const { backups, removedBytes, policy, ...rest } = JSON.parse(out);
    assert.deepEqual(rest, { version: 1, target: TARGET, dryRun: false, removed: [OLD], spared: [], refused: null });
    assert.ok(removedBytes > 0);
    const none = { hourly: 0, daily: 0, weekly: 0, monthly: 0, yearly: 0 };
    assert.deepEqual(policy, { keepSeconds: 86_400, ...none, timeZone: "UTC" });
    const [first] = backups;
    assert.deepEqual(
      { ...first, reasons: [], bytes: 0 },
      {
        ...{ id: OLD, action: "remove", reasons: [], state: "good", drilled: null },
        ...{ takenAt: "2026-10-01T01:00:01.000Z", bytes: 0 },
      },
    );
    assert.ok(!there(OLD) && there(NEW));
  });

  it("removes nothing in a storage of another stack, nor in one that nobody has marked", async () => {
    folder.own({ stack: "other" });
    const outputs = { stackOutputs: async () => stackOutputs() };
    const theirs = await prune(["--yes", "--stack", "lab"], outputs);
    assert.equal(theirs.code, 1);
    assert.match(theirs.err, /belongs to the stack other of the environment staging/);
    rmSync(join(folder.path, ownerKey("", TARGET)));
    const unmarked = await prune(["--yes", "--json"]);
    assert.equal(unmarked.code, 1);
    assert.match(JSON.parse(unmarked.out).refused, /no marker says whose the backups of app\/orders\/shop are/);
    assert.ok(there(OLD) && there(NEW));
  });

  it("asks on a terminal, and takes no for an answer", async () => {
    const terminal = { in: true, out: false, err: false };
    let asked = "";
    const confirm = (answer: boolean) => async (question: string) => {
      asked = question;
      return answer;
    };
    const no = await prune([], { terminal, confirm: confirm(false) });
    assert.equal(no.code, 1);
    assert.match(no.err, /nothing was removed/);
    assert.equal(asked, "Remove 1 backup? They cannot be had back here.");
    assert.ok(there(OLD));
    assert.equal((await prune([], { terminal, confirm: confirm(true) })).code, 0);
    assert.ok(!there(OLD));
  });

  it("refuses where nobody can be asked", async () => {
    const { code, err } = await prune([]);
    assert.equal(code, 2);
    assert.match(err, /nobody can be asked here: look with --dry-run first, then give --yes/);
    assert.ok(there(OLD));
  });

  it("wants to be told which backups are kept, and how long", async () => {
    const none = await call(["backup", "prune", "--path", folder.path, "--dry-run"]);
    assert.equal(none.code, 2);
    assert.match(none.err, /which backups are kept\? Give --keep/);
    const counts = await call(["backup", "prune", "--path", folder.path, "--dry-run", "--daily", "3"]);
    assert.match(counts.err, /how long is everything kept\? Give --keep/);
    assert.match((await prune(["--dry-run", "--daily", "-1"])).err, /--daily is "-1"|argument missing/);
  });
});
