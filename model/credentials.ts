import { z } from "zod";
import { InvalidInputError, type Problem, parseInput } from "./problems";
import type { Settings } from "./settings";
import { signingKeyProblem } from "./signing-key";

/** The secrets of a stack: the one secret object `restorable:credentials`. Messages name what is wrong, never a value. */
const text = z.string().min(1, { error: "must not be empty" });
const key = z.strictObject({ accessKeyId: text, secretAccessKey: text });

export const credentialsSchema = z.strictObject({
  storage: z
    .strictObject({
      writer: key,
      reader: key.optional(),
      evidence: key.optional(),
      pruner: key.optional(),
      copier: key.optional(),
    })
    .optional(),
  offSite: z.strictObject({ writer: key, reader: key.optional(), pruner: key.optional() }).optional(),
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
  const { storage, backup, drill, offSite } = settings;
  // What only drills need is the platform's, where a platform drills.
  const drills = drill.by === "stack";
  if (storage.kind === "s3-compatible") {
    const prunes = backup.keep !== undefined || backup.pruneSchedule !== undefined;
    const given = storage.existingSecrets ?? credentials.storage;
    const needed = [...(drills ? (["reader", "evidence"] as const) : []), ...(prunes ? (["pruner"] as const) : [])];
    if (!given) missing("storage", "storage.existingSecrets");
    else for (const use of needed) if (!given[use]) missing(`storage.${use}`, "storage.existingSecrets");
  }
  if (offSite) {
    const given = offSite.existingSecrets ?? credentials.offSite;
    if (!given) missing("offSite", "offSite.existingSecrets");
    else if (drills && !given.reader) missing("offSite.reader", "offSite.existingSecrets");
  }
  if (!credentials.backupPassword && !settings.postgres.backupSecret)
    missing("backupPassword", "postgres.backupSecret");
  if (drills && !drill.signingSecret && !drill.signingKms) {
    const message = signingProblem(settings.environment, credentials.signingKey);
    if (message) problems.push({ path: "signingKey", message });
    else if (!credentials.signingKey) missing("signingKey", "drill.signingSecret");
  }
  if (drills && backup.encryption?.scheme === "age" && !drill.identitySecret && !credentials.recoveryIdentity)
    missing("recoveryIdentity", "drill.identitySecret");
  if (settings.access) {
    if (!credentials.adminPassword) missing("adminPassword");
    for (const { name } of settings.databases.flatMap(({ roles }) => roles))
      if (!Object.hasOwn(credentials.rolePasswords, name)) missing(`rolePasswords.${name}`);
  }
  if (problems.length > 0) throw new InvalidInputError(subject, problems);
  return credentials;
}

/** What is wrong with a key among the credentials. */
function signingProblem(environment: string, key: string | undefined): string | undefined {
  if (environment === "production")
    return "has no place in production, where those who run the program could sign with it: name drill.signingSecret or drill.signingKms, or leave the drills to a platform's stack (drill.by: platform)";
  return key === undefined ? undefined : signingKeyProblem(key);
}
