import { z } from "zod";

/** How artifacts are encrypted before they leave the agent. All schemes make age files (age-encryption.org/v1). */
export const ENCRYPTION_SCHEMES = ["none", "age", "kms"] as const;
export type EncryptionScheme = (typeof ENCRYPTION_SCHEMES)[number];

/** An age recipient of the X25519 kind: a public key. */
export const ageRecipient = z.string().regex(/^age1[02-9ac-hj-np-z]{58}$/, {
  error: "must be an age recipient: age1 and 58 more characters, as age-keygen prints it (never AGE-SECRET-KEY-…)",
});

/** What a backup is encrypted for: told to the agent. */
export const backupEncryptionSchema = z.discriminatedUnion("scheme", [
  z.strictObject({ scheme: z.literal("age"), recipients: z.array(ageRecipient).min(1) }),
  /** An age key made for each backup, and wrapped by a key that never leaves the KMS. */
  z.strictObject({
    scheme: z.literal("kms"),
    keyId: z.string().min(1),
    region: z.string().min(1),
    endpoint: z.string().optional(),
  }),
]);
export type BackupEncryption = z.infer<typeof backupEncryptionSchema>;

/** How a backup was encrypted: told by its manifest, to whoever must open it. */
export const artifactEncryptionSchema = z.discriminatedUnion("scheme", [
  z.strictObject({ scheme: z.literal("age"), recipients: z.array(ageRecipient).min(1) }),
  z.strictObject({
    scheme: z.literal("kms"),
    keyId: z.string().min(1),
    region: z.string().min(1),
    endpoint: z.string().optional(),
    /** The backup's age identity, encrypted by the KMS (base64). */
    wrappedKey: z.string().min(1),
  }),
]);
export type ArtifactEncryption = z.infer<typeof artifactEncryptionSchema>;

/** For whom a backup is encrypted, as evidence and descriptors say it: age recipients, or the KMS key's id. */
export function recipientsOf(encryption: ArtifactEncryption | BackupEncryption | undefined): string[] | undefined {
  if (!encryption) return undefined;
  return encryption.scheme === "age" ? [...encryption.recipients].sort() : [encryption.keyId];
}
