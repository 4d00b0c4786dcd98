import type { BackupJob } from "../../model/job-config";
import { ID_PATTERN, layout, MANIFEST } from "../../model/layout";
import { type Manifest, parseManifest } from "../../model/manifest";
import { sameOwner } from "../../model/storage-identity";
import { targetId } from "../../model/target";
import { messageOf } from "../../runtime/errors";
import type { Store } from "../../store/store";

/** Whose backup the next one follows. */
export type Predecessor = Pick<BackupJob, "prefix" | "target" | "environment" | "stack">;

/**
 * The newest good backup of exactly this target before `id`, if there is one: of the same stack and environment, and of
 * the same server. What was lost when a cluster was made anew is no interval between two backups. Unreadable ones are
 * passed over, and said.
 */
export async function previousBackup(
  store: Pick<Store, "folders" | "readTextIfThere">,
  job: Predecessor,
  systemIdentifier: string,
  id: string,
  say: (line: string) => void,
): Promise<Manifest | undefined> {
  const { prefix, target } = job;
  const ids = (await store.folders(layout.backups(prefix, target)))
    .filter((name) => ID_PATTERN.test(name) && name < id)
    .sort()
    .reverse();
  for (const candidate of ids) {
    const key = layout.backup(prefix, target, candidate) + MANIFEST;
    const text = await store.readTextIfThere(key);
    if (text === undefined) continue; // no manifest, no backup
    try {
      const manifest = parseManifest(text, key);
      if (isBefore(manifest, job, systemIdentifier)) return manifest;
    } catch (error) {
      say(`note: ${messageOf(error)}`);
    }
  }
  return undefined;
}

/** Manifests of the first version do not say their server: they count as the same one's. */
function isBefore(manifest: Manifest, job: Predecessor, systemIdentifier: string): boolean {
  const { server } = manifest;
  const sameServer = server.systemIdentifier === undefined || server.systemIdentifier === systemIdentifier;
  return targetId(manifest.target) === targetId(job.target) && sameOwner(manifest, job) && sameServer;
}
