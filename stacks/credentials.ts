import { createPublicKey } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { SigningKeyArgs, StorageCredentialsArgs } from "../components";
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
  // Where a platform drills, the keys of the drills are the platform's: one that is given here goes nowhere.
  const apart = settings.drill.by === "platform";
  const drills: ("reader" | "evidence")[] = apart ? [] : ["reader", "evidence"];
  const existing = settings.storage.kind === "s3-compatible" ? settings.storage.existingSecrets : undefined;
  return {
    /** The keys of a storage on any server that speaks S3. */
    storage: {
      writer: storageKey(existing, credentials.storage, "writer"),
      ...optionalKeys(existing, credentials.storage, [...drills, "pruner", "copier"]),
    },
    offSite: {
      writer: storageKey(settings.offSite?.existingSecrets, credentials.offSite, "writer"),
      ...optionalKeys(
        settings.offSite?.existingSecrets,
        credentials.offSite,
        apart ? ["pruner"] : ["reader", "pruner"],
      ),
    },
    backupRole: settings.postgres.backupSecret
      ? { existingSecret: settings.postgres.backupSecret }
      : { password: secret(credentials.backupPassword) },
    signingKey: apart ? undefined : signingKeyOf(settings.drill, credentials),
    /** Whose evidence counts: public, so no secret. */
    evidenceKeys: [
      ...(apart || settings.drill.signingSecret || settings.drill.signingKms || !credentials.signingKey
        ? []
        : [publicHalf(credentials.signingKey)]),
      ...settings.evidence.publicKeys,
    ],
    /** What opens encrypted backups; undefined where nothing is needed. */
    identity:
      apart || settings.backup.encryption?.scheme !== "age"
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

function signingKeyOf({ signingSecret, signingKms }: Settings["drill"], { signingKey }: Credentials): SigningKeyArgs {
  if (signingKms) return { kms: signingKms };
  return signingSecret ? { existingSecret: signingSecret } : { privateKey: secret(signingKey) };
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
