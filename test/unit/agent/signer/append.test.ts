import assert from "node:assert/strict";
import { copiesOf } from "../../../../agent/drill/copies";
import { appendRecord } from "../../../../agent/signer/append";
import { predicateOf } from "../../../../agent/signer/predicate";
import { chainKey, chainProblems, recordDigestOf } from "../../../../model/chain";
import { claimedRecord } from "../../../../model/claimed-evidence";
import { openEnvelope } from "../../../../model/dsse";
import { begunStatement, type ChainLink, drillStatement, evidenceConfigMapKey } from "../../../../model/evidence";
import { drillJob, manifest } from "../jobs";
import { ANNOUNCED, anOutcome } from "./drills";
import { newSigner, Place } from "./place";

let second = 0;
const drillId = () =>
  `20261121T03${String(Math.floor(second / 60)).padStart(2, "0")}${String(second++ % 60).padStart(2, "0")}Z-0002`;

const { environment, stack, target, fingerprint } = drillJob;
const begun =
  (id = drillId()) =>
  (chain: ChainLink) => {
    const drill = {
      id,
      trigger: "schedule" as const,
      startedAt: "2026-11-21T03:00:00.000Z",
      deadline: "2026-11-21T04:00:00.000Z",
    };
    return begunStatement({
      version: 2,
      environment,
      stack,
      target,
      fingerprint,
      drill,
      chain,
      agent: { version: "1" },
    });
  };
const ended =
  (error?: string, finishedAt = new Date("2026-11-21T03:01:00Z"), id = drillId()) =>
  (chain: ChainLink) => {
    const [copy] = copiesOf(drillJob);
    assert.ok(copy);
    const outcome = anOutcome(error === undefined ? {} : { error });
    return drillStatement({
      ...predicateOf(drillJob, copy, { ...ANNOUNCED, drillId: id }, outcome, finishedAt),
      chain,
    });
  };

const problems = (records: string[]) =>
  chainProblems(
    records.map((text) => ({
      source: "x",
      digest: recordDigestOf(text) ?? "",
      link: claimedRecord(text)?.chain as ChainLink,
    })),
  );

describe("the chain of evidence", () => {
  it("begins at 0, and each record names the one before it", async () => {
    const place = new Place();
    const id = drillId();
    await appendRecord(place.with(), begun(id));
    const { link, key } = await appendRecord(place.with(), ended(undefined, undefined, id));
    assert.deepEqual(link, { sequence: 1, previous: recordDigestOf(place.records[0] ?? "") });
    assert.equal(key, `evidence/app/orders/shop/${manifest.id}/${id}.dsse.json`);
    assert.deepEqual(Object.keys(place.objects).sort(), [key, `evidence/app/orders/shop/begun/${id}.dsse.json`].sort());
    assert.equal(place.data[evidenceConfigMapKey(fingerprint)], place.records[1]);
    assert.deepEqual(problems(place.records), []);
  });

  it("has one record of a drill when the answer to its first was lost", async () => {
    const place = new Place();
    const { patch, ...rest } = place.with();
    let lost = 0;
    const losing: typeof patch = async (namespace, name, decide) => {
      await patch?.(namespace, name, decide);
      // As patchConfigMap does it: what was decided is decided again by what is there now.
      if (lost++ === 0) await patch?.(namespace, name, decide);
    };
    await appendRecord({ ...rest, patch: losing }, begun());
    assert.equal(place.records.length, 1);
    assert.equal(Object.keys(place.objects).length, 1);
    assert.equal(place.data.unstored, undefined);
  });

  it("does not fork when several drills append at once", async () => {
    const place = new Place();
    await Promise.all(Array.from({ length: 6 }, () => appendRecord(place.with(), begun())));
    assert.equal(place.records.length, 6);
    assert.deepEqual(problems(place.records), []);
    assert.deepEqual(problems(Object.values(place.objects)), []);
  });

  it("goes on in the ConfigMap while the bucket is away, and the next drill stores what was missed", async () => {
    const place = new Place();
    place.away = true;
    await assert.rejects(
      appendRecord(place.with(), ended("broken")),
      /record 0 of the evidence is in the ConfigMap app-drill\/shop-drill-evidence, and not in the bucket: .*the next drill stores it/,
    );
    assert.equal(place.data.unstored, "[0]");
    place.away = false;
    await appendRecord(place.with(), begun());
    assert.equal(Object.keys(place.objects).length, 2);
    assert.deepEqual(problems(Object.values(place.objects)), []);
    assert.equal(place.data.unstored, undefined);
  });

  it("goes on from the bucket when the ConfigMap was made anew: deleting it hides no failure", async () => {
    const place = new Place();
    await appendRecord(place.with(), begun());
    await appendRecord(place.with(), ended("broken"));
    place.data = {};
    const { link } = await appendRecord(place.with(), begun());
    assert.equal(link.sequence, 2);
    assert.deepEqual(problems(Object.values(place.objects)), []);
  });

  it("follows what its own key has signed, whatever others have put there", async () => {
    const place = new Place();
    await appendRecord(place.with(), ended());
    const foreign = new Place();
    foreign.data = { ...place.data };
    const { envelope } = await appendRecord(foreign.with(newSigner()), ended());
    place.data[chainKey(999_999)] = envelope;
    place.data["chain-000000000500.dsse.json"] = "{}";
    const { link } = await appendRecord(place.with(), begun());
    assert.equal(link.sequence, 1);
    assert.equal(place.records.length, 2);
    assert.deepEqual(problems(place.records), []);
  });

  it("goes on from the bucket, too, when somebody has emptied the ConfigMap and put records of his own there", async () => {
    const place = new Place();
    await appendRecord(place.with(), begun());
    await appendRecord(place.with(), ended("broken"));
    const foreign = new Place();
    foreign.data = { ...place.data };
    const { envelope } = await appendRecord(foreign.with(newSigner()), ended());
    place.data = { [chainKey(2)]: envelope };
    const { link } = await appendRecord(place.with(), begun());
    assert.equal(link.sequence, 2);
    assert.deepEqual(place.said, []);
    assert.deepEqual(problems(Object.values(place.objects)), []);
  });

  it("carries nothing into the bucket but its own records: a planted one takes no failure's place there", async () => {
    const place = new Place();
    const id = drillId();
    const { key, envelope } = await appendRecord(place.with(), ended("broken", undefined, id));
    const foreign = new Place();
    const planted = await appendRecord(foreign.with(newSigner()), ended(undefined, undefined, id));
    place.data[chainKey(0)] = planted.envelope;
    place.data.unstored = "[0]";
    await appendRecord(place.with(), begun());
    assert.equal(place.objects[key], envelope);
    assert.equal(place.data.unstored, undefined);
  });

  it("keeps the evidence of other paths, whatever places planted records claim", async () => {
    const place = new Place();
    const { envelope } = await appendRecord(place.with(), ended());
    const other = "f".repeat(64);
    place.data[evidenceConfigMapKey(other)] = envelope;
    const foreign = new Place();
    const planted = await appendRecord(foreign.with(newSigner()), ended());
    for (let index = 0; index < 20; index++)
      place.data[evidenceConfigMapKey(String(index).padStart(64, "0"))] = planted.envelope;
    await appendRecord(place.with(), ended());
    assert.equal(place.data[evidenceConfigMapKey(other)], envelope);
  });

  it("is never kept out by evidence that is dated ahead, or that says it failed", async () => {
    const place = new Place();
    await appendRecord(place.with(), ended("the backup is from the future", new Date("2027-11-21T03:01:00Z")));
    const { envelope } = await appendRecord(place.with(), ended());
    assert.equal(place.data[evidenceConfigMapKey(fingerprint)], envelope);
    const unsigned = { ...(JSON.parse(envelope) as object), signatures: [{ sig: "AAAA" }] };
    place.data[evidenceConfigMapKey(fingerprint)] = JSON.stringify(unsigned);
    const next = await appendRecord(place.with(), ended());
    assert.equal(place.data[evidenceConfigMapKey(fingerprint)], next.envelope);
  });

  it("goes on with another key when the key was changed, and says so", async () => {
    const place = new Place();
    await appendRecord(place.with(), ended());
    const rotated = newSigner();
    const { link, envelope } = await appendRecord(place.with(rotated), begun());
    assert.equal(link.sequence, 1);
    assert.ok(openEnvelope(envelope, [rotated.publicKey]).ok);
    assert.match(place.said.join(), /another key has signed the last record/);
    assert.deepEqual(problems(place.records), []);
  });

  it("keeps the last 24 records in the ConfigMap, and all of them in the bucket", async () => {
    const place = new Place();
    for (let index = 0; index < 30; index++) await appendRecord(place.with(), begun());
    assert.equal(place.records.length, 24);
    assert.equal(Object.keys(place.objects).length, 30);
    assert.ok(JSON.stringify(place.data).length < 700 * 1024);
  });
});
