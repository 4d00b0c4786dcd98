import assert from "node:assert/strict";
import { copiesOf } from "../../../../agent/drill/copies";
import { appendRecord } from "../../../../agent/signer/append";
import { baselineOf } from "../../../../agent/signer/baseline";
import { predicateOf } from "../../../../agent/signer/predicate";
import { drillStatement } from "../../../../model/evidence";
import { drillJob, manifest, restorePath } from "../jobs";
import { ANNOUNCED, anOutcome } from "./drills";
import { newSigner, Place } from "./place";

const NOW = new Date("2026-11-21T06:00:00Z");

describe("the last good drill, with which a signer has the rows compared", () => {
  /** Keeps the evidence of a drill that ended at `hour`. */
  const drilled = async (
    place: Place,
    hour: number,
    { error, signer }: { error?: string; signer?: Place["signer"] } = {},
  ) => {
    const [copy] = copiesOf(drillJob);
    assert.ok(copy);
    const two = String(hour).padStart(2, "0");
    const backup = { ...manifest, id: `20261121T${two}0000Z-0001` };
    const announced = { ...ANNOUNCED, drillId: `20261121T${two}3000Z-0002` };
    const outcome = {
      ...anOutcome({ manifest: backup, ...(error ? { error } : {}) }),
      contents: { tables: 2, rows: hour },
    };
    const finishedAt = new Date(`2026-11-21T${two}:31:00Z`);
    await appendRecord(place.with(signer), (chain) =>
      drillStatement({
        ...predicateOf(drillJob, copy, announced, outcome, finishedAt),
        passed: error === undefined,
        chain,
      }),
    );
  };
  const baseline = (place: Place, change: Partial<Parameters<typeof baselineOf>[2]> = {}) => {
    const { store, prefix, target, environment, stack, signer } = place.with();
    const subject = { prefix, target, environment, stack };
    return baselineOf(place.data, store, {
      ...{ subject, publicKey: signer.publicKey, restorePath, withinSeconds: 86_400, now: NOW },
      ...change,
    });
  };

  it("is the newest that passed: one that failed leaves it as it is, so that an emptied database fails every drill", async () => {
    const place = new Place();
    await drilled(place, 1);
    await drilled(place, 2);
    await drilled(place, 3, { error: "rows are gone" });
    await drilled(place, 4, { error: "rows are gone" });
    assert.deepEqual(await baseline(place), {
      backupId: "20261121T020000Z-0001",
      snapshotAt: manifest.snapshot.at,
      rows: 2,
    });
  });

  it("is found in the storage where the ConfigMap was made anew", async () => {
    const place = new Place();
    await drilled(place, 1);
    await drilled(place, 2, { error: "rows are gone" });
    place.data = {};
    assert.equal((await baseline(place))?.rows, 1);
  });

  it("is none of another key, another database, too long ago, or of a path that leaves out other rows", async () => {
    const place = new Place();
    await drilled(place, 1, { signer: newSigner() });
    assert.equal(await baseline(place), undefined);
    await drilled(place, 2);
    assert.equal((await baseline(place))?.rows, 2);
    assert.equal(await baseline(place, { withinSeconds: 3600 }), undefined);
    const { prefix, target, environment } = place.with();
    assert.equal(await baseline(place, { subject: { prefix, target, environment, stack: "other" } }), undefined);
    const other = { ...restorePath, backup: { ...restorePath.backup, excludeTableData: ["public.log"] } };
    assert.equal(await baseline(place, { restorePath: other }), undefined);
  });
});
