import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { CHECKLIST_POINTS } from "../../../model/checklist";
import { type ExternalRestorePathInputs, externalRestorePath } from "../../../model/external-restore-path";
import {
  anyRestorePathSchema,
  canonicalDigest,
  canonicalJson,
  externalRestorePathSchema,
  fingerprint,
  restorePathSchema,
} from "../../../model/restore-path";
import { anExternalRestorePath, aRestorePath } from "../../policy/support/evidence";

describe("a restore path's fingerprint", () => {
  it("is the same today as on the day this was written: stored evidence depends on it", () => {
    const path = aRestorePath({
      checklist: ["artifact", "isolation", "schema", "read-write", "health", "access", "rows", "indexes", "sequences"],
      images: {
        server: "registry.example.com/postgresql:17.6",
        agent: "registry.example.com/restorable-agent:0.1.0",
      },
    });
    const pinned = "b16d70ef1a3ba8be5c3349da6a0640ed068188426d6b524a01832eb6a5432ac5";
    assert.equal(fingerprint(path), pinned);
    assert.equal(fingerprint({ ...path, kind: undefined }), pinned);
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

describe("the restore path of a drill that another tool runs", () => {
  const inputs: ExternalRestorePathInputs = {
    engine: "crunchy-pgo",
    postgresMajor: 17,
    backupMethod: "physical",
    storageKind: "s3",
    storageCopy: "outside",
    procedure: "clone",
    tool: { name: "clone-and-check", version: "1.4.0" },
  };
  const base = externalRestorePath(inputs);

  it("is made of what its team says of it, with the whole checklist and no image unless they say so", () => {
    assert.deepEqual(base.path, anExternalRestorePath({ engine: "crunchy-pgo" }));
    const some = externalRestorePath({ ...inputs, checklist: ["rows", "schema"], serverImage: "pg:17" });
    assert.deepEqual(some.path.checklist, ["schema", "rows"]);
    assert.deepEqual(some.path.images, { server: "pg:17" });
  });

  it("has the SHA-256 of its canonical JSON as its fingerprint, the same today as on the day this was written", () => {
    assert.equal(base.fingerprint, "4b4e47d2a8ba86f3e298c6912d295557c5d7e3dce0533a436d223341eec589c9");
    assert.equal(base.fingerprint, createHash("sha256").update(base.json).digest("hex"));
    assert.equal(base.fingerprint, fingerprint(JSON.parse(base.json)));
    assert.equal(base.json, canonicalJson(anExternalRestorePath({ engine: "crunchy-pgo" })));
  });

  it("changes with everything that is in it", () => {
    const changes: Partial<ExternalRestorePathInputs>[] = [
      { engine: "zalando" },
      { postgresMajor: 18 },
      { backupMethod: "snapshot" },
      { storageKind: "gcs" },
      { storageCopy: "inside" },
      { procedure: "pgbackrest-restore" },
      { tool: { name: "clone-and-check", version: "1.5.0" } },
      { tool: { name: "clone-and-look", version: "1.4.0" } },
      { serverImage: "registry.example.com/postgresql:17.6" },
      { checklist: CHECKLIST_POINTS.slice(1) },
    ];
    const digests = [{}, ...changes].map((change) => externalRestorePath({ ...inputs, ...change }).fingerprint);
    assert.equal(new Set(digests).size, digests.length);
  });

  it("does not change with the order in which the checklist was written down, nor with a point written twice", () => {
    const checklist = [...CHECKLIST_POINTS, "rows"].reverse();
    assert.equal(externalRestorePath({ ...inputs, checklist }).fingerprint, base.fingerprint);
  });

  it("is refused with words that a message could not show as they are", () => {
    const wrong: [Partial<ExternalRestorePathInputs>, RegExp][] = [
      [{ engine: "Crunchy PGO" }, /lower-case words/],
      [{ engine: "crunchy-" }, /lower-case words/],
      [{ engine: "a".repeat(64) }, /lower-case words/],
      [{ procedure: "clone\nproven" }, /one word/],
      [{ procedure: "" }, /one word/],
      [{ tool: { name: "clone", version: "1 2" } }, /version without spaces/],
      [{ storageCopy: "elsewhere" }, /inside/],
      [{ backupMethod: "magic" }, /logical/],
      [{ checklist: ["looks-good"] }, /artifact/],
      [{ checklist: [] }, /checklist/],
    ];
    for (const [change, message] of wrong)
      assert.throws(() => externalRestorePath({ ...inputs, ...change }), message, JSON.stringify(change));
  });

  it("is never taken for one of ours, nor one of ours for it", () => {
    assert.equal(anyRestorePathSchema.parse(base.path).kind, "external");
    assert.equal(anyRestorePathSchema.parse(aRestorePath()).kind, undefined);
    const accepted = (path: object) => anyRestorePathSchema.safeParse(path).success;
    assert.equal(accepted({ ...aRestorePath(), kind: "external" }), false);
    assert.equal(accepted({ ...base.path, kind: undefined }), false);
    assert.equal(accepted({ ...base.path, kind: "other" }), false);
    assert.equal(externalRestorePathSchema.safeParse({ ...base.path, name: "orders" }).success, false);
    assert.equal(restorePathSchema.safeParse(base.path).success, false);
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
