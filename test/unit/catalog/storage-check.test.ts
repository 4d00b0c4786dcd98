import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brokenPromises, type CheckResult, checkBucket, checkFolder, tableOf } from "../../../catalog/storage-check";
import { skewFinding } from "../../../catalog/storage-check/clock";
import { rulesFinding } from "../../../catalog/storage-check/lifecycle";
import { type PromiseId, promisesRequired, STORAGE_USES, type StorageUse } from "../../../model/storage-promises";
import { initialiseFolder } from "../../../store/folder-init";
import { FakeBucket, type Faults } from "./fake-bucket";

interface How {
  uses?: readonly StorageUse[];
  /** Whose key is used for a use, when not its own. */
  as?: (use: StorageUse) => string;
  require?: PromiseId[];
}

describe("the storage check", () => {
  let fake: FakeBucket | undefined;
  afterEach(() => fake?.stop());

  async function check(faults: Faults, how: How = {}) {
    const { uses = STORAGE_USES, as = (use) => use, require } = how;
    fake = await new FakeBucket(faults).start();
    const { access } = fake;
    const keys = Object.fromEntries(uses.map((use) => [use, access.call(fake, as(use))]));
    return checkBucket(keys, "shop/", require ?? promisesRequired("bucket", uses));
  }
  const notKept = (results: CheckResult[]) => results.filter(({ kept }) => kept !== true).map(({ id }) => id);
  /** The fake has neither locks nor rules. */
  const ALWAYS = ["object-lock", "lifecycle"];

  it("finds nothing to complain of in a bucket that keeps everything", async () => {
    const { results } = await check({});
    assert.deepEqual(notKept(results), ALWAYS);
    assert.deepEqual(brokenPromises(results), []);
  });

  const faults: [string, Faults, string[], RegExp][] = [
    [
      "without versioning",
      { unversioned: true },
      ["versioning", "writer-keeps-versions"],
      /the bucket keeps no versions/,
    ],
    ["that loses old versions", { forgetsVersions: true }, ["versioning"], /cannot be read back: 404/],
    [
      "whose writer may delete versions",
      { writerDeletesVersions: true },
      ["writer-keeps-versions"],
      /deleted a version for good/,
    ],
    ["that anybody may read", { publicRead: true }, ["private"], /anybody may read and list/],
    ["that anybody may write to", { publicWrite: true }, ["private"], /anybody may write/],
    [
      "that stores what was changed on its way",
      { ignoresDigests: true },
      ["checksums", "checksums-stored"],
      /x-amz-content-sha256 and Content-MD5/,
    ],
    [
      "that overwrites what it should not",
      { ignoresConditions: true },
      ["conditional-writes"],
      /overwrites what is there/,
    ],
    [
      "that ignores encryption",
      { ignoresEncryption: true },
      ["encryption-at-rest", "customer-keys"],
      /takes the header and ignores it/,
    ],
    [
      "that goes on with an upload that was given up",
      { takesPartsAfterAbort: true },
      ["multipart"],
      /given up goes on/,
    ],
    ["whose clock is ahead", { ahead: 600_000 }, ["clock"], /600 s ahead|599 s ahead/],
    ["that is elsewhere", { region: "eu-west-1" }, ["region"], /the bucket is in eu-west-1/],
  ];
  for (const [what, fault, expected, found] of faults)
    it(`finds a bucket ${what}`, async () => {
      const { results } = await check(fault, fault.ignoresDigests ? { uses: ["writer"] } : {});
      assert.deepEqual(
        notKept(results).filter((id) => !ALWAYS.includes(id)),
        expected,
      );
      assert.match(results.find(({ id }) => id === expected[0])?.found ?? "", found);
    });

  for (const [use, as, expected] of [
    ["reader", "writer", ["reader-reads-only"]],
    ["evidence", "writer", ["evidence-only"]],
    ["pruner", "writer", ["pruner-keeps-versions"]],
    ["pruner", "reader", ["pruner-prunes"]],
    ["evidence", "reader", ["evidence-only"]],
  ] as const)
    it(`finds that the key of the ${use} is one of the ${as}`, async () => {
      const { results } = await check({}, { as: (key) => (key === use ? as : key) });
      assert.deepEqual(
        notKept(results).filter((id) => !ALWAYS.includes(id)),
        expected,
      );
    });

  it("tries reader and evidence without the writer's key, too, and leaves nothing", async () => {
    const { results, versionsLeft } = await check({}, { uses: ["reader", "evidence"] });
    assert.deepEqual(notKept(results), []);
    assert.ok(results.some(({ id }) => id === "reader-reads-only"));
    assert.ok(!results.some(({ id }) => id === "versioning"));
    assert.equal(versionsLeft, 0);
    assert.deepEqual(fake?.versions(), []);
  });

  it("hides what it stored, and says how many versions stay that no key may delete", async () => {
    const { versionsLeft } = await check({});
    const listed = [...(fake?.objects ?? [])].filter(([, versions]) => versions.at(-1)?.body);
    assert.deepEqual(listed, []);
    assert.ok(versionsLeft > 0);
    assert.ok(fake?.versions().every((key) => key.startsWith("shop/backups/.restorable-check/")));
  });

  it("counts what is required and could not be tried as not kept", async () => {
    const { results } = await check({}, { uses: ["writer"], require: ["pruner-prunes", "durable-writes", "private"] });
    assert.deepEqual(
      brokenPromises(results).map(({ id, kept }) => [id, kept]),
      [
        ["pruner-prunes", "unknown"],
        ["durable-writes", "unknown"],
      ],
    );
  });

  it("takes a server that breaks down for unknown, never for kept", async () => {
    const { results } = await check({ broken: { method: "DELETE", status: 500 } }, { uses: ["writer"] });
    for (const id of ["private", "versioning", "writer-keeps-versions"]) {
      const result = results.find((candidate) => candidate.id === id);
      assert.equal(result?.kept, "unknown", id);
      assert.match(result?.found ?? "", /500/);
    }
  });

  it("tries nothing else when the storage cannot be used, and says what to do", async () => {
    const { results } = await check({}, { uses: ["writer"], as: () => "nobody" });
    assert.equal(results[0]?.kept, false);
    assert.match(results[0]?.found ?? "", /the access key may not do that/);
    assert.ok(results.slice(1).every(({ kept }) => kept === "unknown"));
  });

  it("prints a line for each promise, what to do, and what is missing", async () => {
    const { results, versionsLeft } = await check({ publicRead: true });
    const table = tableOf(results, versionsLeft).join("\n");
    assert.match(table, /^✔ reachable +required {2}/m);
    assert.match(table, /^✘ private +required {2}anybody may read and list without a key\n +→ take the public access/m);
    assert.match(table, /Not kept, but required: private\.$/);
  });

  describe("of a folder", () => {
    let root: string;
    beforeEach(async () => {
      root = await mkdtemp(join(tmpdir(), "check-folder-"));
    });
    afterEach(() => rm(root, { recursive: true }));
    const required = promisesRequired("folder", ["writer"]);

    it("writes, reads and deletes, and leaves nothing behind", async () => {
      await initialiseFolder(root, { prefix: "", mounted: false });
      const { results } = await checkFolder(root, "", required);
      assert.deepEqual(notKept(results), []);
      const left = (await readdir(root, { recursive: true })).filter((name) => name.includes(".restorable-check"));
      assert.deepEqual(left, []);
    });

    it("refuses one that is no storage", async () => {
      const { results } = await checkFolder(root, "", required);
      assert.match(results[0]?.found ?? "", /\.restorable-storage is missing/);
      assert.deepEqual(
        brokenPromises(results).map(({ id }) => id),
        required,
      );
    });
  });

  describe("of lifecycle rules", () => {
    const rule = { Status: "Enabled" as const, Filter: { Prefix: "" } };
    const versions = { NoncurrentVersionExpiration: { NoncurrentDays: 90 } };
    const uploads = { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } };
    const kept = (...rules: Parameters<typeof rulesFinding>[0]) => rulesFinding(rules, "shop/backups/").kept;

    it("takes one rule or two, as long as they cover the backups", () => {
      assert.equal(kept({ ...rule, ...versions, ...uploads }), true);
      assert.equal(kept({ ...rule, ...versions }, { ...rule, ...uploads, Filter: { Prefix: "shop/" } }), true);
    });

    it("does not take half of it, rules that are off, or rules for something else", () => {
      assert.equal(kept({ ...rule, ...versions }), false);
      assert.equal(kept({ ...rule, ...versions, ...uploads, Status: "Disabled" }), false);
      assert.equal(kept({ ...rule, ...versions, ...uploads, Filter: { Prefix: "other/" } }), false);
      assert.equal(kept({ ...rule, ...versions, ...uploads, Filter: { Tag: { Key: "a", Value: "b" } } }), false);
      assert.equal(kept(), false);
    });
  });

  it("takes a minute of difference between the clocks, and no more", () => {
    assert.equal(skewFinding(60_000, 0).kept, true);
    assert.equal(skewFinding(-60_000, 0).kept, true);
    assert.match(skewFinding(-61_000, 0).found, /61 s behind/);
  });
});
