import type { PolicyResource } from "@pulumi/policy";
import {
  backupDescriptorSchema,
  clusterDescriptorSchema,
  copyDescriptorSchema,
  type StorageDescriptor,
  storageDescriptorSchema,
  TYPE_TOKENS,
} from "../../model/descriptor";
import { targetId } from "../../model/target";
import { ABSENT, known, unknown } from "../known";
import { makerOf } from "../stack/authorship";
import { declared, type OwnBackupDescriptor, STORAGE_TYPES } from "../stack/declared";
import { endpointLocation } from "../stack/endpoint";
import type { Backup, Database, Store } from "../stack/facts";
import type { Recognizer } from "../stack/recognizer";
import type { StackView } from "../stack/view";

/** This library's own components, by the descriptors that they register. */
export const restorable: Recognizer = {
  types: /^restorable:index:(PostgresCluster|LogicalBackup|BackupCopy)$/,
  databases: (resource, view) => (resource.type === TYPE_TOKENS.cluster ? clusters(resource, view) : []),
  backups: (resource, view) => {
    if (resource.type === TYPE_TOKENS.backup) return [logicalBackup(resource, view)];
    return resource.type === TYPE_TOKENS.copy ? [backupCopy(resource, view)] : [];
  },
};

/** What the engine's own resource below the component says is nearer to the truth; without it, the descriptor speaks. */
function clusters(resource: PolicyResource, view: StackView): Database[] {
  if (view.childrenOf(resource.urn).some((child) => makerOf(child) !== undefined)) return [];
  const { descriptor, problem } = declared(resource, clusterDescriptorSchema);
  const say = <T>(value: T | undefined) => (value === undefined ? unknown(problem ?? "descriptor") : known(value));
  return [
    {
      urn: resource.urn,
      name: resource.name,
      what: "a PostgresCluster",
      origin: "restorable",
      id: { namespace: say(descriptor?.namespace), name: say(descriptor?.cluster) },
      product: "CloudNativePG",
      availability: {
        instances: say(descriptor?.instances),
        spread: say(descriptor?.spread),
        synchronous: say(descriptor?.synchronous),
      },
      deletionProtection: ABSENT,
      finalSnapshot: ABSENT,
      protect: resource.opts.protect || (descriptor?.protected ?? false),
      dropsWal: known(false),
      images: [{ path: "image", image: say(descriptor?.image) }],
      plainText: [],
    },
  ];
}

function logicalBackup(resource: PolicyResource, view: StackView): Backup {
  const { descriptor, problem } = declared(resource, backupDescriptorSchema);
  return ownBackup(resource, view, descriptor, problem);
}

/** A copy is a backup of its own, which lags behind the one it is made of. */
function backupCopy(resource: PolicyResource, view: StackView): Backup {
  const { descriptor, problem } = declared(resource, copyDescriptorSchema);
  const backup = ownBackup(resource, view, descriptor, problem);
  return {
    ...backup,
    what: "a BackupCopy",
    id: descriptor ? `${backup.id} (off-site copy)` : backup.id,
    behindSeconds: descriptor ? known(descriptor.backupWorstCaseSeconds) : unknown(problem ?? "descriptor"),
    retention: descriptor && descriptor.retentionSeconds === undefined ? ELSEWHERE : backup.retention,
  };
}

/** Without a retention of its own, the other storage's decides. */
const ELSEWHERE = { count: ABSENT, seconds: ABSENT, elsewhere: true };

function ownBackup(
  resource: PolicyResource,
  view: StackView,
  descriptor: OwnBackupDescriptor | undefined,
  problem: string | undefined,
): Backup {
  const say = <T>(value: T | undefined) => (value === undefined ? unknown(problem ?? "descriptor") : known(value));
  const server = { namespace: say(descriptor?.target.namespace), name: say(descriptor?.target.cluster) };
  const database = view.database(server);
  return {
    urn: resource.urn,
    name: resource.name,
    what: "a LogicalBackup",
    origin: "restorable",
    id: descriptor ? targetId(descriptor.target) : resource.name,
    server,
    database: say(descriptor?.target.database),
    databaseUrns: database ? [database.urn] : [],
    method: "logical",
    certain: true,
    ...(descriptor?.leavesOut ? { leavesOut: descriptor.leavesOut } : {}),
    schedules: [{ expression: say(descriptor?.schedule), fields: 5, timeZone: say(descriptor?.timeZone) }],
    continuous: known(false),
    deadlineSeconds: say(descriptor?.deadlineSeconds),
    retention: { count: ABSENT, seconds: say(descriptor?.retentionSeconds), elsewhere: false },
    stores: [storeOf(descriptor, view)],
    images: [{ path: "restorePath.agentImage", image: say(descriptor?.image) }],
    plainText: [],
  };
}

/** The storage component to which the backup writes. A Secret that this stack did not make says nothing of itself. */
function storeOf(backup: { writer: string } | undefined, view: StackView): Store {
  const storage = STORAGE_TYPES.flatMap((type) => view.ofType(type))
    .flatMap((resource) => declared(resource, storageDescriptorSchema).descriptor ?? [])
    .find(({ writers }) => backup !== undefined && writers.includes(backup.writer));
  if (storage) return declaredStore(storage, view);
  const [kind, name = ""] = backup?.writer.split(" ") ?? [];
  // Amazon S3 needs no storage component of this stack: a bucket's name says where it is.
  if (kind === "bucket") return inBucket(name, known("outside"), view);
  return { ...NOWHERE, location: unknown(kind === "claim" ? "the volume of its claim" : "the storage of its Secret") };
}

function declaredStore({ endpoint, bucket, encrypted }: StorageDescriptor, view: StackView): Store {
  const location = endpointLocation(known(endpoint));
  const store =
    bucket === undefined ? { ...NOWHERE, kind: "nfs" as const, location } : inBucket(bucket, location, view);
  return encrypted === undefined ? store : { ...store, encrypted: known(encrypted) };
}

/** Also one of the stack's own buckets, if it declares one of this name. */
function inBucket(bucket: string, location: Store["location"], view: StackView): Store {
  const bucketUrns = view.buckets.flatMap((b) =>
    b.bucket.state === "known" && b.bucket.value === bucket ? b.urn : [],
  );
  return { ...NOWHERE, bucket: known(bucket), bucketUrns, location };
}

const NOWHERE: Store = { kind: "s3", location: ABSENT, bucket: ABSENT, bucketUrns: [], encrypted: ABSENT };
