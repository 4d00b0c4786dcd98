import { z } from "zod";

/** How artifacts are encrypted before they leave the agent. All schemes make age files (age-encryption.org/v1). */
export const ENCRYPTION_SCHEMES = ["none", "age", "kms"] as const;
export type EncryptionScheme = (typeof ENCRYPTION_SCHEMES)[number];

/** An age recipient of the X25519 kind: a public key. */
export const ageRecipient = z.string().regex(/^age1[02-9ac-hj-np-z]{58}$/, {
  error: "must be an age recipient: age1 and 58 more characters, as age-keygen prints it (never AGE-SECRET-KEY-…)",
});

/** A key of AWS KMS by its ARN, its id or an alias, or an ARN of one of these. */
export const kmsKeyId = z.string().regex(/^[A-Za-z0-9:/_-]{1,2048}$/, {
  error: "must be a KMS key's ARN, id or alias: letters, digits, and : / _ -",
});

const kmsPlace = {
  keyId: kmsKeyId,
  region: z.string().regex(/^[a-z0-9-]{1,64}$/, { error: "must be a region's name, such as eu-central-1" }),
  endpoint: z
    .url({ protocol: /^https?$/, error: "must be a server's address" })
    .max(2048)
    .optional(),
};

/** What a backup is encrypted for: told to the agent, of backups and of drills. */
export const backupEncryptionSchema = z.discriminatedUnion("scheme", [
  z.strictObject({ scheme: z.literal("age"), recipients: z.array(ageRecipient).min(1) }),
  /** An age key made for each backup, and wrapped by a key that never leaves the KMS. */
  z.strictObject({ scheme: z.literal("kms"), ...kmsPlace }),
]);
export type BackupEncryption = z.infer<typeof backupEncryptionSchema>;
export type KmsDeclaration = Extract<BackupEncryption, { scheme: "kms" }>;

/** How a backup was encrypted: told by its manifest, to whoever must open it. */
export const artifactEncryptionSchema = z.discriminatedUnion("scheme", [
  z.strictObject({ scheme: z.literal("age"), recipients: z.array(ageRecipient).min(1).max(100) }),
  z.strictObject({
    scheme: z.literal("kms"),
    ...kmsPlace,
    /** The backup's age identity, encrypted by the KMS (base64). */
    wrappedKey: z.string().regex(/^[A-Za-z0-9+/]{1,8192}={0,2}$/, { error: "must be base64" }),
  }),
]);
export type ArtifactEncryption = z.infer<typeof artifactEncryptionSchema>;

/** For whom a backup is encrypted, as evidence and descriptors say it: age recipients, or the KMS key's id. */
export function recipientsOf(encryption: ArtifactEncryption | BackupEncryption | undefined): string[] | undefined {
  if (!encryption) return undefined;
  return encryption.scheme === "age" ? [...encryption.recipients].sort() : [encryption.keyId];
}

/** The region in a KMS key's ARN: `arn:aws:kms:eu-central-1:111122223333:key/…`. */
export function regionOfKey(keyId: string): string | undefined {
  return /^arn:[^:]+:kms:([a-z0-9-]+):/.exec(keyId)?.[1];
}

/**
 * Why a backup that is encrypted as `stored` says is not one that `declared` speaks of, or undefined. What is stored is
 * compared and never followed: a manifest that names another KMS would have us send it a signed request.
 */
export function encryptionProblem(stored: ArtifactEncryption, declared: BackupEncryption): string | undefined {
  const differs = (what: string, found: string, expected: string) =>
    `the manifest says that it was encrypted ${what} ${found}, and ${expected} is declared: it was edited or replaced, or ` +
    "the declaration has changed since: take a new backup, or name what the backup was made with";
  if (stored.scheme === "age" || declared.scheme === "age") {
    // Other recipients are older ones, before a rotation: whether an identity still opens it, the drill shows.
    return stored.scheme === declared.scheme ? undefined : differs("by the scheme", stored.scheme, declared.scheme);
  }
  if (!sameKey(stored.keyId, declared.keyId)) return differs("with the key", stored.keyId, declared.keyId);
  if (stored.region !== declared.region) return differs("in the region", stored.region, declared.region);
  const ownEndpoint = "AWS's own endpoint";
  if (stored.endpoint !== declared.endpoint)
    return differs("at", stored.endpoint ?? ownEndpoint, declared.endpoint ?? ownEndpoint);
  return undefined;
}

/** The manifest has the ARN that the KMS gave. What an alias leads to, the KMS alone knows, and it refuses another key. */
function sameKey(stored: string, declared: string): boolean {
  if (stored === declared || /(^|:)alias\//.test(declared)) return true;
  return !declared.startsWith("arn:") && stored.endsWith(`:key/${declared}`);
}
