import { z } from "zod";
import { backupTimingProblems, drillTimingProblems, samePlaceProblem } from "../../model/contradictions";
import { durationField, imageField, portField, timeZoneField } from "../../model/fields";
import { kubernetesName, postgresIdentifier } from "../../model/names";
import type { Problem } from "../../model/problems";
import { databaseResourceName } from "../../model/settings";
import type {
  AntiAffinityArgs,
  ClusterResourcesArgs,
  ClusterStorageArgs,
  RoleCredentialsArgs,
  SynchronousReplicationArgs,
} from "../cluster/postgres-cluster-args";
import type { PodSettingsArgs } from "../kubernetes/pod-settings";
import type { NfsVolumeArgs } from "../storage/nfs-backup-storage-args";
import type { S3BucketArgs } from "../storage/s3-backup-storage-args";
import { reportProblem, reportProblems } from "../validate";
import type {
  AccessArgs,
  BackupPlanArgs,
  BackupStoreArgs,
  DrillPlanArgs,
  OffSiteStoreArgs,
  RestorableDatabaseArgs,
} from "./plan-args";

export interface RestorablePostgresArgs {
  /** The environment in the promotion order, such as `staging`. */
  environment: string;
  /** @default the Pulumi stack */
  stack?: string;
  /** The cluster's namespace; it is made. */
  namespace: string;
  /** @default "cloudnative-pg" */
  engine?: string;
  postgresMajor: number;
  /** The server's image: the cluster's and the drills'. */
  serverImage: string;
  agentImage: string;
  /** What the platform asks of Jobs' pods: OpenShift's user ids, a CPU limit. The cluster's own are its engine's. @default nothing */
  pods?: PodSettingsArgs;
  /** @default 3 */
  instances?: number;
  storage: ClusterStorageArgs;
  resources?: ClusterResourcesArgs;
  parameters?: Record<string, string>;
  sharedPreloadLibraries?: string[];
  synchronous?: SynchronousReplicationArgs;
  antiAffinity?: AntiAffinityArgs;
  /** Whether Pulumi refuses to delete the cluster. @default true in `production`, else false */
  deletionProtection?: boolean;
  /** @default "15m" */
  readyTimeout?: string;
  /** The role that takes backups. */
  backupRole: RoleCredentialsArgs;
  databases: RestorableDatabaseArgs[];
  backup: BackupPlanArgs;
  drill: DrillPlanArgs;
  /** Where backups are kept. Give this, `s3Store` or `nfsStore`. */
  store?: BackupStoreArgs;
  /** Instead: a bucket of Amazon S3, which is made, with IAM roles for the Jobs. See S3BackupStorage. */
  s3Store?: S3BucketArgs;
  /** Instead: a folder on an NFS server. See NfsBackupStorage. */
  nfsStore?: NfsVolumeArgs;
  /** A second storage that shares nothing with the first. Not with `s3Store`. @default there is no copy */
  offSite?: OffSiteStoreArgs;
  /** @default none: databases, roles and grants are yours to make, CONNECT for the backup role included */
  access?: AccessArgs;
}

const key = z.looseObject({ existingSecret: z.string().optional() });

/**
 * Only what no child can see: the rest is theirs to check, in their own words. Fields that a rule here reads are read
 * strictly, the others are passed on.
 */
export const restorablePostgresSchema = z
  .looseObject({
    namespace: kubernetesName,
    serverImage: imageField,
    databases: z
      .array(
        z.looseObject({ name: postgresIdentifier, owner: postgresIdentifier, applicationRole: postgresIdentifier }),
      )
      .min(1, { error: "must hold at least one database: there is nothing to back up" }),
    backup: z.looseObject({
      schedule: z.string(),
      timeZone: timeZoneField.default("UTC"),
      deadline: durationField.default("1h"),
      rpo: durationField,
      retention: durationField,
      keep: z.unknown().optional(),
      pruneSchedule: z.string().optional(),
    }),
    drill: z.looseObject({
      by: z.enum(["stack", "platform"]).default("stack"),
      signingKey: z.unknown().optional(),
      namespace: kubernetesName.optional(),
      afterBackup: z.boolean().default(true),
      schedule: z.string().optional(),
      onDeployment: z.boolean().default(true),
    }),
    store: z
      .looseObject({
        endpoint: z.string(),
        bucket: z.string(),
        reader: key.optional(),
        evidence: key.optional(),
        pruner: key.optional(),
      })
      .optional(),
    s3Store: z.looseObject({}).optional(),
    nfsStore: z.looseObject({}).optional(),
    offSite: z.looseObject({ endpoint: z.string(), bucket: z.string(), reader: key.optional() }).optional(),
    access: z
      .looseObject({
        host: z.string().min(1),
        port: portField.default(5432),
        sslMode: z.enum(["disable", "require", "verify-ca", "verify-full"]).optional(),
        caFile: z.string().min(1).optional(),
      })
      .optional(),
  })
  .superRefine(({ backup, drill, databases, access, ...storages }, context) => {
    const report = (path: string, problem: string | undefined) => reportProblem(problem, context, ...path.split("."));
    report("store", storeChoiceProblem(storages));
    reportProblems(
      drill.by === "platform" ? apartProblems(drill, storages) : togetherProblems(drill, storages),
      context,
    );
    report("store.pruner", prunerProblem(backup, storages.store));
    report("offSite", offSiteProblem(storages));
    report("store.copier", copierProblem(storages));
    reportProblems(backupTimingProblems(backup, drill), context, ["backup"]);
    const triggers = [drill.afterBackup, drill.onDeployment];
    const timing = { schedule: drill.schedule, timeZone: backup.timeZone, triggers };
    reportProblems(drillTimingProblems(timing), context, ["drill"]);
    const names = databases.map(({ name }) => databaseResourceName(name));
    const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
    if (twice >= 0) {
      const message = `"${databases[twice]?.name}" becomes the Kubernetes name "${names[twice]}", which another database has`;
      reportProblem(message, context, "databases", String(twice), "name");
    }
    if (access && !("adminPassword" in access)) reportProblem("is missing", context, "access", "adminPassword");
  });

/** What is declared, as far as a rule here reads it. */
export type RestorableDeclaration = z.output<typeof restorablePostgresSchema>;

type Key = z.output<typeof key>;

interface Storages {
  store?: { endpoint: string; bucket: string; prefix?: unknown; reader?: Key; evidence?: Key; pruner?: object };
  s3Store?: object;
  nfsStore?: object;
  offSite?: { endpoint: string; bucket: string; reader?: Key };
}

/** What a stack that drills its own databases needs. */
function togetherProblems(drill: { signingKey?: unknown }, { store, offSite }: Storages): Problem[] {
  const needed = {
    "drill.signingKey": drill.signingKey,
    ...(store && { "store.reader": store.reader, "store.evidence": store.evidence }),
    ...(offSite && { "offSite.reader": offSite.reader }),
  };
  const missing = Object.entries(needed).filter(([, value]) => value === undefined);
  const message = 'is missing: drills need it, unless a platform\'s own stack drills (drill.by: "platform")';
  return missing.map(([path]) => ({ path, message }));
}

/** What belongs to the drills has no place in a stack that leaves them to a platform. */
const PLATFORMS_OWN = [
  ...["signingKey", "identity", "apiServerCidrs", "dnsCidr", "deadline", "jobs", "temporaryStorage"],
  ...["serverParameters", "durability", "applicationSettings", "probe", "serverMemory", "serverCpu", "agentMemory"],
];

function apartProblems(drill: Record<string, unknown>, { store, nfsStore, offSite }: Storages): Problem[] {
  const given = {
    ...Object.fromEntries(PLATFORMS_OWN.map((setting) => [`drill.${setting}`, drill[setting]])),
    ...{ "store.reader": store?.reader, "store.evidence": store?.evidence, "offSite.reader": offSite?.reader },
  };
  const message = 'has no place here with drill.by: "platform": the stack that declares the drills has it';
  const problems = Object.entries(given).flatMap(([path, value]) => (value === undefined ? [] : [{ path, message }]));
  if (nfsStore !== undefined) {
    const why = 'cannot be declared with drill.by: "platform": it makes volumes in the drills\' namespace';
    problems.push({ path: "nfsStore", message: `${why}; use the components NfsBackupStorage and LogicalBackup` });
  }
  return problems;
}

function storeChoiceProblem({ store, s3Store, nfsStore }: Storages): string | undefined {
  const given = Object.entries({ store, s3Store, nfsStore }).filter(([, value]) => value !== undefined);
  if (given.length === 1) return undefined;
  if (given.length === 0) return "is missing: give store, s3Store or nfsStore; there is nowhere to keep backups";
  return `is one of ${given.map(([name]) => name).join(" and ")}: give one; a second storage is offSite`;
}

/** A volume has a claim for pruning, and Amazon S3 a role; a bucket elsewhere needs a key that is allowed to delete. */
function prunerProblem(
  backup: { keep?: unknown; pruneSchedule?: string },
  store: Storages["store"],
): string | undefined {
  const asked = (["keep", "pruneSchedule"] as const).find((setting) => backup[setting] !== undefined);
  if (asked === undefined || store === undefined || store.pruner !== undefined) return undefined;
  return `is missing: backup.${asked} removes backups, which takes a key of its own`;
}

function offSiteProblem({ store, s3Store, offSite }: Storages): string | undefined {
  if (offSite === undefined) return undefined;
  if (s3Store !== undefined)
    return "cannot be declared with s3Store, whose Jobs have IAM roles of their own: use s3Store.replication, or the components S3BackupStorage and BackupCopy";
  return store && samePlaceProblem(store, offSite);
}

function copierProblem({ store, offSite }: Storages): string | undefined {
  if (!offSite || !store || "copier" in store || (store.reader && store.reader.existingSecret === undefined))
    return undefined;
  return "is missing: backups are copied in the source's namespace, and reader is a Secret in the drills'; name one with the same rights there";
}
