import assert from "node:assert/strict";
import { call, Folder, TARGET } from "./support";

const ID = "20261121T010000Z-0001";
const DUMP = `backups/app/orders/shop/${ID}/database.dump`;

describe("restorable backup verify", () => {
  let folder: Folder;
  const verify = (...args: string[]) => call(["backup", "verify", "--path", folder.path, ...args]);
  beforeEach(async () => {
    folder = await Folder.make();
    folder.backup(ID);
    folder.backup("20261121T020000Z-0002");
  });
  afterEach(() => folder.remove());

  it("reads the newest, or all, and says that they are as their manifests", async () => {
    const newest = await verify();
    assert.equal(newest.code, 0);
    assert.equal(newest.out, "✔ 20261121T020000Z-0002  35 B as in the manifest");
    const all = await verify("--all");
    assert.equal(
      all.out,
      "✔ 20261121T020000Z-0002  35 B as in the manifest\n✔ 20261121T010000Z-0001  35 B as in the manifest",
    );
  });

  it("does not let a backup that leaves something out pass for a whole one", async () => {
    folder.backup("20261121T030000Z-0003", { excluded: { tables: ["audit.log"], tableData: [] } });
    assert.equal(
      (await verify()).out,
      "✔ 20261121T030000Z-0003  35 B as in the manifest\n    without the table audit.log: the backup leaves them out",
    );
  });

  it("ends with 1 when a single byte differs, and names the object", async () => {
    folder.write(DUMP, "dump of the dota");
    const { code, out } = await verify(ID, "--json");
    assert.equal(code, 1);
    const answer = JSON.parse(out) as { backups: { problems: string[] }[] };
    const problem = answer.backups[0]?.problems[0] ?? "";
    assert.match(
      problem,
      /database\.dump has the digest [0-9a-f]{16}…, its manifest says [0-9a-f]{16}…: its content was/,
    );
    assert.deepEqual(answer, {
      version: 1,
      good: false,
      backups: [{ id: ID, target: TARGET, good: false, bytes: 35, problems: [problem] }],
    });
  });

  it("ends with 1 for one that was cut off, and for one without a manifest", async () => {
    folder.write(DUMP, "dump");
    assert.match((await verify(ID)).out, /has 4 bytes, its manifest says 16: it was cut off or replaced/);
    folder.write("backups/app/orders/shop/20261121T030000Z-0003/database.dump", "half");
    const unfinished = await verify("20261121T030000Z-0003");
    assert.equal(unfinished.code, 1);
    assert.match(unfinished.out, /it has no manifest/);
  });

  it("is not content with a manifest of a newer version", async () => {
    folder.write(`backups/app/orders/shop/${ID}/manifest.json`, '{"version": 3}');
    const { code, out } = await verify(ID);
    assert.equal(code, 1);
    assert.match(out, /is of version 3; this version of Restorable reads up to 2/);
  });

  it("says the nearest id when there is no such backup", async () => {
    const { code, err } = await verify("20261121T010000Z-0009");
    assert.equal(code, 2);
    assert.match(
      err,
      /there is no backup 20261121T010000Z-0009 of app\/orders\/shop .*the nearest is 20261121T010000Z-0001/,
    );
  });

  it("takes one way to choose, not two", async () => {
    const { code, err } = await verify(ID, "--all");
    assert.equal(code, 2);
    assert.match(err, /Give one of an id, --newest and --all/);
  });
});
