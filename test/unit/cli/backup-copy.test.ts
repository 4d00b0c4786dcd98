import assert from "node:assert/strict";
import { call, Folder, TARGET } from "./support";

describe("restorable backup copy", () => {
  let from: Folder;
  let to: Folder;
  const copy = (...args: string[]) =>
    call(["backup", "copy", "--path", from.path, "--off-site-path", to.path, ...args]);
  beforeEach(async () => {
    [from, to] = [await Folder.make(), await Folder.make()];
    from.backup("20261121T010000Z-0001");
    from.backup("20261121T020000Z-0002");
  });
  afterEach(() => {
    from.remove();
    to.remove();
  });

  it("copies what is not there yet, newest first", async () => {
    const first = await copy("--newest", "1");
    assert.equal(first.code, 0, first.err);
    assert.match(first.err, /^✔ 20261121T020000Z-0002 {2}35 B in \d+\.\d s\n$/);
    assert.match(first.out, /^1 backup copied to .*, 0 there already, 1 left out$/);
    const second = JSON.parse((await copy("--json")).out);
    assert.deepEqual(
      { ...second, copied: second.copied.map(({ id }: { id: string }) => id) },
      {
        version: 1,
        target: TARGET,
        copied: ["20261121T010000Z-0001"],
        present: ["20261121T020000Z-0002"],
        left: [],
        gone: [],
      },
    );
    assert.match((await call(["backup", "verify", "--all", "--path", to.path])).out, /^✔ .*\n✔ /);
  });

  it("does not copy what is not as its manifest says", async () => {
    from.write("backups/app/orders/shop/20261121T020000Z-0002/database.dump", "dump of the dota");
    const { code, err } = await copy();
    assert.equal(code, 1);
    assert.match(err, /1 backup could not be copied \(1 is there\)/);
    assert.equal((await call(["backup", "verify", "--all", "--path", to.path])).code, 0);
  });

  it("needs a place to copy to", async () => {
    const { code, err } = await call(["backup", "copy", "--path", from.path]);
    assert.equal(code, 2);
    assert.match(err, /where is the off-site storage\?/);
  });
});
