import type { KMSClient } from "@aws-sdk/client-kms";
import { bech32 } from "@scure/base";
import type { ArtifactEncryption, KmsDeclaration } from "../model/encryption";
import { type Target, targetId } from "../model/target";
import { ReportedError } from "../runtime/errors";
import { type Identity, recipientOf } from "./identities";
import { kmsError } from "./kms-errors";

/**
 * Envelope encryption: the KMS makes 32 bytes for each backup, gives them in plain and wrapped by a key that never
 * leaves it. In plain they are the scalar of an age identity, used and forgotten; the manifest keeps the wrapped ones.
 */
type StoredKms = Extract<ArtifactEncryption, { scheme: "kms" }>;

/** Whose key it is. */
export interface KeyOwner {
  target: Target;
  /** The backup's. */
  id: string;
}

/**
 * What the wrapped key is bound to: the KMS unwraps it for the same words only, writes them to its log, and its policies
 * can name them (`kms:EncryptionContext:restorable:target`). They are no secret.
 */
export function encryptionContext({ target, id }: KeyOwner): Record<string, string> {
  return { "restorable:target": targetId(target), "restorable:backup": id };
}

/** A new identity for one backup, and what its manifest keeps of it. */
export async function generateIdentity(
  declared: KmsDeclaration,
  owner: KeyOwner,
  signal?: AbortSignal,
): Promise<{ identity: Identity; manifest: StoredKms }> {
  const { GenerateDataKeyCommand } = await import("@aws-sdk/client-kms");
  const command = new GenerateDataKeyCommand({
    KeyId: declared.keyId,
    NumberOfBytes: 32,
    EncryptionContext: encryptionContext(owner),
  });
  const answer = await ask(declared, "make a key for the backup", (client) =>
    client.send(command, { abortSignal: signal }),
  );
  const { CiphertextBlob, KeyId } = answer;
  if (!CiphertextBlob?.length || KeyId === undefined) throw incomplete(declared);
  // The key that the KMS names: an alias may lead to another one by the time of a restore.
  const manifest = { ...declared, keyId: KeyId, wrappedKey: Buffer.from(CiphertextBlob).toString("base64") };
  return { identity: await identityOf(answer.Plaintext, declared), manifest };
}

/**
 * The identity that opens the backup of `owner`. The KMS and the key are those that are declared; only the wrapped key is
 * taken from what was stored.
 */
export async function unwrapIdentity(
  declared: KmsDeclaration,
  stored: Pick<StoredKms, "wrappedKey">,
  owner: KeyOwner,
  signal?: AbortSignal,
): Promise<Identity> {
  const { DecryptCommand } = await import("@aws-sdk/client-kms");
  const command = new DecryptCommand({
    KeyId: declared.keyId,
    CiphertextBlob: Buffer.from(stored.wrappedKey, "base64"),
    EncryptionContext: encryptionContext(owner),
  });
  const answer = await ask(declared, "unwrap the backup's key", (client) =>
    client.send(command, { abortSignal: signal }),
  );
  return identityOf(answer.Plaintext, declared);
}

async function identityOf(scalar: Uint8Array | undefined, where: KmsDeclaration): Promise<Identity> {
  if (scalar?.length !== 32) throw incomplete(where);
  const secret = bech32.encodeFromBytes("AGE-SECRET-KEY-", scalar).toUpperCase();
  return { secret, recipient: await recipientOf(secret) };
}

/** With the credentials of the pod's own identity, and three attempts, as for buckets of Amazon S3. */
async function ask<T>(where: KmsDeclaration, action: string, send: (client: KMSClient) => Promise<T>): Promise<T> {
  const { KMSClient } = await import("@aws-sdk/client-kms");
  const client = new KMSClient({
    region: where.region,
    ...(where.endpoint === undefined ? {} : { endpoint: where.endpoint }),
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 10_000, socketTimeout: 20_000 },
  });
  try {
    return await send(client);
  } catch (error) {
    throw kmsError(error, action, where);
  } finally {
    client.destroy();
  }
}

function incomplete({ keyId }: KmsDeclaration): ReportedError {
  return new ReportedError(`the KMS answered for the key ${keyId}, but without a key of 32 bytes; is it AWS KMS?`);
}
