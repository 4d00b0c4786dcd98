import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateX25519Identity } from "age-encryption";
import { Checks } from "../../../../agent/drill/checks";
import { type ArtifactFiles, decryptArtifacts, isEncrypted } from "../../../../agent/drill/decrypt";
import { encrypted } from "../../../../encryption/encrypt";
import { recipientOf } from "../../../../encryption/identities";
import type { ArtifactEncryption, BackupEncryption } from "../../../../model/encryption";
import { ARTIFACT_NAMES, type Manifest } from "../../../../model/manifest";
import { ReportedError } from "../../../../runtime/errors";
import { chunks, collect } from "../../encryption/bodies";
import { manifest, restorePath } from "../jobs";

const agePath = { ...restorePath, backup: { ...restorePath.backup, encryption: "age" as const } };

describe("a drill of an encrypted backup", () => {
  let folder: string;
  let files: ArtifactFiles;
  let own: { secret: string; recipient: string };

  const manifestWith = (encryption?: ArtifactEncryption): Manifest => ({
    ...manifest,
    restorePath: agePath,
    encryption,
  });
  const forOwn = () => manifestWith({ scheme: "age", recipients: [own.recipient] });
  const keyPair = async () => {
    const secret = await generateX25519Identity();
    return { secret, recipient: await recipientOf(secret) };
  };
  const decrypt = async (of: Manifest, identities: string | undefined, declared?: BackupEncryption) => {
    const identityFile = join(folder, "identity.txt");
    if (identities !== undefined) await writeFile(identityFile, identities);
    const checks = new Checks();
    const plain = await decryptArtifacts(of, files, checks, { declared, identityFile }).catch((error: Error) => error);
    return { plain, checks };
  };
  const refused = async (of: Manifest, identities: string | undefined, declared?: BackupEncryption) => {
    const { plain, checks } = await decrypt(of, identities, declared);
    assert.ok(plain instanceof Error);
    assert.match(
      plain.message,
      /cannot be decrypted with what this drill was given, and a recovery with the same would/,
    );
    assert.equal(checks.failed.length, 1);
    assert.equal(checks.failed[0]?.id, "artifact.decryption");
    assert.equal(checks.failed[0]?.point, "artifact");
    assert.doesNotMatch(JSON.stringify(checks.results), /SECRET-KEY-1\w/);
    return checks.failed[0]?.actual ?? "";
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "decrypt-"));
    own = await keyPair();
    files = {
      database: join(folder, "database.dump.age"),
      roles: join(folder, "roles.sql.age"),
      facts: join(folder, "facts.json.age"),
    };
    for (const name of ARTIFACT_NAMES)
      await writeFile(files[name], await collect(encrypted(chunks(`the ${name}`), [own.recipient])));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("says that the drill's disk is full, and blames no key for it", async () => {
    await symlink("/dev/full", join(folder, "database.dump"));
    const { plain } = await decrypt(forOwn(), own.secret);
    assert.ok(plain instanceof ReportedError);
    assert.match(plain.message, /cannot decrypt into .*database\.dump: the disk is full; .*temporaryStorage\.size/);
  });

  it("opens every object, and says in its evidence with which key, by its public half", async () => {
    const { plain, checks } = await decrypt(forOwn(), `# made for the team\n${own.secret}\n`);
    assert.deepEqual(checks.results, [
      {
        id: "artifact.decryption",
        point: "artifact",
        passed: true,
        ran: true,
        expected: `opened with the recovery key ${own.recipient}`,
        actual: `3 objects opened with the recovery key ${own.recipient}`,
      },
    ]);
    for (const name of ARTIFACT_NAMES)
      assert.equal(await readFile((plain as ArtifactFiles)[name], "utf8"), `the ${name}`);
  });

  it("leaves no second copy on its volume, which must hold the restored database, too", async () => {
    await decrypt(forOwn(), own.secret);
    assert.deepEqual((await readdir(folder)).sort(), ["database.dump", "facts.json", "identity.txt", "roles.sql"]);
  });

  it("fails with the wrong key, and says which keys there are and which are needed", async () => {
    const stranger = await keyPair();
    assert.equal(
      await refused(forOwn(), stranger.secret),
      `${manifest.artifacts.database.key} cannot be decrypted: none of the 1 identity given opens it ` +
        `(${stranger.recipient}); the manifest names 1 recipient: ${own.recipient}; add the identity of one of them to the identity file`,
    );
    assert.equal(existsSync(join(folder, "database.dump")), false);
  });

  it("opens what was encrypted for the recipients of before a rotation, by the old identity", async () => {
    const stranger = await keyPair();
    const declared = { scheme: "age" as const, recipients: [stranger.recipient] };
    const { plain } = await decrypt(forOwn(), `${stranger.secret}\n${own.secret}\n`, declared);
    assert.ok(!(plain instanceof Error));
  });

  it("fails, and does not end without evidence, when its identity file is missing or useless", async () => {
    assert.match(await refused(forOwn(), undefined), /the identity file .*identity\.txt is missing/);
    assert.match(await refused(forOwn(), own.recipient), /a recipient, the public half of a key, which opens nothing/);
  });

  it("fails when an object was stored without encryption, or is damaged", async () => {
    await writeFile(files.facts, "{}");
    assert.match(await refused(forOwn(), own.secret), /facts\.json cannot be decrypted: it is no age file/);
  });

  it("fails when the manifest of such a restore path says nothing of encryption, or names another scheme", async () => {
    assert.ok(isEncrypted(manifestWith()));
    assert.match(await refused(manifestWith(), own.secret), /says that it is stored without encryption: it was edited/);
    const kms = { scheme: "kms" as const, keyId: "k", region: "r", wrappedKey: "dw==" };
    assert.match(await refused(manifestWith(kms), own.secret), /says that it is kms-encrypted: it was edited/);
  });

  it("has nothing to decrypt where neither manifest nor restore path speaks of it", () => {
    assert.equal(isEncrypted(manifest), false);
    assert.equal(isEncrypted({ ...manifest, encryption: { scheme: "age", recipients: [own.recipient] } }), true);
  });
});
