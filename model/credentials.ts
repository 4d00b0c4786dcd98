import { z } from "zod";
import { InvalidInputError, type Problem, parseInput } from "./problems";
import type { Settings } from "./settings";
import { signingKeyProblem } from "./signing-key";

/** The secrets of a stack: the one secret object `restorable:credentials`. Messages name what is wrong, never a value. */
const text = z.string().min(1, { error: "must not be empty" });
const key = z.strictObject({ accessKeyId: text, secretAccessKey: text });

export const credentialsSchema = z.strictObject({
  storage: z
    .strictObject({ writer: key, reader: key, evidence: key, pruner: key.optional(), copier: key.optional() })
    .optional(),
  offSite: z.strictObject({ writer: key, reader: key, pruner: key.optional() }).optional(),
  /** Ed25519 private key, PKCS #8 PEM. */
  signingKey: text.optional(),
  /** The age identities that open encrypted backups, one a line: AGE-SECRET-KEY-1… */
  recoveryIdentity: text.optional(),
  backupPassword: text.optional(),
  adminPassword: text.optional(),
  /** By role: the databases' owners (who log in only with one) and all their roles. */
  rolePasswords: z.record(z.string(), text).default({}),
});

export type Credentials = z.output<typeof credentialsSchema>;

/** The credentials that `settings` ask for. Throws with everything that is missing or wrong. */
export function parseCredentials(value: unknown, settings: Settings, stack: string): Credentials {
  const subject = `the credentials of stack ${stack} (restorable:credentials)`;
  const credentials = parseInput(credentialsSchema, value ?? {}, subject);
  const problems: Problem[] = [];
  const missing = (path: string, alternative?: string) =>
    problems.push({
      path,
      message:
        `is missing; set it with: pulumi config set --secret --path 'restorable:credentials.${path}'` +
        (alternative ? `, or name an existing Secret in ${alternative}` : ""),
    });
  const { storage, backup } = settings;
  if (storage.kind === "s3-compatible") {
    const prunes = backup.keep !== undefined || backup.pruneSchedule !== undefined;
    if (!credentials.storage && !storage.existingSecrets) missing("storage", "storage.existingSecrets");
    else if (prunes && !(storage.existingSecrets ?? credentials.storage)?.pruner)
      missing("storage.pruner", "storage.existingSecrets");
  }
  if (settings.offSite && !credentials.offSite && !settings.offSite.existingSecrets)
    missing("offSite", "offSite.existingSecrets");
  if (!credentials.backupPassword && !settings.postgres.backupSecret)
    missing("backupPassword", "postgres.backupSecret");
  if (!settings.drill.signingSecret) {
    if (!credentials.signingKey) missing("signingKey", "drill.signingSecret");
    else {
      const message = signingKeyProblem(credentials.signingKey);
      if (message) problems.push({ path: "signingKey", message });
    }
  }
  if (backup.encryption?.scheme === "age" && !settings.drill.identitySecret && !credentials.recoveryIdentity)
    missing("recoveryIdentity", "drill.identitySecret");
  if (settings.access) {
    if (!credentials.adminPassword) missing("adminPassword");
    for (const { name } of settings.databases.flatMap(({ roles }) => roles))
      if (!Object.hasOwn(credentials.rolePasswords, name)) missing(`rolePasswords.${name}`);
  }
  if (problems.length > 0) throw new InvalidInputError(subject, problems);
  return credentials;
}
