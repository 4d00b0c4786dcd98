import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { newKeys } from "../../policy/support/evidence";
import { call, Folder, keys, stackOutputs, TARGET } from "./support";

describe("restorable backup list", () => {
  let folder: Folder;
  let key: string[];
  beforeEach(async () => {
    folder = await Folder.make();
    key = ["--key", folder.file("public.pem", keys.publicKey)];
    const first = folder.backup("20261121T010000Z-0001");
    folder.drill(first, "20261121T010500Z-0001");
    folder.backup("20261121T020000Z-0002");
    folder.write("backups/app/orders/shop/20261121T030000Z-0003/database.dump", "half");
  });
  afterEach(() => folder.remove());

  it("shows the newest first, with state, drill and copies", async () => {
    const { code, out, err } = await call(["backup", "list", "--path", folder.path, ...key]);
    assert.equal(code, 0, err);
    // The manifest counts, whose length is not what this is about.
    assert.deepEqual(out.replaceAll(/\d\.\d kB/g, "1.5 kB").split("\n"), [
      "ID                     TAKEN AT                SIZE  STATE       KEPT UNTIL            DRILLED  COPIES",
      "20261121T030000Z-0003  2026-11-21 03:00:00Z     4 B  unfinished  -                     never    primary",
      "20261121T020000Z-0002  2026-11-21 02:00:01Z  1.5 kB  good        2026-11-22 02:00:00Z  never    primary",
      "20261121T010000Z-0001  2026-11-21 01:00:01Z  1.5 kB  good        2026-11-22 01:00:00Z  passed   primary",
      "",
      "20261121T030000Z-0003: it has no manifest",
    ]);
  });

  it("prints JSON of a documented shape", async () => {
    const { code, out } = await call(["backup", "list", "--path", folder.path, "--limit", "1", "--json", ...key]);
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(out), {
      version: 1,
      backups: [
        {
          id: "20261121T030000Z-0003",
          target: TARGET,
          takenAt: "2026-11-21T03:00:00.000Z",
          bytes: 4,
          state: "unfinished",
          problem: "it has no manifest",
          keepUntil: null,
          drilled: null,
          copies: ["primary"],
        },
      ],
    });
  });

  it("says whose a backup is that belongs to another stack, which verifying and statistics pass over", async () => {
    folder.own();
    const change = { environment: "production", stack: "prod" };
    folder.backup("20261121T040000Z-0004", { change });
    const { out } = await call(["backup", "list", "--path", folder.path, "--limit", "1", ...key]);
    assert.match(out, /20261121T040000Z-0004 .* foreign .* - +primary/);
    assert.match(out, /20261121T040000Z-0004: it belongs to the stack prod of the environment production/);
    const verified = await call(["backup", "verify", "--all", "--path", folder.path, "--json"]);
    const ids = JSON.parse(verified.out).backups.map(({ id }: { id: string }) => id);
    assert.deepEqual(ids, ["20261121T020000Z-0002", "20261121T010000Z-0001"]);
    const got = await call(["backup", "get", "20261121T040000Z-0004", "--to", "/nowhere/x", "--path", folder.path]);
    assert.equal(got.code, 1);
    assert.match(got.err, /is foreign: it belongs to the stack prod/);
    const [database] = JSON.parse((await call(["backup", "stats", "--path", folder.path, "--json"])).out).databases;
    assert.deepEqual([database.good, database.foreign], [2, 1]);
    // A stack of before does not say its name: then it is the one that it was asked for by.
    for (const [name, stack] of [
      ["lab", "prod"],
      ["company/orders/prod", undefined],
    ] as const) {
      const theirs = await call(["backup", "list", "--path", folder.path, "--stack", name, "--limit", "1", ...key], {
        stackOutputs: async () => stackOutputs({ environment: "production", stack }),
      });
      assert.match(theirs.out, /20261121T040000Z-0004 .* good /, name);
    }
  });

  it("does not need the marker, which may be damaged on the day on which backups are wanted", async () => {
    folder.write("backups/app/orders/shop/restorable-owner.json", "half of");
    const { code, out, err } = await call(["backup", "list", "--path", folder.path, "--limit", "1", "--json", ...key]);
    assert.equal(code, 0, err);
    assert.equal(JSON.parse(out).backups.length, 1);
    const verified = await call(["backup", "verify", "--newest", "--path", folder.path]);
    assert.equal(verified.code, 0, verified.err);
  });

  it("does not call drilled what took the place of a backup that was", async () => {
    const manifest = folder.backup("20261121T010000Z-0001");
    const drilled = async () => {
      const { out } = await call(["backup", "list", "--path", folder.path, "--json", ...key]);
      return JSON.parse(out).backups.at(-1).drilled?.result ?? null;
    };
    assert.equal(await drilled(), "passed");
    const server = { ...manifest.server, bootstrapSuperuser: "mallory" };
    folder.backup(manifest.id, { change: { server } });
    assert.equal(await drilled(), null);
  });

  it("calls what a newer version wrote so, and not damaged: nobody should remove it", async () => {
    folder.write("backups/app/orders/shop/20261121T040000Z-0004/manifest.json", '{"version": 3}');
    const { out } = await call(["backup", "list", "--path", folder.path, "--limit", "1", ...key]);
    assert.match(out, /20261121T040000Z-0004 .* of a newer version /);
    assert.match(out, /use a newer one/);
    assert.doesNotMatch(out, /damaged/);
  });

  it("says what backups leave out, once for all that leave out the same", async () => {
    const excluded = { tables: ["audit.log"], tableData: [] };
    for (const id of ["20261121T040000Z-0004", "20261121T050000Z-0005"]) folder.backup(id, { excluded });
    folder.backup("20261121T060000Z-0006", { excluded: { tables: [], tableData: ["public.sessions"] } });
    const { out } = await call(["backup", "list", "--path", folder.path, ...key]);
    assert.deepEqual(out.split("\n").slice(-2), [
      "20261121T060000Z-0006: without the rows of public.sessions",
      "20261121T040000Z-0004 to 20261121T050000Z-0005, 2 backups: without the table audit.log",
    ]);
    const { backups } = JSON.parse((await call(["backup", "list", "--path", folder.path, "--json", ...key])).out);
    assert.deepEqual(backups[1].excluded.tables, { count: 1, names: ["audit.log"] });
    assert.ok(!("excluded" in backups[4]));
  });

  it("says which copies there are, also of what the first has no longer", async () => {
    const other = await Folder.make();
    try {
      other.backup("20261121T000000Z-0000");
      other.backup("20261121T010000Z-0001");
      const { out } = await call(["backup", "list", "--path", folder.path, "--off-site-path", other.path, "--json"]);
      const copies = (JSON.parse(out) as { backups: { id: string; copies: string[] }[] }).backups;
      assert.deepEqual(
        copies.map(({ id, copies }) => [id.slice(-4), copies.join(" and ")]),
        [
          ["0003", "primary"],
          ["0002", "primary"],
          ["0001", "primary and off-site"],
          ["0000", "off-site"],
        ],
      );
    } finally {
      other.remove();
    }
  });

  it("marks a drill whose signature nobody checked, and does not trust a stranger's", async () => {
    const unchecked = await call(["backup", "list", "--path", folder.path]);
    assert.match(unchecked.out, /passed\*/);
    assert.match(unchecked.out, /\* its signature was not checked: no public key is known; give --key/);
    const stranger = folder.file("stranger.pem", newKeys().publicKey);
    assert.match((await call(["backup", "list", "--path", folder.path, "--key", stranger])).out, /not trusted/);
  });

  it("does not take another backup's evidence for this one's", async () => {
    const other = folder.backup("20261121T040000Z-0004");
    const envelope = folder.drill(other, "20261121T040500Z-0004");
    folder.write("evidence/app/orders/shop/20261121T020000Z-0002/20261121T040500Z-0004.dsse.json", envelope);
    const { out } = await call(["backup", "list", "--path", folder.path, ...key]);
    assert.match(out, /20261121T020000Z-0002 .* not trusted/);
  });

  it("calls a backup damaged whose object is gone", async () => {
    rmSync(join(folder.path, "backups/app/orders/shop/20261121T020000Z-0002/database.dump"));
    const { out } = await call(["backup", "list", "--path", folder.path, ...key]);
    assert.match(out, /20261121T020000Z-0002: backups\/.*database\.dump is missing/);
  });

  it("says which databases there are when the one asked for is not", async () => {
    const { code, err } = await call(["backup", "list", "--path", folder.path, "--database", "shup"]);
    assert.equal(code, 2);
    assert.match(err, /^✘ there is no database \*\/\*\/shup in .*; there is app\/orders\/shop\n$/);
  });
});
