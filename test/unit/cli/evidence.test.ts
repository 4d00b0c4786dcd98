import assert from "node:assert/strict";
import type { DrillPredicate } from "../../../model/evidence";
import { newKeys } from "../../policy/support/evidence";
import { call, Folder, keys } from "./support";

const DRILL = "20261121T105800Z-00d1";

describe("restorable evidence", () => {
  let folder: Folder;
  let key: string;
  beforeEach(async () => {
    folder = await Folder.make();
    key = folder.file("public.pem", keys.publicKey);
  });
  afterEach(() => folder.remove());

  const file = (change: Partial<DrillPredicate> = {}, by = keys) =>
    folder.file("evidence.json", folder.drill(folder.backup("20261121T010000Z-0001"), DRILL, change, by));

  describe("verify", () => {
    const verify = (...args: string[]) => call(["evidence", "verify", ...args]);

    it("is content with what a trusted key signed, and with exactly its dump", async () => {
      const dump = folder.file("database.dump", "dump of the data");
      const { code, out } = await verify(file(), "--key", key, "--artifact", dump, "--max-age", "26h");
      assert.equal(code, 0, out);
      assert.match(out, /^PASSED[\s\S]*\nverified$/);
    });

    it("prints JSON of a documented shape", async () => {
      const evidence = file();
      const { evidence: shown, ...rest } = JSON.parse((await verify(evidence, "--key", key, "--json")).out);
      assert.deepEqual(rest, { version: 1, good: true, problems: [] });
      const { predicate, keyId, ...more } = shown;
      assert.deepEqual(more, { source: evidence, signature: "verified", problem: null });
      assert.match(keyId, /^[0-9a-f]{16}$/);
      assert.equal(predicate.drill.id, DRILL);
    });

    const refused: [string, () => string, string[], RegExp][] = [
      [
        "a stranger's signature",
        () => file({}, newKeys()),
        [],
        /no trusted key signed it, or it was changed afterwards/,
      ],
      [
        "a fingerprint that is not its restore path's",
        () => file({ fingerprint: "f".repeat(64) }),
        [],
        /its fingerprint is not that of the restore path/,
      ],
      ["a point that nobody checked", () => file({ checks: [] }), [], /nothing was checked of artifact/],
      ["a drill that failed", () => file({ passed: false, failures: ["rows differ"] }), [], /failed: rows differ/],
      ["an empty database", () => file({ contents: { tables: 1, rows: 0 } }), [], /was empty, which proves nothing/],
      [
        "a missed objective",
        () => file({ measured: { rpoSeconds: 1, rtoSeconds: 9e9 } }),
        [],
        /recovery time \(RTO\) was/,
      ],
      ["one that is too old", () => file(), ["--max-age", "30m"], /the drill ended 1h ago; evidence counts for 30m/],
      ["what is no evidence", () => folder.file("x.json", "{}"), [], /it is not a signed DSSE envelope/],
    ];
    for (const [what, make, more, message] of refused)
      it(`ends with 1 and says why for ${what}`, async () => {
        const { code, out } = await verify(make(), "--key", key, ...more);
        assert.equal(code, 1);
        assert.match(out, /is no proof:\n {2}- /);
        assert.match(out, message);
      });

    it("ends with 1 for another dump", async () => {
      const { code, out } = await verify(file(), "--key", key, "--artifact", folder.file("d", "dump of the dota"));
      assert.equal(code, 1);
      assert.match(out, /is not the dump that was drilled/);
    });

    it("takes several keys, while they are being rotated", async () => {
      const other = folder.file("old.pem", newKeys().publicKey);
      assert.equal((await verify(file(), "--key", other, key)).code, 0);
    });

    it("refuses to verify without a key, with a private one, and with none at all", async () => {
      assert.match((await verify(file())).err, /whose signature counts\? Give --key/);
      const secret = await verify(file(), "--key", folder.file("p.pem", keys.privateKey));
      assert.equal(secret.code, 2);
      assert.match(secret.err, /is a private key; verifying takes the public one/);
      assert.match((await verify(file(), "--key", folder.file("n.pem", "x"))).err, /is no public key in PEM/);
      assert.match((await verify("/nowhere.json", "--key", key)).err, /the evidence \/nowhere\.json cannot be read/);
    });
  });

  describe("show", () => {
    it("shows the newest in the storage, by its id, or from a file", async () => {
      const evidence = file();
      for (const args of [["--path", folder.path], [DRILL, "--path", folder.path], [evidence]]) {
        const { code, out } = await call(["evidence", "show", ...args, "--key", key]);
        assert.equal(code, 0);
        assert.match(out, /^PASSED {2}app\/orders\/shop {2}\(staging, after-backup, 2026-11-21T11:00:00\.000Z\)/);
      }
    });

    it("keeps apart that the backup is restorable and that its drill failed, so that neither hides the other", async () => {
      const { code, out } = await call([
        "evidence",
        "show",
        file({ passed: false, failures: ["too slow"] }),
        "--key",
        key,
      ]);
      assert.equal(code, 1);
      assert.match(out, /^FAILED[^\n]*\nverdict the backup is restorable; the drill failed\n/);
    });

    it("says who declared the drill, what was read, its place in the chain, and what pg_dump warned of", async () => {
      const manifest = folder.backup("20261121T010000Z-0001");
      const { backup } = JSON.parse(
        Buffer.from(JSON.parse(folder.drill(manifest, DRILL)).payload, "base64").toString(),
      ).predicate;
      const { out } = await call([
        ...["evidence", "show"],
        file({
          attestation: "self",
          storage: { kind: "s3-compatible", place: "https://s3.example.com/orders", prefix: "a/" },
          chain: { sequence: 7, previous: "c".repeat(64) },
          notCompared: ["role-passwords", "foreign-data"],
          backup: { ...backup, warnings: ["circular foreign keys"] },
        }),
        ...["--key", key],
      ]);
      assert.match(out, /\nattests self: the program that declares the backups declared the drill, too\n/);
      assert.match(out, /\nread {4}s3-compatible storage https:\/\/s3\.example\.com\/orders, prefix "a\/"\n/);
      assert.match(out, /\nchain {3}record 7, after cccccccccccccccc…\n/);
      assert.match(out, /\nskipped not compared: role passwords, foreign data\n/);
      assert.match(out, /\nwarning circular foreign keys\n/);
    });

    it("says what evidence without a place in a chain lacks, so that it does not look whole", async () => {
      const { out } = await call(["evidence", "show", file({ chain: undefined }), "--key", key]);
      assert.match(out, /\nchain {3}it has no place in a chain\nlacks {3}it lacks its place in the chain/);
    });

    it("gives out the envelope itself, to the letter", async () => {
      const envelope = folder.drill(folder.backup("20261121T010000Z-0001"), DRILL);
      const { out } = await call(["evidence", "show", "--path", folder.path, "--envelope"]);
      assert.equal(out, envelope);
    });

    it("ends with 1 for what is not to be trusted", async () => {
      const { code, out } = await call(["evidence", "show", file({}, newKeys()), "--key", key]);
      assert.equal(code, 1);
      assert.match(out, /signed {2}by nobody who is trusted: no trusted key signed it/);
    });
  });
});
