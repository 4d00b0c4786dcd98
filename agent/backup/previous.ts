import { ID_PATTERN, layout, MANIFEST } from "../../model/layout";
import { type Manifest, parseManifest } from "../../model/manifest";
import { type Target, targetId } from "../../model/target";
import { messageOf } from "../../runtime/errors";
import type { Store } from "../../store/store";

/** The newest good backup of exactly this target before `id`, if there is one. Unreadable ones are passed over, and said. */
export async function previousBackup(
  store: Pick<Store, "folders" | "readTextIfThere">,
  prefix: string,
  target: Target,
  id: string,
  say: (line: string) => void,
): Promise<Manifest["previous"]> {
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
      if (targetId(manifest.target) === targetId(target)) return { id: manifest.id, snapshotAt: manifest.snapshot.at };
    } catch (error) {
      say(`note: ${messageOf(error)}`);
    }
  }
  return undefined;
}
