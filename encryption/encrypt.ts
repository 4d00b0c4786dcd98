import { Encrypter } from "age-encryption";
import type { ArtifactEncryption, BackupEncryption } from "../model/encryption";
import { EXIT, ReportedError } from "../runtime/errors";
import type { KeyOwner } from "./kms";

/** How the artifacts of one backup are encrypted. */
export interface Encryption {
  /** What the manifest tells to whoever must open them. */
  manifest: ArtifactEncryption;
  /** `body` as an age file. */
  encrypt(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer>;
}

/**
 * Makes ready to encrypt one backup, and asks the KMS for its key where there is one: a backup that could not be
 * encrypted ends before anything is dumped.
 */
export async function beginEncryption(
  declared: BackupEncryption,
  backup: KeyOwner,
  signal?: AbortSignal,
): Promise<Encryption> {
  if (declared.scheme === "age") {
    encrypterFor(declared.recipients);
    return { manifest: declared, encrypt: (body) => encrypted(body, declared.recipients) };
  }
  const { generateIdentity } = await import("./kms");
  const { identity, manifest } = await generateIdentity(declared, backup, signal);
  return { manifest, encrypt: (body) => encrypted(body, [identity.recipient]) };
}

/**
 * `body` as an age file that each of `recipients` opens. It is read only as fast as the result is; 64 KiB of it are held
 * at a time. An error of `body` is the result's error, and a consumer that stops early ends `body`, too.
 */
export async function* encrypted(body: AsyncIterable<Buffer>, recipients: string[]): AsyncGenerator<Buffer> {
  const stream = await encrypterFor(recipients).encrypt(ReadableStream.from(body) as ReadableStream<Uint8Array>);
  for await (const chunk of stream) yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

function encrypterFor(recipients: string[]): Encrypter {
  if (recipients.length === 0) throw badRecipient("there is none: nobody could open the backup");
  const encrypter = new Encrypter();
  for (const recipient of recipients) {
    if (!recipient.startsWith("age1")) throw badRecipient("one of them is no age recipient (age1…)");
    try {
      encrypter.addRecipient(recipient);
    } catch {
      throw badRecipient(`${recipient} is mistyped or cut off: its checksum is wrong`);
    }
  }
  return encrypter;
}

function badRecipient(why: string): ReportedError {
  return new ReportedError(
    `the recipients to encrypt for cannot be used: ${why}; give public keys as age-keygen prints them`,
    EXIT.badInput,
  );
}
