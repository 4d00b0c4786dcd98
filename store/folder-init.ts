import { randomUUID } from "node:crypto";
import { stat, statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { EXIT, ReportedError } from "../runtime/errors";
import { MARKER, type Marker, readMarker } from "./folder-marker";
import { FolderStore } from "./folder-store";
import { writeAtomically } from "./folder-write";
import { Volume, type VolumeOptions } from "./volume";

export interface InitialisedFolder {
  id: string;
  /** False when it was a storage before. */
  made: boolean;
  /** Bytes that the agent may still use; what the server says, which knows quotas or does not. */
  free: number;
}

/**
 * Makes the volume mounted at `root` a storage, or finds that it is one, and tries all that backups, drills and pruning
 * will do there. Safe to repeat. This is the one moment at which somebody says that the right volume is mounted, so a
 * folder on which nothing is mounted is refused, unless `mounted` is false.
 */
export async function initialiseFolder(
  root: string,
  { prefix, mounted = true, ...options }: VolumeOptions & { prefix: string; mounted?: boolean },
): Promise<InitialisedFolder> {
  const volume = new Volume(resolve(root), options);
  await requireFolder(volume, mounted);
  const before = await readMarker(volume, "");
  const marker = before ?? (await writeMarker(volume, "", { version: 1, id: randomUUID() }));
  const folders = [`${prefix}backups`, `${prefix}evidence`];
  for (const folder of folders)
    if ((await readMarker(volume, folder))?.id !== marker.id) await writeMarker(volume, folder, marker);
  const store = await FolderStore.open(root, options);
  for (const folder of folders) await tryOut(store, `${folder}/storage-init/${randomUUID()}`);
  const free = await volume.attempt("look at", "", async () => {
    const { bavail, bsize } = await volume.call(() => statfs(volume.root));
    return bavail * bsize;
  });
  return { id: marker.id, made: before === undefined, free };
}

async function requireFolder(volume: Volume, mounted: boolean): Promise<void> {
  await volume.attempt("open", "", async () => {
    const [folder, above] = [
      await volume.call(() => stat(volume.root)),
      await volume.call(() => stat(dirname(volume.root))),
    ];
    const refused = (what: string) =>
      new ReportedError(`${volume.root} ${what}: mount the volume there`, EXIT.badInput);
    if (!folder.isDirectory()) throw refused("is no folder");
    if (mounted && folder.dev === above.dev) throw refused("is a folder of the disk that it is on, and no volume");
  });
}

/** Whoever comes second takes over what the first one wrote. */
async function writeMarker(volume: Volume, folder: string, marker: Marker): Promise<Marker> {
  const key = folder === "" ? MARKER : `${folder}/${MARKER}`;
  await volume.attempt("store", key, () =>
    writeAtomically(volume, key, one(Buffer.from(`${JSON.stringify(marker)}\n`))),
  );
  return (await readMarker(volume, folder)) ?? marker;
}

/** Writes, reads, writes over and deletes an object, with all the syncing and renaming that backups need. */
async function tryOut(store: FolderStore, key: string): Promise<void> {
  for (const text of ["first", "second"]) {
    await store.putText(key, text);
    const found = await store.readText(key);
    if (found !== text)
      throw new ReportedError(
        `${store.place} gave something else for ${key} than what was written: do not use this volume`,
      );
  }
  await store.remove(key);
  if ((await store.readTextIfThere(key)) !== undefined)
    throw new ReportedError(`${store.place} still has ${key} after it was deleted: do not use this volume`);
}

async function* one(chunk: Buffer): AsyncGenerator<Buffer> {
  yield chunk;
}
