import assert from "node:assert/strict";
import { Checks } from "../../../../agent/drill/checks";
import { readRunVariables } from "../../../../agent/drill/select";
import { checkShrinkage } from "../../../../agent/drill/shrinkage";
import type { Manifest } from "../../../../model/manifest";
import { rowsByTable, type Shrinkage } from "../../../../model/shrinkage";
import { isOfContents } from "../../../../model/verdict-on-backup";
import { manifest, memoryStore } from "../jobs";

const BEFORE = "20261120T020000Z-0001";
const key = `backups/app/orders/shop/${BEFORE}/manifest.json`;

/** The check of a backup with these rows, after one that had others. */
async function shrinkage(
  before: Record<string, string>,
  counts: Record<string, string>,
  change: {
    accepted?: boolean;
    limits?: Shrinkage;
    snapshotAt?: string;
    store?: Record<string, string>;
    none?: boolean;
  } = {},
) {
  const rows = Object.values(before).reduce((sum, count) => sum + Number(count), 0);
  const contents: Manifest["contents"] = { tables: 2, rows, rowsByTable: rowsByTable(before) };
  const {
    snapshotAt = "2026-11-20T02:00:10.000Z",
    store = { [key]: JSON.stringify({ ...manifest, id: BEFORE, contents }) },
  } = change;
  const checks = new Checks();
  await checkShrinkage(checks, {
    ...{ limits: change.limits, accepted: change.accepted, manifest, counts, store: memoryStore(store), prefix: "" },
    baseline: change.none ? undefined : { backupId: BEFORE, snapshotAt, rows },
  });
  return checks.results[0];
}

describe("a drill looks whether rows are gone since the last good one", () => {
  it("and fails when the source was emptied, though the backup of it is perfect, and the backup stays restorable", async () => {
    const found = await shrinkage({ "public.a": "2000", "public.b": "3000" }, { "public.a": "0", "public.b": "0" });
    assert.equal(found?.id, "rows.shrinkage");
    assert.equal(found?.passed, false);
    assert.equal(
      found?.actual,
      `0 rows of 5,000 rows are left (0.0 %); public.a is empty and had 2,000 rows; public.b is empty and had 3,000 rows; compared with ${BEFORE}; ` +
        "hint: look whether somebody has emptied the source; where that is right, run `restorable drill run --accept-shrinkage`, or raise the limits in shrinkage of the RestoreDrill",
    );
    assert.equal(isOfContents({ id: "rows.shrinkage", point: "rows" }), false);
  });

  it("and fails when one table of many was emptied", async () => {
    const found = await shrinkage(
      { "public.a": "1000", "public.b": "300000" },
      { "public.a": "0", "public.b": "300000" },
    );
    assert.equal(found?.passed, false);
    assert.match(found?.actual ?? "", /^public\.a is empty and had 1,000 rows; compared/);
  });

  it("and passes where rows come and go, a small table is emptied, or a table was dropped", async () => {
    assert.equal((await shrinkage({ "public.a": "1000" }, { "public.a": "500" }))?.passed, true);
    assert.equal((await shrinkage({ "public.a": "1000" }, { "public.a": "499" }))?.passed, false);
    assert.equal(
      (await shrinkage({ "public.a": "999", "public.b": "5000" }, { "public.a": "0", "public.b": "5000" }))?.passed,
      true,
    );
    assert.equal((await shrinkage({ "public.a": "1000", "public.b": "5000" }, { "public.b": "5000" }))?.passed, true);
  });

  it("and passes when a person has said that it is right, and says so", async () => {
    const found = await shrinkage({ "public.a": "2000" }, { "public.a": "0" }, { accepted: true });
    assert.equal(found?.passed, true);
    assert.match(found?.actual ?? "", /^0 rows of 2,000 rows are left .*; accepted by hand$/);
    assert.equal(readRunVariables({ RESTORABLE_ACCEPT_SHRINKAGE: "yes" }).acceptShrinkage, true);
    assert.equal(readRunVariables({}).acceptShrinkage, false);
    assert.throws(() => readRunVariables({ RESTORABLE_ACCEPT_SHRINKAGE: "true" }), /it must be yes, or not set/);
  });

  it("and still compares all rows together when the manifest of before is gone, and says what it could not", async () => {
    const gone = await shrinkage(
      { "public.a": "2000", "public.b": "9000" },
      { "public.a": "0", "public.b": "9000" },
      { store: {} },
    );
    assert.equal(gone?.passed, true);
    assert.match(gone?.actual ?? "", /single tables could not be compared: that backup was pruned/);
    assert.equal((await shrinkage({ "public.a": "2000" }, { "public.a": "0" }, { store: {} }))?.passed, false);
  });

  it("and has nothing to compare with before the first one, nor of a newer backup than the one that is drilled", async () => {
    assert.match(
      (await shrinkage({}, {}, { none: true }))?.actual ?? "",
      /^no backup to compare with: none was drilled/,
    );
    const newer = { snapshotAt: "2026-11-22T02:00:10.000Z" };
    assert.equal((await shrinkage({ "public.a": "2000" }, { "public.a": "0" }, newer))?.passed, true);
  });

  it("and does not look where that is switched off in so many words, or by other limits", async () => {
    assert.equal(await shrinkage({ "public.a": "2000" }, { "public.a": "0" }, { limits: { check: "off" } }), undefined);
    const limits = { check: "on", leastPercent: 0, emptiedFrom: 5000, withinSeconds: 60 } as const;
    assert.equal((await shrinkage({ "public.a": "2000" }, { "public.a": "0" }, { limits }))?.passed, true);
  });

  it("and a manifest tells the names of no tables", () => {
    assert.deepEqual(rowsByTable({ "public.secret": "100", "public.small": "99" }), {
      [Object.keys(rowsByTable({ "public.secret": "100" }))[0] ?? ""]: 100,
    });
    assert.doesNotMatch(JSON.stringify(rowsByTable({ "public.secret": "100" })), /secret/);
  });
});
