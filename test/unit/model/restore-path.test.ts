import assert from "node:assert/strict";
import fc from "fast-check";
import { canonicalDigest, fingerprint, restorePathSchema } from "../../../model/restore-path";
import { aRestorePath } from "../../policy/support/evidence";

describe("a restore path's fingerprint", () => {
  it("is the same today as on the day this was written: stored evidence depends on it", () => {
    assert.equal(fingerprint(aRestorePath()), "b16d70ef1a3ba8be5c3349da6a0640ed068188426d6b524a01832eb6a5432ac5");
  });

  it("does not depend on the order of keys", () => {
    const path = aRestorePath();
    const reversed = Object.fromEntries(Object.entries(path).reverse()) as typeof path;
    assert.equal(fingerprint(reversed), fingerprint(path));
  });

  it("changes with everything that is in it", () => {
    const changes = [
      { postgresMajor: 18 },
      { checklist: aRestorePath().checklist.slice(1) },
      { applicationChecks: "c".repeat(64) },
      { images: { ...aRestorePath().images, server: "registry.example.com/postgresql:17.7" } },
      { images: { ...aRestorePath().images, agent: "registry.example.com/restorable-agent:0.2.0" } },
    ];
    const digests = [{}, ...changes].map((change) => fingerprint(aRestorePath(change)));
    assert.equal(new Set(digests).size, digests.length);
  });

  it("is of complete paths only: what is missing or unknown to the schema throws", () => {
    for (const change of [{ engine: undefined }, { name: "orders" }, { postgresMajor: "17" }])
      assert.equal(restorePathSchema.safeParse({ ...aRestorePath(), ...change }).success, false);
    assert.throws(() => fingerprint({ ...aRestorePath(), name: "orders" } as never));
  });
});

describe("a canonical digest", () => {
  it("is equal exactly for equal JSON, however it was written down", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const plain = (value: unknown) => JSON.stringify(sorted(value));
        assert.equal(canonicalDigest(a) === canonicalDigest(b), plain(a) === plain(b));
        assert.equal(canonicalDigest(sorted(a)), canonicalDigest(a));
      }),
    );
  });

  it("is refused for what is no JSON", () => assert.throws(() => canonicalDigest(undefined), /only JSON values/));
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? 1 : -1))
      .map(([key, part]) => [key, sorted(part)]),
  );
}
