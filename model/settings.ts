import { z } from "zod";
import {
  backupTimingProblems,
  drillNamespaceProblem,
  drillTimingProblems,
  endpointProblem,
  imageMajorProblem,
  instancesProblem,
  samePlaceProblem,
} from "./contradictions";
import { cronProblem } from "./cron";
import {
  checked,
  countField,
  cpuField,
  durationField,
  imageField,
  portField,
  sizeField,
  timeZoneField,
} from "./fields";
import { bucketName, cronJobNameProblem, kubernetesName, postgresIdentifier } from "./names";
import { namePatternField } from "./patterns";
import { type Problem, parseInput } from "./problems";
import { keepCountsFields } from "./retention-policy";
import { drillPlan, encryptionSettings, restoredDatabase } from "./shared-settings";
import { verifyingKeyProblem } from "./signing-key";

/**
 * The settings of a stack: `restorable:settings` in `Pulumi.<stack>.yaml`. Defaults are the components'; what is absent
 * here is theirs to fill in. Secrets have no place here, see credentials.ts.
 */
const size = sizeField.optional();

const postgres = z.strictObject({
  engine: z.enum(["cloudnative-pg"]).optional(),
  major: z.int().min(14).max(99),
  instances: countField(1).optional(),
  storage: z.strictObject({ size: sizeField, storageClass: z.string().optional(), walSize: size }),
  resources: z.strictObject({ cpu: cpuField.optional(), memory: size }).optional(),
  parameters: z.record(z.string(), z.string()).optional(),
  sharedPreloadLibraries: z.array(z.string()).optional(),
  synchronous: z
    .strictObject({ number: countField(1).optional(), dataDurability: z.enum(["required", "preferred"]).optional() })
    .optional(),
  antiAffinity: z.strictObject({ required: z.boolean().optional(), topologyKey: z.string().optional() }).optional(),
  readyTimeout: durationField.optional(),
  /** A basic-auth Secret for the backup role, instead of a password among the credentials. */
  backupSecret: kubernetesName.optional(),
});

const database = z.strictObject({
  ...restoredDatabase,
  owner: postgresIdentifier,
  locale: z.string().optional(),
  schemas: z.array(postgresIdentifier).optional(),
  /** Roles that log in; each has its password among the credentials. */
  roles: z.array(z.strictObject({ name: postgresIdentifier, access: z.enum(["read-write", "read-only"]) })).default([]),
  migrationQuery: z.string().min(1).optional(),
});

/** What is kept by count, beside everything that is younger than `retention`. */
const keep = z.strictObject(keepCountsFields);

const backup = z.strictObject({
  /** Five cron fields: a CronJob reads it. */
  schedule: z.string(),
  timeZone: timeZoneField.default("UTC"),
  deadline: durationField.default("1h"),
  rpo: durationField,
  retention: durationField,
  keep: keep.optional(),
  /** Five cron fields, in the same time zone. It, like `keep`, has what no rule keeps removed. */
  pruneSchedule: z.string().optional(),
  compressionLevel: z.int().min(1).max(19).optional(),
  everyRowUpTo: sizeField.optional(),
  encryption: encryptionSettings,
  /** Which of the cluster's databases ought to be declared here; by default all. */
  coverage: z
    .strictObject({
      include: z.array(namePatternField).min(1).optional(),
      exclude: z.array(namePatternField).optional(),
    })
    .optional(),
  onDeployment: z.boolean().default(true),
  cpu: cpuField.optional(),
  memory: size,
});

const drill = z.strictObject({
  ...drillPlan,
  /** `platform`: another stack declares the drills, with settings of its own (drill-settings.ts). */
  by: z.enum(["stack", "platform"]).default("stack"),
});

/** A bucket on any server that speaks S3. */
const bucket = {
  endpoint: z.string(),
  bucket: bucketName,
  region: z.string().min(1),
  prefix: z.string().optional(),
  allowInsecure: z.boolean().default(false),
  checkOnDeployment: z.boolean().optional(),
  /** What the storage must keep: ids of docs/storage-check.md. */
  require: z.array(z.string()).optional(),
};

/**
 * By kind: the settings of S3CompatibleBackupStorage, of S3BackupStorage or of NfsBackupStorage. What the last two are
 * given is passed on, and checked by the component in its own words.
 */
const storage = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("s3-compatible"),
    ...bucket,
    /** Secrets that are there already, instead of keys among the credentials. */
    existingSecrets: z
      .strictObject({
        writer: kubernetesName,
        reader: kubernetesName.optional(),
        evidence: kubernetesName.optional(),
        pruner: kubernetesName.optional(),
        copier: kubernetesName.optional(),
      })
      .optional(),
  }),
  z.looseObject({ kind: z.literal("s3"), bucket: bucketName, region: z.string().min(1), accountId: z.string().min(1) }),
  z.looseObject({ kind: z.literal("nfs"), size: sizeField }),
]);

/** A second bucket, to which every backup is copied, and which drills restore in turn with the first. */
const offSite = z.strictObject({
  ...bucket,
  /** Five cron fields, in the backups' time zone. */
  schedule: z.string(),
  deadline: durationField.optional(),
  rpo: durationField,
  retention: durationField.optional(),
  keep: keep.optional(),
  existingSecrets: z
    .strictObject({ writer: kubernetesName, reader: kubernetesName.optional(), pruner: kubernetesName.optional() })
    .optional(),
});

export const settingsSchema = z
  .strictObject({
    environment: kubernetesName,
    /** What everything of this stack is called after; the cluster has it as its name. */
    name: kubernetesName,
    namespace: kubernetesName,
    images: z.strictObject({ server: imageField, agent: imageField }),
    postgres,
    databases: z.array(database).min(1),
    backup,
    drill,
    storage,
    offSite: offSite.optional(),
    /** Where the deployment reaches the primary to declare databases, roles and grants. Absent: they are yours to make. */
    access: z
      .strictObject({
        host: z.string().min(1),
        port: portField.default(5432),
        sslMode: z.enum(["disable", "require", "verify-ca", "verify-full"]).optional(),
        caFile: z.string().min(1).optional(),
      })
      .optional(),
    evidence: z
      .strictObject({
        /** Files with drill evidence of earlier environments, relative to the project's folder. */
        promotedFrom: z.array(z.string().min(1)).default([]),
        /** Ed25519 public keys, PEM, of whose evidence counts, beside the signing key's own. */
        publicKeys: z.array(checked(verifyingKeyProblem)).default([]),
      })
      .prefault({}),
  })
  .superRefine((settings, context) => {
    for (const { path, message } of contradictions(settings))
      context.addIssue({ code: "custom", message, path: path.split(".") });
  });

export type Settings = z.output<typeof settingsSchema>;

/** The settings, checked, with `images` of the command line laid over them. Throws with every problem found. */
export function parseSettings(settings: unknown, images: unknown, stack: string): Settings {
  const value = isObject(settings) ? { ...settings } : settings;
  if (isObject(value) && (isObject(value.images) || isObject(images)))
    value.images = { ...(value.images as object), ...(images as object) };
  return parseInput(settingsSchema, value, `the settings of stack ${stack} (restorable:settings)`);
}

type Parsed = z.output<typeof settingsSchema>;

/** What is right by itself and wrong together. */
function contradictions(settings: Parsed): Problem[] {
  const { postgres, backup, drill, storage, offSite, images, databases } = settings;
  const problems: Problem[] = [];
  const add = (path: string, message: string | undefined) => {
    if (message) problems.push({ path, message });
  };
  const within = (prefix: string, found: Problem[]) => {
    for (const { path, message } of found) add([prefix, path].filter(Boolean).join("."), message);
  };
  add("images.server", imageMajorProblem(images.server, postgres.major));
  add("postgres.instances", instancesProblem(postgres.instances ?? 3, settings.environment));
  within("backup", backupTimingProblems(backup, drill));
  const triggers = [drill.afterBackup, drill.onDeployment];
  within("drill", drillTimingProblems({ schedule: drill.schedule, timeZone: backup.timeZone, triggers }));
  add("drill.namespace", drillNamespaceProblem(drill.namespace, settings.namespace));
  if (storage.kind === "s3-compatible")
    add("storage.endpoint", endpointProblem(storage.endpoint, storage.allowInsecure));
  if (offSite) {
    add("offSite.endpoint", endpointProblem(offSite.endpoint, offSite.allowInsecure));
    add("offSite.schedule", cronProblem(offSite.schedule, 5, backup.timeZone));
    if (storage.kind === "s3-compatible") add("offSite.bucket", samePlaceProblem(storage, offSite));
    if (storage.kind === "s3")
      add("offSite", "cannot be declared with a storage of the kind s3: use storage.replication instead");
  }
  if (backup.pruneSchedule !== undefined)
    add("backup.pruneSchedule", cronProblem(backup.pruneSchedule, 5, backup.timeZone));

  const names = new Map<string, string>();
  for (const [index, { name, owner, applicationRole, roles }] of databases.entries()) {
    const at = `databases.${index}`;
    const resource = databaseResourceName(name);
    const other = names.get(resource);
    if (other !== undefined)
      add(`${at}.name`, `"${name}" and "${other}" become the same Kubernetes name "${resource}"; rename one`);
    names.set(resource, name);
    for (const kind of ["backup", "drill"])
      add(`${at}.name`, cronJobNameProblem(`${settings.name}-${resource}-${kind}`));
    const known = [owner, ...roles.map((role) => role.name)];
    if (settings.access && !known.includes(applicationRole))
      add(
        `${at}.applicationRole`,
        `"${applicationRole}" is no role of this database; declare it in roles, or name one of ${known.join(", ")}`,
      );
  }
  const roles = databases.flatMap(({ owner, roles }, index) => [
    { name: owner, at: `databases.${index}.owner` },
    ...roles.map(({ name }, role) => ({ name, at: `databases.${index}.roles.${role}.name` })),
  ]);
  for (const [index, { name, at }] of roles.entries()) {
    const first = roles.findIndex((role) => role.name === name);
    if (first < index)
      add(at, `"${name}" is declared at ${roles[first]?.at} already; a role belongs to the whole cluster`);
  }
  return problems;
}

/** A database's name as part of Kubernetes names: lower case, and hyphens for what is not allowed there. */
export function databaseResourceName(database: string): string {
  return (
    database
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "") || "db"
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
