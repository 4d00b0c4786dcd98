import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { generateX25519Identity } from "age-encryption";
import { openArtifactStore } from "../../../agent/backup/artifact-store";
import { openerFor } from "../../../encryption/decrypt";
import { recipientOf } from "../../../encryption/identities";
import { backupJobSchema } from "../../../model/job-config";
import { fingerprint } from "../../../model/restore-path";
import { chunks, collect } from "../encryption/bodies";
import { backupJob, manifest, restorePath } from "./jobs";

/** A store that keeps what it is given, and what length it was told to expect. */
function keepingStore() {
  const objects: Record<string, { content: Buffer; expectedBytes?: number }> = {};
  const keep = (key: string, content: Buffer, expectedBytes?: number) => {
    objects[key] = { content, expectedBytes };
    return { key, bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") };
  };
  return {
    objects,
    upload: async (key: string, body: AsyncIterable<Buffer>, expectedBytes: number) =>
      keep(key, await collect(body), expectedBytes),
    putText: async (key: string, text: string) => keep(key, Buffer.from(text)),
  };
}

describe("the artifacts of a backup", () => {
  it("are stored as they are without encryption", async () => {
    const store = keepingStore();
    const artifacts = await openArtifactStore(store, backupJob, manifest.id);
    await artifacts.upload("database.dump", chunks("PGDMP"), 1000);
    await artifacts.putText("roles.sql", "CREATE ROLE app;");
    assert.equal(artifacts.encryption, undefined);
    assert.deepEqual(store.objects["database.dump"], { content: Buffer.from("PGDMP"), expectedBytes: 1000 });
    assert.equal(store.objects["roles.sql"]?.content.toString(), "CREATE ROLE app;");
  });

  describe("with encryption", () => {
    const texts = { "database.dump.age": "PGDMP", "roles.sql.age": "CREATE ROLE app;", "facts.json.age": "{}" };

    async function stored() {
      const secret = await generateX25519Identity();
      const identity = { secret, recipient: await recipientOf(secret) };
      const encryption = { scheme: "age" as const, recipients: [identity.recipient] };
      const store = keepingStore();
      const artifacts = await openArtifactStore(store, { ...backupJob, encryption }, manifest.id);
      const results = [
        await artifacts.upload("database.dump.age", chunks("PGDMP"), 1_000_000_000),
        await artifacts.putText("roles.sql.age", "CREATE ROLE app;"),
        await artifacts.putText("facts.json.age", "{}"),
      ];
      return { identity, encryption, store, artifacts, results };
    }

    it("are age files all, roles and facts too, and open with the key that the manifest names", async () => {
      const { identity, encryption, store, artifacts } = await stored();
      assert.deepEqual(artifacts.encryption, encryption);
      const opener = await openerFor(encryption, manifest, { readIdentities: async () => [identity] });
      for (const [key, text] of Object.entries(texts)) {
        const content = store.objects[key]?.content as Buffer;
        assert.ok(content.subarray(0, 21).equals(Buffer.from("age-encryption.org/v1")) && !content.includes(text));
        const { plaintext } = await opener.open(chunks(content), key);
        assert.equal((await collect(plaintext)).toString(), text);
      }
    });

    it("have the sizes and digests of what is stored", async () => {
      const { store, results } = await stored();
      for (const { key, bytes, sha256 } of results) {
        const content = store.objects[key]?.content as Buffer;
        assert.equal(bytes, content.length);
        assert.equal(sha256, createHash("sha256").update(content).digest("hex"));
      }
    });

    it("are announced with room for what encryption adds: 16 bytes for each 64 KiB", async () => {
      const { store } = await stored();
      const announced = store.objects["database.dump.age"]?.expectedBytes ?? 0;
      assert.ok(announced >= 1_000_000_000 * (1 + 16 / 65_536) && announced < 1_001_000_000, `${announced}`);
    });
  });
});

describe("a backup job's encryption", () => {
  const recipients = [`age1${"q".repeat(58)}`];
  const path = (encryption: "none" | "age" | "kms") => {
    const changed = { ...restorePath, backup: { ...restorePath.backup, encryption } };
    return { restorePath: changed, fingerprint: fingerprint(changed) };
  };
  const problem = (changes: object) => backupJobSchema.safeParse({ ...backupJob, ...changes }).error?.issues[0];

  it("is the one that the restore path names", () => {
    assert.equal(problem({ ...path("age"), encryption: { scheme: "age", recipients } }), undefined);
    assert.equal(problem(path("none")), undefined);
  });

  it("may neither be missing nor be another: a backup would be stored in plain, or not open in its drill", () => {
    for (const changes of [
      path("age"),
      { ...path("none"), encryption: { scheme: "age", recipients } },
      { ...path("kms"), encryption: { scheme: "age", recipients } },
    ]) {
      assert.deepEqual(problem(changes)?.path, ["encryption"]);
      assert.match(problem(changes)?.message ?? "", /must be as restorePath\.backup\.encryption says/);
    }
  });
});
