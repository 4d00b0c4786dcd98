import { ARTIFACT_NAMES, artifactKey, type Manifest } from "../model/manifest";
import { ReportedError } from "../runtime/errors";
import { NotFoundError } from "../store/errors";
import type { Store } from "../store/store";

/**
 * Throws when an object that `manifest` names is not there as it was stored: what took long may have been removed as
 * unfinished meanwhile, and a manifest without its objects would be told as a backup.
 */
export async function requireArtifacts(
  store: Pick<Store, "size" | "place">,
  prefix: string,
  manifest: Manifest,
): Promise<void> {
  for (const name of ARTIFACT_NAMES) {
    const key = artifactKey(prefix, manifest, name);
    const { bytes } = manifest.artifacts[name];
    const found = await sizeOf(store, key);
    if (found === bytes) continue;
    throw new ReportedError(
      `${key} in ${store.place} ${found === undefined ? "is not there any more" : `has ${found} bytes, and ${bytes} were stored`}: ` +
        "something removed or replaced it before the backup was complete (pruning removes what is unfinished for a day); " +
        "no manifest was written, so that nothing is told as a backup: find out what did, then run it again",
    );
  }
}

async function sizeOf(store: Pick<Store, "size">, key: string): Promise<number | undefined> {
  try {
    return await store.size(key);
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}
