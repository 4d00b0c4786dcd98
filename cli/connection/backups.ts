import { readBackup, type StoredBackup } from "../../catalog/list";
import { ID_PATTERN, layout } from "../../model/layout";
import type { Manifest } from "../../model/manifest";
import type { Owner } from "../../model/storage-identity";
import { type Target, targetId } from "../../model/target";
import { ReportedError } from "../../runtime/errors";
import { badInput } from "../command";
import type { Storage } from "./storages";

/** The backup `id` of exactly `target`. An unknown id is an error that says the nearest. Of others than `owners`: foreign. */
export async function findBackup(
  { store, prefix }: Storage,
  target: Target,
  id: string,
  owners?: readonly Owner[],
): Promise<StoredBackup> {
  const objects = [];
  if (ID_PATTERN.test(id))
    for await (const page of store.list(layout.backup(prefix, target, id))) objects.push(...page);
  if (objects.length > 0) return readBackup(store, prefix, target, id, objects, { owners });
  const ids = (await store.folders(layout.backups(prefix, target))).filter((name) => ID_PATTERN.test(name)).sort();
  const nearest = nearestId(ids, id);
  const hint = nearest === undefined ? "there is none at all" : `the nearest is ${nearest}`;
  throw badInput(`there is no backup ${id} of ${targetId(target)} in ${store.place}; ${hint} (restorable backup list)`);
}

/** The manifest of a backup that must be good. */
export function manifestOf(backup: StoredBackup): Manifest {
  if (backup.state === "good" && backup.manifest) return backup.manifest;
  if (backup.newerVersion)
    throw new ReportedError(`the backup ${backup.id} cannot be read by this version: ${backup.problem}`);
  throw new ReportedError(
    `the backup ${backup.id} is ${backup.state}: ${backup.problem}; use another (restorable backup list)`,
  );
}

/** Of ids that sort by time: the one that has the most characters at its beginning in common with `id`. */
export function nearestId(ids: string[], id: string): string | undefined {
  const common = (other: string) => [...other].findIndex((character, index) => character !== id[index]);
  const length = (other: string) => (common(other) === -1 ? other.length : common(other));
  return [...ids].sort((a, b) => length(b) - length(a))[0];
}
