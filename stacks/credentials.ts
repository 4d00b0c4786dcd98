import * as pulumi from "@pulumi/pulumi";
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
  const { existingSecrets } = settings.storage;
  return {
    storage: (use: keyof NonNullable<Credentials["storage"]>) => {
      if (existingSecrets) return { existingSecret: existingSecrets[use] };
      const key = credentials.storage?.[use];
      return { accessKeyId: secret(key?.accessKeyId), secretAccessKey: secret(key?.secretAccessKey) };
    },
    backupRole: settings.postgres.backupSecret
      ? { existingSecret: settings.postgres.backupSecret }
      : { password: secret(credentials.backupPassword) },
    signingKey: settings.drill.signingSecret
      ? { existingSecret: settings.drill.signingSecret }
      : { privateKey: secret(credentials.signingKey) },
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

/** parseCredentials has made sure of what the settings need. */
function secret(value: string | undefined): pulumi.Output<string> {
  return pulumi.secret(value ?? "");
}
