import { type DeclaredBackups, storagePlace } from "../model/declared-storage";
import type { DrillDescriptor, StorageDescriptor } from "../model/descriptor";
import { targetId } from "../model/target";
import { coversOwn } from "./stack/coverage";
import type { OwnBackupDescriptor } from "./stack/declared";
import type { StackIndex } from "./stack/index-stack";

/** Where the backups that `drill` restores go now, and for whom they are encrypted, as far as the stack declares it. */
export function declaredBackups(drill: DrillDescriptor, stack: StackIndex): DeclaredBackups {
  const { ownBackups, storages } = stack;
  if (drill.kind !== "drill") return {};
  const backups = backupsOf(ownBackups).get(targetId(drill.target)) ?? [];
  const restored = backups.find(({ urn, descriptor }) => coversOwn(drill, descriptor, urn, stack))?.descriptor;
  // Copies are as the backups that they were copied from.
  const made = backups.find(
    ({ descriptor: { kind, environment } }) => kind === "backup" && environment === drill.environment,
  )?.descriptor;
  return {
    ...(restored ? { storage: storageOf(restored, storages) } : {}),
    ...(made?.kind === "backup" ? { recipients: made.recipients ?? "none" } : {}),
  };
}

interface Backup {
  urn: string;
  descriptor: OwnBackupDescriptor;
}

const backupsByDatabase = new WeakMap<StackIndex["ownBackups"], Map<string, Backup[]>>();

/** Sorted once, however many drills ask. */
function backupsOf(ownBackups: StackIndex["ownBackups"]): Map<string, Backup[]> {
  const known = backupsByDatabase.get(ownBackups);
  if (known) return known;
  const databases = new Map<string, Backup[]>();
  for (const { urn, descriptor } of ownBackups) {
    if (!descriptor) continue;
    const database = targetId(descriptor.target);
    databases.set(database, [...(databases.get(database) ?? []), { urn, descriptor }]);
  }
  backupsByDatabase.set(ownBackups, databases);
  return databases;
}

function storageOf(backup: OwnBackupDescriptor, storages: StackIndex["storages"]): DeclaredBackups["storage"] {
  const { writer, prefix } = backup;
  const storage = storages
    .flatMap(({ descriptor }) => descriptor ?? [])
    .find(({ writers }: StorageDescriptor) => writers.includes(writer));
  const below = prefix === undefined ? {} : { prefix };
  if (storage)
    return {
      kind: storage.storage,
      place: storagePlace(storage.storage, storage.endpoint, storage.bucket),
      ...below,
    };
  const [kind, name = ""] = writer.split(" ");
  // Amazon S3 needs no storage component of this stack: a bucket's name says where it is.
  if (kind === "bucket") return { kind: "s3", place: storagePlace("s3", "", name), ...below };
  return { kind: kind === "claim" ? "nfs" : "s3-compatible", ...below };
}
