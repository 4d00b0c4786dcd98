import { z } from "zod";
import { artifactEncryptionSchema } from "./encryption";
import { excludedTablesSchema } from "./excluded";
import { ID_PATTERN, layout } from "./layout";
import { lsn, serverEncoding, storedIdentifier, versionText } from "./manifest-fields";
import { canonicalDigest, restorePathSchema } from "./restore-path";
import { serverSettingsSchema } from "./server-settings";
import { targetSchema } from "./target";
import { oneLine, unprintableIn } from "./text";

/**
 * A backup's manifest: written last, only when every stage ended well. No manifest, no backup.
 * Times are ISO 8601 in UTC, sizes are bytes, digests are SHA-256 in hex.
 */
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const artifact = z.strictObject({ key: z.string().min(1).max(1024), bytes: z.int().positive(), sha256 });
const time = z.iso.datetime();

export const MANIFEST_VERSION = 2;

/** How many warnings a manifest holds. */
export const MOST_WARNINGS = 20;

const fields = z.strictObject({
  /** The first version knew neither the server's identifier nor warnings. */
  version: z.literal([1, MANIFEST_VERSION]),
  id: z.string().regex(ID_PATTERN),
  environment: z.string().min(1).max(100),
  stack: z.string().min(1).max(200),
  target: targetSchema,
  restorePath: restorePathSchema,
  fingerprint: sha256,
  server: z.strictObject({
    /** As the server says it, such as `17.12 (Debian 17.12-1.trixie)`. */
    version: versionText,
    major: z.int().min(9).max(99),
    /** `system_identifier` of its control file, decimal: it tells this server from another one of the same name. */
    systemIdentifier: z
      .string()
      .regex(/^\d{1,20}$/)
      .optional(),
    /** The role that initdb made (OID 10): a restore must begin with the same one. */
    bootstrapSuperuser: storedIdentifier,
    encoding: serverEncoding,
    databaseBytes: z.int().nonnegative(),
    /** The tablespaces that the database uses beside the server's own two: they must be there before it is restored. */
    tablespaces: z.array(storedIdentifier).max(10_000).optional(),
    /** What its expressions depend on, such as the time zone: the drill's server has the same. Absent: it is not known. */
    settings: serverSettingsSchema.optional(),
  }),
  tools: z.strictObject({ pgDump: versionText, agent: versionText }),
  snapshot: z.strictObject({ at: time, lsn }),
  startedAt: time,
  completedAt: time,
  /** Nothing may delete the backup before. */
  keepUntil: time.optional(),
  artifacts: z.strictObject({ database: artifact, roles: artifact, facts: artifact }),
  /** Absent: they are stored as they are. Digests and sizes are those of what is stored. */
  encryption: artifactEncryptionSchema.optional(),
  /** What the patterns of the restore path left out, by name. Absent: everything was backed up. */
  excluded: excludedTablesSchema.optional(),
  contents: z.strictObject({ tables: z.int().nonnegative(), rows: z.int().nonnegative() }),
  /** The good backup before this one, if there was one: the RPO is measured from its snapshot. */
  previous: z.strictObject({ id: z.string().regex(ID_PATTERN), snapshotAt: time }).optional(),
  /** What pg_dump, and the backup itself, warned of although it ended well: the first ones, without data. Absent: nothing. */
  warnings: z.array(z.string().min(1).max(1000)).min(1).max(MOST_WARNINGS).optional(),
});

/** No string of it has characters that could be taken for something else, and its objects have the names that they have. */
export const manifestSchema = fields.superRefine((manifest, context) => {
  const unprintable = unprintableIn(manifest);
  if (unprintable) context.addIssue({ code: "custom", path: unprintable, message: "has control or format characters" });
  for (const name of ARTIFACT_NAMES) {
    const message = keyProblem(manifest, name);
    if (message) context.addIssue({ code: "custom", path: ["artifacts", name, "key"], message });
  }
});

export type Manifest = z.infer<typeof manifestSchema>;
export type ArtifactName = keyof Manifest["artifacts"];
export const ARTIFACT_NAMES: readonly ArtifactName[] = ["database", "roles", "facts"];
const FILES: Record<ArtifactName, string> = { database: "database.dump", roles: "roles.sql", facts: "facts.json" };

/** Only the file's name is ever used (see artifactKey), inside the backup's own folder; the rest is a path, and no way out. */
function keyProblem({ encryption, artifacts }: Manifest, name: ArtifactName): string | undefined {
  const file = FILES[name] + (encryption ? ".age" : "");
  const parts = artifacts[name].key.split("/");
  if (parts.at(-1) === file && !parts.some((part) => part === "" || part === "." || part === "..")) return undefined;
  return `must be the path of ${file}: every object of a backup has its own name`;
}

/** SHA-256 (hex) of the manifest's canonical JSON: of what it says, however it was written down. */
export function manifestDigest(manifest: Manifest): string {
  return canonicalDigest(manifest);
}

/** What evidence of a drill is held against: the digest of the dump, and that of everything that is restored. */
export function digestsOf(manifest: Manifest): { sha256: string; manifest: string } {
  return { sha256: manifest.artifacts.database.sha256, manifest: manifestDigest(manifest) };
}

/** Where an artifact is in a storage with `prefix`: a copy has the same manifest, and may have another prefix. */
export function artifactKey(prefix: string, manifest: Manifest, name: ArtifactName): string {
  const { key } = manifest.artifacts[name];
  return layout.backup(prefix, manifest.target, manifest.id) + key.slice(key.lastIndexOf("/") + 1);
}

/** A manifest that only a newer version reads: nothing is wrong with it, and nothing may be done because of it. */
export class NewerManifestError extends Error {}

/** The manifest in `text`. Throws an Error that says what is wrong and where it was read from. */
export function parseManifest(text: string, key: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`the manifest ${key} is not JSON: it was damaged or cut off; this backup cannot be used`);
  }
  const version = (value as { version?: unknown } | null)?.version;
  if (typeof version === "number" && version > MANIFEST_VERSION) {
    throw new NewerManifestError(
      `the manifest ${key} is of version ${version}; this version of Restorable reads up to ${MANIFEST_VERSION}: use a newer one`,
    );
  }
  const result = manifestSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new Error(
    `the manifest ${key} is not valid: ${oneLine(issue?.path.join(".") ?? "", 200)}: ${oneLine(issue?.message ?? "", 500)}`,
  );
}
