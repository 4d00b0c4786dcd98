import type * as pulumi from "@pulumi/pulumi";
import { databaseResourceName } from "../../model/settings";
import { type NfsStorageUse, nfsStorageAccess } from "../storage/nfs/access";
import { NfsBackupStorage } from "../storage/nfs-backup-storage";
import { type S3StorageUse, s3StorageAccess } from "../storage/s3/access";
import { s3Endpoint } from "../storage/s3/arns";
import { S3BackupStorage } from "../storage/s3-backup-storage";
import {
  S3CompatibleBackupStorage,
  type StorageCredentialsArgs,
  storageSecretName,
} from "../storage/s3-compatible-backup-storage";
import type { StorageAccessArgs } from "../storage/storage-access";
import type { BackupStoreArgs, OffSiteStoreArgs } from "./plan-args";
import type { RestorablePostgresArgs } from "./restorable-postgres-args";

/** One storage of RestorablePostgres, whatever kind it is: how its Jobs get at it, known before anything is made. */
export interface DeclaredStore {
  writer: StorageAccessArgs;
  reader: StorageAccessArgs;
  evidence: StorageAccessArgs;
  /** Undefined: nothing is removed. */
  pruner?: StorageAccessArgs;
  /** What reads it where backups run; undefined where nothing does. */
  copier?: StorageAccessArgs;
  prefix: string;
  endpoint?: string;
  bucket?: string;
  region?: string;
  /** Whether drills get their AWS role from the agent of EKS Pod Identity. */
  podIdentity: boolean;
  declare(opts: pulumi.ComponentResourceOptions): pulumi.Resource;
}

export const jobNames = (name: string, database: string) => {
  const base = `${name}-${databaseResourceName(database)}`;
  return {
    base,
    backup: `${base}-backup`,
    drill: `${base}-drill`,
    retention: `${base}-retention`,
    copy: `${base}-copy`,
    offSiteRetention: `${base}-off-site-retention`,
  };
};

/** The storage that `args` choose; they have been found to choose one. */
export function primaryStore(name: string, args: RestorablePostgresArgs, drillNamespace: string): DeclaredStore {
  const storage = `${name}-storage`;
  if (args.store) return compatibleStore(storage, args, args.store, drillNamespace);
  return args.s3Store ? s3Store(storage, name, args, drillNamespace) : nfsStore(storage, args, drillNamespace);
}

export function offSiteStore(
  name: string,
  args: RestorablePostgresArgs,
  drillNamespace: string,
): DeclaredStore | undefined {
  const { offSite } = args;
  return offSite && compatibleStore(`${name}-off-site`, args, offSite, drillNamespace);
}

/** Whether something asks for what no rule keeps to be removed from the first storage. */
export function isPruned({ backup, store }: RestorablePostgresArgs): boolean {
  return backup.keep !== undefined || backup.pruneSchedule !== undefined || store?.pruner !== undefined;
}

function compatibleStore(
  storage: string,
  { namespace, agentImage, pods, offSite }: RestorablePostgresArgs,
  given: BackupStoreArgs | OffSiteStoreArgs,
  drillNamespace: string,
): DeclaredStore {
  const { endpoint, bucket, region, prefix, allowInsecure, writer, reader, pruner } = given;
  const { checkOnDeployment, require } = given;
  // Of the off-site storage nothing is copied, and evidence is kept with the first.
  const { evidence, copier } = "schedule" in given ? {} : { copier: offSite && reader, ...given };
  const secret = (use: Parameters<typeof storageSecretName>[1], key: StorageCredentialsArgs) => ({
    secret: storageSecretName(storage, use, key),
  });
  return {
    writer: secret("writer", writer),
    reader: secret("reader", reader ?? {}),
    evidence: secret("evidence", evidence ?? {}),
    pruner: pruner && secret("pruner", pruner),
    copier: copier && secret("copier", copier),
    ...{ prefix: prefix ?? "", endpoint, bucket, region, podIdentity: false },
    declare: (opts) =>
      new S3CompatibleBackupStorage(
        storage,
        {
          ...{ endpoint, bucket, region, prefix, allowInsecure, writer, reader, evidence, pruner, copier },
          ...{ sourceNamespace: namespace, drillNamespace, checkOnDeployment, require },
          agentImage: checkOnDeployment === false ? undefined : agentImage,
          pods,
        },
        opts,
      ),
  };
}

function s3Store(storage: string, name: string, args: RestorablePostgresArgs, drillNamespace: string): DeclaredStore {
  const given = args.s3Store as NonNullable<RestorablePostgresArgs["s3Store"]>;
  const names = args.databases.map((database) => jobNames(name, database.name));
  const accounts = (namespace: string, job: "backup" | "drill" | "retention") =>
    names.map((jobs) => ({ namespace, name: jobs[job] }));
  const declared = {
    ...given,
    writers: accounts(args.namespace, "backup"),
    drills: accounts(drillNamespace, "drill"),
    pruners: isPruned(args) ? accounts(args.namespace, "retention") : [],
  };
  const access = (use: S3StorageUse) => s3StorageAccess(storage, declared, use);
  return {
    ...{ writer: access("writer"), reader: access("reader"), evidence: access("evidence") },
    pruner: isPruned(args) ? access("pruner") : undefined,
    prefix: given.prefix ?? "",
    endpoint: s3Endpoint(given.region),
    ...{ bucket: given.bucket, region: given.region, podIdentity: given.podIdentity !== undefined },
    declare: (opts) => new S3BackupStorage(storage, declared, opts),
  };
}

function nfsStore(storage: string, args: RestorablePostgresArgs, drillNamespace: string): DeclaredStore {
  const given = args.nfsStore as NonNullable<RestorablePostgresArgs["nfsStore"]>;
  const { namespace: sourceNamespace, agentImage } = args;
  const access = (use: NfsStorageUse) => nfsStorageAccess(storage, use);
  return {
    ...{ writer: access("writer"), reader: access("reader"), evidence: access("evidence") },
    pruner: isPruned(args) ? access("pruner") : undefined,
    // The reader's claim is in the drills' namespace; the copying mounts the writer's, and only to read.
    copier: args.offSite && access("writer"),
    ...{ prefix: given.prefix ?? "", podIdentity: false },
    declare: (opts) => new NfsBackupStorage(storage, { ...given, sourceNamespace, drillNamespace, agentImage }, opts),
  };
}
