import assert from "node:assert/strict";
import { z } from "zod";
import { CHECKLIST_POINTS } from "../../../model/checklist";
import { drillDescriptorSchema } from "../../../model/descriptor";
import { drillStatement, evidenceConfigMapKey, statementSchema } from "../../../model/evidence";
import { applicationCheckSchema } from "../../../model/job-config";
import { ID_PATTERN, layout, newId } from "../../../model/layout";
import { type Manifest, parseManifest } from "../../../model/manifest";
import { InvalidInputError, parseInput } from "../../../model/problems";
import { fingerprint } from "../../../model/restore-path";
import { aDrill, aRestorePath, aTestimony, TARGET } from "../../policy/support/evidence";

const now = new Date("2026-11-21T12:00:00Z");

describe("problems with an input", () => {
  const schema = z.strictObject({
    schedule: z.string(),
    mode: z.enum(["a", "b"]),
    nested: z.strictObject({ count: z.int().min(1, { error: "must be at least 1" }) }),
  });

  it("are all reported at once: where, what, and what is allowed", () => {
    const input = { mode: "c", nested: { count: 0, cuont: 1 }, shedule: "x" };
    assert.throws(() => parseInput(schema, input, 'LogicalBackup "orders"'), {
      name: "InvalidInputError",
      message: [
        'LogicalBackup "orders" cannot be used as declared:',
        "  - schedule: is missing; give a string",
        '  - mode: must be "a" or "b"',
        "  - nested.count: must be at least 1",
        "  - nested.cuont: no such setting; look for a typing error",
        "  - shedule: no such setting; look for a typing error",
      ].join("\n"),
    });
  });

  it("tell a value of another kind from one that is missing, and never show it", () => {
    const kinds = z.object({
      ...{ text: z.string(), whole: z.int(), part: z.int(), list: z.array(z.string()), flag: z.boolean() },
      ...{ map: z.record(z.string(), z.string()), nothing: z.number(), none: z.number(), object: z.object({}) },
      own: z.string({ error: "must be a password" }),
    });
    const input = {
      ...{ text: 5, whole: "hunter2", part: 1.5, list: "a", flag: "yes", map: [], nothing: null, none: Number.NaN },
      ...{ object: ["hunter2"], own: 7 },
    };
    assert.throws(() => parseInput(kinds, input, "x"), {
      message: [
        "x cannot be used as declared:",
        "  - text: is a number, and must be a string",
        "  - whole: is a string, and must be a number",
        "  - part: is a number, and must be a whole number",
        "  - list: is a string, and must be an array",
        "  - flag: is a string, and must be a boolean",
        "  - map: is an array, and must be an object",
        "  - nothing: is null, and must be a number",
        "  - none: is NaN, and must be a number",
        "  - object: is an array, and must be an object",
        "  - own: must be a password",
      ].join("\n"),
    });
  });

  it("are kept one by one for programs, with an empty path for the input as a whole", () => {
    try {
      parseInput(schema, undefined, "x");
      assert.fail("it was accepted");
    } catch (error) {
      assert.ok(error instanceof InvalidInputError);
      assert.deepEqual(error.problems, [{ path: "", message: "is missing; give an object" }]);
    }
  });
});

describe("the layout of the store", () => {
  it("keeps backups and evidence in trees of their own, below the prefix", () => {
    assert.equal(layout.backup("team/", TARGET, "id"), "team/backups/app/orders/orders/id/");
    assert.equal(layout.evidence("", TARGET, "id"), "evidence/app/orders/orders/id/");
  });

  it("does not let a database's name leave its place", () => {
    const target = { ...TARGET, database: "../../evidence/x" };
    assert.equal(layout.backups("", target), "backups/app/orders/%2E.%2F..%2Fevidence%2Fx/");
  });

  it("has ids that sort by time and differ within a second", () => {
    assert.match(newId(now), ID_PATTERN);
    assert.ok(newId(now).startsWith("20261121T120000Z-"));
    assert.ok(newId(now) < newId(new Date(now.getTime() + 1000)));
    assert.ok(new Set(Array.from({ length: 20 }, () => newId(now))).size > 1);
  });
});

describe("a manifest", () => {
  const artifactOf = (name: string) => ({ key: `x/${name}`, bytes: 10, sha256: "a".repeat(64) });
  const artifact = artifactOf("roles.sql");
  const manifest: Manifest = {
    version: 1,
    id: "20261121T020000Z-9f3a",
    environment: "production",
    stack: "production",
    target: TARGET,
    restorePath: aRestorePath(),
    fingerprint: fingerprint(aRestorePath()),
    server: { version: "17.6", major: 17, bootstrapSuperuser: "postgres", encoding: "UTF8", databaseBytes: 1 },
    tools: { pgDump: "17.6", agent: "0.1.0" },
    snapshot: { at: now.toISOString(), lsn: "0/1" },
    startedAt: now.toISOString(),
    completedAt: now.toISOString(),
    artifacts: { database: artifactOf("database.dump"), roles: artifact, facts: artifactOf("facts.json") },
    contents: { tables: 0, rows: 0 },
  };

  it("is read as it was written", () => assert.deepEqual(parseManifest(JSON.stringify(manifest), "k"), manifest));

  const broken: [string, string, RegExp][] = [
    ["is cut off", JSON.stringify(manifest).slice(0, -5), /the manifest k is not JSON: it was damaged or cut off/],
    ["is empty", "", /is not JSON/],
    [
      "is of a newer version",
      JSON.stringify({ ...manifest, version: 3 }),
      /is of version 3; this version of Restorable reads up to 2: use a newer/,
    ],
    ["is null", "null", /the manifest k is not valid/],
    [
      "has an artifact of no size",
      JSON.stringify({ ...manifest, artifacts: { ...manifest.artifacts, roles: { ...artifact, bytes: 0 } } }),
      /artifacts\.roles\.bytes/,
    ],
    ["lacks a digest", JSON.stringify({ ...manifest, fingerprint: "" }), /not valid: fingerprint/],
    ["says more than is known", JSON.stringify({ ...manifest, extra: 1 }), /not valid/],
  ];
  for (const [what, text, message] of broken)
    it(`cannot be used when it ${what}`, () => assert.throws(() => parseManifest(text, "k"), message));
});

describe("drill evidence", () => {
  const predicate = aTestimony(aDrill("production"), now);

  it("has all that is restored and the restore path as its subjects, and without a backup the path alone", () => {
    assert.deepEqual(drillStatement(predicate, "backups/x").subject, [
      { name: "backups/x", digest: { sha256: "b".repeat(64) } },
      { name: "roles.sql", digest: { sha256: "c".repeat(64) } },
      { name: "facts.json", digest: { sha256: "d".repeat(64) } },
      { name: "manifest.json", digest: { sha256: "e".repeat(64) } },
      { name: "restore-path", digest: { sha256: predicate.fingerprint } },
    ]);
    const failed = drillStatement({ ...predicate, passed: false, backup: undefined });
    assert.deepEqual(
      failed.subject.map((s) => s.name),
      ["restore-path"],
    );
    assert.ok(statementSchema.safeParse(failed).success);
  });

  it("stands in its ConfigMap under a key of its fingerprint, which a ConfigMap accepts", () => {
    const key = evidenceConfigMapKey(predicate.fingerprint);
    assert.match(key, /^[-._a-zA-Z0-9]{1,253}$/);
    assert.ok(key.startsWith(predicate.fingerprint));
  });
});

describe("descriptors and job settings", () => {
  it("of a drill survive JSON, and say no to points that do not exist", () => {
    const drill = aDrill("production");
    assert.deepEqual(drillDescriptorSchema.parse(JSON.parse(JSON.stringify(drill))), drill);
    assert.equal(drillDescriptorSchema.safeParse({ ...drill, checklist: ["looks-good"] }).success, false);
  });

  it("keep the nine points of the checklist", () => assert.equal(CHECKLIST_POINTS.length, 9));

  it("take an application's check as SQL or as a command, not as both and not as neither", () => {
    const accepted = (check: object) => applicationCheckSchema.safeParse({ name: "x", ...check }).success;
    assert.deepEqual(
      [
        { sql: "SELECT true" },
        { command: ["true"] },
        {},
        { sql: "SELECT true", command: ["true"] },
        { command: [] },
      ].map(accepted),
      [true, true, false, false, false],
    );
  });
});
