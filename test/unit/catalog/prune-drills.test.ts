import assert from "node:assert/strict";
import fc from "fast-check";
import { Checks } from "../../../agent/drill/checks";
import { copiesOf } from "../../../agent/drill/copies";
import { mismatch } from "../../../agent/drill/select";
import { predicateOf } from "../../../agent/signer/predicate";
import { listDrills, standingOf } from "../../../catalog/drills";
import { listBackups } from "../../../catalog/list";
import { prune } from "../../../catalog/prune";
import type { DrillPredicate } from "../../../model/evidence";
import { layout, MANIFEST } from "../../../model/layout";
import { digestsOf, type Manifest } from "../../../model/manifest";
import { fingerprint } from "../../../model/restore-path";
import { newKeys } from "../../policy/support/evidence";
import { drillJob, manifest as example } from "../agent/jobs";
import { ANNOUNCED, anOutcome } from "../agent/signer/drills";
import { policy } from "../model/histories";
import { drillOf, storeEvidence } from "./evidence";
import { backUp, MemoryStore, OWNER, own } from "./memory-store";

const { target } = example;
const ours = newKeys();
const NOW = new Date("2026-11-21T12:00:00Z");
const trustedKeys = [ours.publicKey];
const OCTOBER = Array.from({ length: 30 }, (_, index) => `2026-10-${String(index + 1).padStart(2, "0")}T02:00:00Z`);
const FAILED = { passed: false, verdict: "undetermined" } as const;
const BAD = { passed: false, verdict: "not restorable" } as const;

describe("What drills found is no more than it is: pruning", () => {
  const POLICY = { keepSeconds: 14 * 86_400, hourly: 0, daily: 30, weekly: 0, monthly: 12, yearly: 0, timeZone: "UTC" };

  /** A month of backups, each drilled an hour later with such a result, and one good one in November. */
  async function removedAfter(...results: Partial<DrillPredicate>[]): Promise<number> {
    const store = new MemoryStore();
    own(store);
    for (const time of OCTOBER) {
      const manifest = backUp(store, time);
      results.forEach((result, index) => {
        storeEvidence(store, drillOf(manifest, time.replace("T02", `T0${index + 3}`), result), ours.privateKey);
      });
    }
    backUp(store, "2026-11-20T02:00:00Z");
    const { removed } = await prune(store, "", target, { owner: OWNER, policy: POLICY, now: NOW, trustedKeys });
    return removed.length;
  }

  it("keeps every backup of a month whose drills missed their objective by a minute, were evicted, or found no isolation", async () => {
    // What a drill restored is counted by itself, and what is undetermined beside the one of November.
    const [restored, undetermined] = [await removedAfter({}), await removedAfter()];
    assert.deepEqual([restored, undetermined], [0, 1]);
    const late = { measured: { rpoSeconds: 60, rtoSeconds: 3660 } };
    for (const failure of [
      { failures: ["RTO: expected at most 1h; measured 1h 1m"], verdict: "restorable" as const, ...late },
      { failures: ["the drill was stopped by SIGTERM during the stage restore"] },
      { failures: ["the source can be reached"] },
    ])
      for (const times of [1, 3])
        assert.equal(
          await removedAfter(...Array.from({ length: times }, () => ({ ...FAILED, ...failure }))),
          "verdict" in failure ? restored : undetermined,
        );
  });

  it("keeps every backup of a month each of which one drill could not restore, and none of them by a second word", async () => {
    assert.equal(await removedAfter(BAD), 1);
    assert.equal(await removedAfter(BAD, BAD), 30);
  });

  it("keeps what was taken by images of before: its drill failed, and it says nothing of the backup", async () => {
    const restorePath = {
      ...drillJob.restorePath,
      images: { ...drillJob.restorePath.images, agent: "registry/agent:0.2.0" },
    };
    const job = { ...drillJob, restorePath, fingerprint: fingerprint(restorePath) };
    const problem = mismatch(example, job);
    assert.ok(problem);
    const checks = new Checks();
    checks.add("artifact.manifest", "artifact", false, "a backup of this target and restore path", problem, false);
    const [copy] = copiesOf(job);
    assert.ok(copy);
    const announced = { ...ANNOUNCED, drillId: "20261121T021000Z-1234", startedAt: "2026-11-21T02:10:00.000Z" };
    const outcome = anOutcome({ checks, manifest: example, error: problem, failedStage: "select" });
    const said = predicateOf(job, copy, announced, outcome, new Date("2026-11-21T02:10:05Z"));
    const predicate = { ...said, chain: { sequence: 0, previous: null } };
    assert.deepEqual([predicate.passed, predicate.verdict], [false, "undetermined"]);
    const store = new MemoryStore();
    for (const id of ["20261121T021000Z-1234", "20261121T031000Z-1234"])
      storeEvidence(store, { ...predicate, drill: { ...predicate.drill, id } }, ours.privateKey);
    const drills = await listDrills(store, "", target, { trustedKeys });
    assert.deepEqual([drills.length, standingOf(drills, "primary", digestsOf(example))], [2, {}]);
  });

  it("in any history and by any policy keeps the same whatever drills failed outside the content, and whatever one found alone", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ result: fc.constantFrom("restorable", "bad", "none"), noise: noise() }), {
          minLength: 1,
          maxLength: 8,
        }),
        policy,
        async (histories, rules) => {
          const keptWith = async (noisy: boolean) => {
            const store = new MemoryStore();
            own(store);
            histories.forEach(({ result, noise: failures }, index) => {
              const manifest = backUp(store, OCTOBER[index * 3] ?? "");
              const drilled: Partial<DrillPredicate>[] =
                result === "bad" ? [BAD, BAD] : result === "restorable" ? [{}] : [];
              // What was determined comes first, on even hours: what is added stands behind it.
              const all = [...drilled, ...(noisy ? failures : [])];
              all.forEach((change, hour) => {
                const time = new Date(Date.parse(manifest.completedAt) + (hour + 1) * 3_600_000).toISOString();
                storeEvidence(store, drillOf(manifest, time, change), ours.privateKey);
              });
            });
            backUp(store, "2026-11-20T02:00:00Z");
            await prune(store, "", target, { owner: OWNER, policy: rules, now: NOW, trustedKeys });
            return store.ids();
          };
          assert.deepEqual(await keptWith(true), await keptWith(false));
        },
      ),
      { numRuns: 60 },
    )).timeout(120_000);

  /** Failures of drills that say nothing of the backup, and among them at most one that says that it is bad. */
  function noise(): fc.Arbitrary<Partial<DrillPredicate>[]> {
    const failure = fc.constant<Partial<DrillPredicate>>({ ...FAILED, failures: ["isolation"] });
    return fc
      .tuple(fc.array(failure, { maxLength: 4 }), fc.boolean(), fc.nat())
      .map(([failures, bad, at]) => (bad ? failures.toSpliced(at % (failures.length + 1), 0, BAD) : failures));
  }
});

describe("Evidence speaks of what was restored, and of nothing that took its place", () => {
  it("so a backup whose roles, manifest or superuser were exchanged after a pass is not one that was drilled", async () => {
    const store = new MemoryStore();
    const time = "2026-11-20T02:00:00Z";
    const manifest = backUp(store, time);
    storeEvidence(store, drillOf(manifest, "2026-11-20T03:00:00Z"), ours.privateKey);
    const standing = async (now: Manifest) => {
      const key = layout.backup("", target, now.id) + MANIFEST;
      const text = JSON.stringify(now);
      store.put(key, text.length, new Date(time), text);
      const [backup] = await listBackups(store, "", target);
      assert.equal(backup?.state, "good");
      return standingOf(await listDrills(store, "", target, { trustedKeys }), "primary", digestsOf(now));
    };
    assert.deepEqual(await standing(manifest), { drilled: "restorable" });
    const roles = { ...manifest.artifacts.roles, sha256: "e".repeat(64) };
    assert.deepEqual(await standing({ ...manifest, artifacts: { ...manifest.artifacts, roles } }), {});
    assert.deepEqual(
      await standing({ ...manifest, server: { ...manifest.server, bootstrapSuperuser: "mallory" } }),
      {},
    );
  });
});
