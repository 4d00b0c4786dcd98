import { createPublicKey } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { StorageCredentialsArgs } from "../components";
import { type Credentials, parseCredentials } from "../model/credentials";
import type { Settings } from "../model/settings";

/**
 * `restorable:credentials`, checked at once: an error names everything that is missing before anything is changed. The
 * plain text stays in here; what leaves is marked as a secret, value by value.
 */
export function readCredentials(settings: Settings, stack: string) {
  const text = pulumi.runtime.getConfig("restorable:credentials");
  let value: unknown;
  try {
    value = text === undefined ? undefined : JSON.parse(text);
  } catch {
    // The parser's own message would quote what it could not read.
    throw new Error("restorable:credentials is not an object; set its parts with: pulumi config set --secret --path");
  }
  const credentials = parseCredentials(value, settings, stack);
  const existing = settings.storage.kind === "s3-compatible" ? settings.storage.existingSecrets : undefined;
  return {
    /** The keys of a storage on any server that speaks S3. */
    storage: {
      writer: storageKey(existing, credentials.storage, "writer"),
      reader: storageKey(existing, credentials.storage, "reader"),
      evidence: storageKey(existing, credentials.storage, "evidence"),
      ...optionalKeys(existing, credentials.storage, ["pruner", "copier"]),
    },
    offSite: {
      writer: storageKey(settings.offSite?.existingSecrets, credentials.offSite, "writer"),
      reader: storageKey(settings.offSite?.existingSecrets, credentials.offSite, "reader"),
      ...optionalKeys(settings.offSite?.existingSecrets, credentials.offSite, ["pruner"]),
    },
    backupRole: settings.postgres.backupSecret
      ? { existingSecret: settings.postgres.backupSecret }
      : { password: secret(credentials.backupPassword) },
    signingKey: settings.drill.signingSecret
      ? { existingSecret: settings.drill.signingSecret }
      : { privateKey: secret(credentials.signingKey) },
    /** Whose evidence counts: public, so no secret. */
    evidenceKeys: [
      ...(settings.drill.signingSecret || !credentials.signingKey ? [] : [publicHalf(credentials.signingKey)]),
      ...settings.evidence.publicKeys,
    ],
    /** What opens encrypted backups; undefined where nothing is needed. */
    identity:
      settings.backup.encryption?.scheme !== "age"
        ? undefined
        : settings.drill.identitySecret
          ? { existingSecret: settings.drill.identitySecret }
          : { secretKey: secret(credentials.recoveryIdentity) },
    adminPassword: secret(credentials.adminPassword),
    /** A role's password, or undefined when none is declared. */
    rolePassword: (role: string) =>
      Object.hasOwn(credentials.rolePasswords, role) ? secret(credentials.rolePasswords[role]) : undefined,
  };
}

type Key = NonNullable<Credentials["storage"]>["writer"];
type Keys<Use extends string> = Partial<Record<Use, Key>> | undefined;
type Existing<Use extends string> = Partial<Record<Use, string>> | undefined;

/** Secrets that are there already go before keys. */
function storageKey<Use extends string>(existing: Existing<Use>, keys: Keys<Use>, use: Use): StorageCredentialsArgs {
  if (existing) return { existingSecret: existing[use] };
  return { accessKeyId: secret(keys?.[use]?.accessKeyId), secretAccessKey: secret(keys?.[use]?.secretAccessKey) };
}

/** Those keys that there are. */
function optionalKeys<Use extends string>(existing: Existing<Use>, keys: Keys<Use>, uses: Use[]) {
  const given = uses.filter((use) => (existing ?? keys)?.[use] !== undefined);
  return Object.fromEntries(given.map((use) => [use, storageKey(existing, keys, use)])) as Partial<
    Record<Use, StorageCredentialsArgs>
  >;
}

function publicHalf(privateKey: string): string {
  return createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString();
}

/** parseCredentials has made sure of what the settings need. */
function secret(value: string | undefined): pulumi.Output<string> {
  return pulumi.secret(value ?? "");
}
