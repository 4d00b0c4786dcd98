import assert from "node:assert/strict";
import { claimedRecord } from "../../../model/claimed-evidence";
import type { BegunPredicate, DrillPredicate } from "../../../model/evidence";
import { layout, RECORD_FOLDERS } from "../../../model/layout";
import { aBeginning, aDrill, aTestimony, chained, newKeys } from "../../policy/support/evidence";
import { restorePath } from "../agent/jobs";
import { call, Folder, keys, NOW, TARGET } from "./support";

describe("restorable evidence chain", () => {
  let folder: Folder;
  let key: string;
  beforeEach(async () => {
    folder = await Folder.make();
    key = folder.file("public.pem", keys.publicKey);
    folder.backup("20261121T010000Z-0001");
  });
  afterEach(() => folder.remove());

  const drill = aDrill("staging", { target: TARGET, restorePath, stack: "orders-staging" });
  const id = (hour: number) => `20261121T${String(hour).padStart(2, "0")}0000Z-00d1`;
  const begun = (hour: number): BegunPredicate => {
    const beginning = aBeginning(drill, NOW, 7200);
    return { ...beginning, drill: { ...beginning.drill, id: id(hour) } };
  };
  const ended = (hour: number, change: Partial<DrillPredicate> = {}): DrillPredicate => {
    const said = aTestimony(drill, NOW);
    return { ...said, drill: { ...said.drill, id: id(hour) }, ...change };
  };
  /** Stores records as the signer does. */
  function store(envelopes: string[]): void {
    for (const envelope of envelopes) {
      const { begun: only, backupId, drillId } = claimedRecord(envelope) ?? assert.fail();
      const place = only ? RECORD_FOLDERS.begun : (backupId ?? RECORD_FOLDERS.noBackup);
      folder.write(layout.record("", TARGET, place, drillId), envelope);
    }
  }
  const chain = (...args: string[]) =>
    call(["evidence", "chain", "--path", folder.path, "--database", TARGET.database, "--key", key, ...args]);
  const history = () => chained([begun(1), ended(1), begun(2), ended(2, { passed: false, failures: ["rows"] })], keys);

  it("is content with all records, failures as well", async () => {
    store(history());
    const { code, out } = await chain();
    assert.equal(code, 0, out);
    assert.match(
      out,
      /the chain of staging \(stack orders-staging\) is whole: 4 records, 0 to 3, of 2 drills that ended, 1 of them failed/,
    );
  });

  it("prints JSON of a documented shape", async () => {
    store(history());
    const { problems, ...shape } = JSON.parse((await chain("--json")).out);
    assert.deepEqual(problems, []);
    assert.deepEqual(shape, {
      ...{ version: 1, target: TARGET, whole: true, owner: { environment: "staging", stack: "orders-staging" } },
      ...{ records: 4, first: 0, last: 3, ended: 2, failed: 1, unchained: 0 },
    });
  });

  const refused: [string, () => string[], RegExp][] = [
    [
      "a failure that is not shown",
      () => {
        const [a = "", b = "", , , ...rest] = chained(
          [begun(1), ended(1), begun(2), ended(2), begun(3), ended(3)],
          keys,
        );
        return [a, b, ...rest];
      },
      /the chain of evidence has a hole: records 2 to 3 are not shown/,
    ],
    [
      "two records in one place",
      () => [...chained([begun(1), ended(1)], keys), chained([begun(1), ended(3)], keys)[1] ?? ""],
      /the chain of evidence is forked: record 1 is there 2 times/,
    ],
    [
      "a record that was made to follow another",
      () => {
        const [first = ""] = chained([begun(1), ended(1)], keys);
        return [first, chained([begun(4), ended(1)], keys)[1] ?? ""];
      },
      /record 1 does not follow the record 0/,
    ],
    ["a drill that began and never ended", () => chained([begun(1)], keys), /began at .* and never ended/],
    ["a record that a stranger signed", () => chained([begun(1), ended(1)], newKeys()), /no trusted key signed it/],
    ["a database of which nothing is shown", () => [], /there is no chain of evidence/],
  ];
  for (const [what, envelopes, reason] of refused)
    it(`refuses ${what}`, async () => {
      store(envelopes());
      const { code, out } = await chain();
      assert.equal(code, 1, out);
      assert.match(out, reason);
    });
});
