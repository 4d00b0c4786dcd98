import { createReadStream, createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { ArtifactEncryption, BackupEncryption } from "../../model/encryption";
import { SECRET_FOLDERS } from "../../model/job-config";
import { ARTIFACT_NAMES, type ArtifactName, type Manifest } from "../../model/manifest";
import { diskProblem, isDiskError } from "../../runtime/disk";
import { ReportedError } from "../../runtime/errors";
import { counted } from "../../runtime/format";
import type { Checks } from "./checks";

/** Where each artifact is on the drill's volume. */
export type ArtifactFiles = Record<ArtifactName, string>;

/** What the names of encrypted objects end in. */
export const ENCRYPTED_SUFFIX = ".age";

const IDENTITY_FILE = join(SECRET_FOLDERS.identity, "identity.txt");

/** Whether there is something to decrypt, or should be: a backup of such a path that is plain is found out, not passed. */
export function isEncrypted({ encryption, restorePath }: Pick<Manifest, "encryption" | "restorePath">): boolean {
  return encryption !== undefined || restorePath.backup.encryption !== "none";
}

interface Decrypting {
  /** For whom the drill's job says that backups are encrypted. */
  declared?: BackupEncryption;
  signal?: AbortSignal;
  identityFile?: string;
}

/**
 * Decrypts the files of a backup beside where they are, and removes the encrypted ones: one check, which names the key that
 * opened them. Throws when there is none that does: a drill that lacks the key shows that a recovery would lack it.
 */
export async function decryptArtifacts(
  manifest: Manifest,
  stored: ArtifactFiles,
  checks: Checks,
  { declared, signal, identityFile = IDENTITY_FILE }: Decrypting = {},
): Promise<ArtifactFiles> {
  const files = { ...stored };
  let full: ReportedError | undefined;
  const check = await checks.try("artifact.decryption", "artifact", expected(manifest), async () => {
    const { encryption, restorePath } = manifest;
    if (!encryption || encryption.scheme !== restorePath.backup.encryption) {
      const found = encryption ? `${encryption.scheme}-encrypted` : "stored without encryption";
      return { passed: false, actual: `the manifest says that it is ${found}: it was edited or replaced` };
    }
    // The library is loaded when it is needed: most of a small drill's time would go into that.
    const [{ openerFor }, { readIdentities }] = await Promise.all([
      import("../../encryption/decrypt"),
      import("../../encryption/identities"),
    ]);
    const opener = await openerFor(
      encryption,
      manifest,
      { declared, readIdentities: () => readIdentities(identityFile) },
      signal,
    );
    const keys = new Set<string>();
    for (const name of ARTIFACT_NAMES) {
      const { key, plaintext } = await opener.open(createReadStream(stored[name]), manifest.artifacts[name].key);
      files[name] = stored[name].slice(0, -ENCRYPTED_SUFFIX.length);
      await pipeline(plaintext, createWriteStream(files[name]), { signal }).catch((error: unknown) => {
        if (isDiskError(error)) full = new ReportedError(`cannot decrypt into ${files[name]}: ${diskProblem(error)}`);
        throw full ?? error;
      });
      await rm(stored[name]); // at once: the volume must hold the dump and the restored database, not two dumps
      keys.add(key);
    }
    return { passed: true, actual: `${counted(ARTIFACT_NAMES.length, "object")} opened with ${[...keys].join(", ")}` };
  });
  if (!check.passed) {
    signal?.throwIfAborted();
    if (full) throw full;
    throw new ReportedError(
      "the backup cannot be decrypted with what this drill was given, and a recovery with the same would end here, too",
    );
  }
  return files;
}

function expected({ encryption, restorePath }: Manifest): string {
  return encryption ? `opened with ${keyOf(encryption)}` : `encrypted by ${restorePath.backup.encryption}`;
}

function keyOf(encryption: ArtifactEncryption): string {
  if (encryption.scheme === "kms") return `the KMS key ${encryption.keyId}`;
  const { recipients } = encryption;
  return `${recipients.length > 1 ? "one of the recovery keys" : "the recovery key"} ${recipients.join(", ")}`;
}
