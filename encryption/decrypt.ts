import { Decrypter } from "age-encryption";
import { type ArtifactEncryption, type BackupEncryption, encryptionProblem } from "../model/encryption";
import { messageOf, ReportedError } from "../runtime/errors";
import { counted } from "../runtime/format";
import { splitHeader } from "./header";
import type { Identity } from "./identities";
import type { KeyOwner } from "./kms";

/** What opens the objects of one backup. */
export interface Opener {
  /** Opens one of them, `what` in messages. The header has been read when this is done, the content has not. */
  open(body: AsyncIterable<Buffer>, what: string): Promise<Opened>;
}

export interface Opened {
  /** The key that opened it, by its public name: `the recovery key age1…`, `the KMS key arn:…`. */
  key: string;
  /** Whole only when it ended without an error: what was cut off is known at its end. */
  plaintext: AsyncGenerator<Buffer>;
}

/** What opens backups, as whoever opens one declares it. */
export interface Keys {
  /** For whom its backups are encrypted. Needed for those of a KMS; where it is absent, age recipients are not compared. */
  declared?: BackupEncryption;
  readIdentities: () => Promise<Identity[]>;
}

/**
 * What opens a backup that was encrypted as `encryption` says: one of the identities, or the key that the KMS unwraps.
 * Throws when the backup was encrypted otherwise than is declared.
 */
export async function openerFor(
  encryption: ArtifactEncryption,
  backup: KeyOwner,
  { declared, readIdentities }: Keys,
  signal?: AbortSignal,
): Promise<Opener> {
  const problem = declared && encryptionProblem(encryption, declared);
  if (problem) throw new ReportedError(problem);
  if (encryption.scheme === "age") {
    const identities = await readIdentities();
    return opener(
      identities,
      ({ recipient }) => `the recovery key ${recipient}`,
      noneMatches(identities, encryption.recipients),
    );
  }
  if (declared?.scheme !== "kms") {
    throw new ReportedError(
      `the manifest says that the KMS key ${encryption.keyId} opens the backup, and none is declared here: a storage is not ` +
        "asked which KMS to trust; declare the key that the backups are encrypted with",
    );
  }
  const { unwrapIdentity } = await import("./kms");
  return opener(
    [await unwrapIdentity(declared, encryption, backup, signal)],
    () => `the KMS key ${encryption.keyId}`,
    `the key that the KMS key ${encryption.keyId} unwrapped is not its own: the object or the manifest was replaced; use another backup`,
  );
}

function opener(identities: Identity[], nameOf: (identity: Identity) => string, nobody: string): Opener {
  return {
    async open(body, what) {
      const { header, whole, close } = await splitHeader(body, what);
      let key: Identity | undefined;
      try {
        key = await firstThatOpens(identities, header, what);
      } finally {
        if (!key) await close();
      }
      if (!key) throw new ReportedError(`${what} cannot be decrypted: ${nobody}`);
      return { key: nameOf(key), plaintext: content(whole, key, what) };
    },
  };
}

/** Why no identity opens an object, said by the keys' public halves. */
function noneMatches(identities: Identity[], recipients: string[]): string {
  const expected = identities.find(({ recipient }) => recipients.includes(recipient));
  if (expected) {
    return (
      `its header does not open with the identity of ${expected.recipient}, which the manifest names: ` +
      "it was changed or replaced; use another backup"
    );
  }
  const given = identities.map(({ recipient }) => recipient).join(", ");
  return (
    `none of the ${counted(identities.length, "identity", "identities")} given opens it (${given}); the manifest names ` +
    `${counted(recipients.length, "recipient")}: ${recipients.join(", ")}; add the identity of one of them to the identity file`
  );
}

/** What age-encryption says when an identity is of none of the file's recipients, and nothing is wrong with either. */
const NO_MATCH = "no identity matched any of the file's recipients";

async function firstThatOpens(identities: Identity[], header: Uint8Array, what: string): Promise<Identity | undefined> {
  for (const identity of identities) {
    try {
      await decrypterFor(identity).decryptHeader(header);
      return identity;
    } catch (error) {
      if (messageOf(error) !== NO_MATCH) throw damaged(what, "its header was changed", error);
    }
  }
  return undefined;
}

async function* content(whole: AsyncIterable<Buffer>, identity: Identity, what: string): AsyncGenerator<Buffer> {
  let failure: { error: unknown } | undefined;
  async function* source() {
    try {
      yield* whole;
    } catch (error) {
      failure = { error }; // of the store or the disk: nothing is known of the content
      throw error;
    }
  }
  try {
    const stream = await decrypterFor(identity).decrypt(ReadableStream.from(source()) as ReadableStream<Uint8Array>);
    for await (const chunk of stream) yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  } catch (error) {
    if (failure) throw failure.error;
    throw damaged(what, "it was cut off, or its content was changed", error);
  }
}

function decrypterFor({ secret }: Identity): Decrypter {
  const decrypter = new Decrypter();
  decrypter.addIdentity(secret);
  return decrypter;
}

function damaged(what: string, how: string, error: unknown): ReportedError {
  return new ReportedError(
    `${what} cannot be decrypted: ${how} (${messageOf(error)}); fetch it again, or use another backup`,
  );
}
