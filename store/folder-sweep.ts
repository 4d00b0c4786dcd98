import { rmdir, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { codeOf } from "./file-errors";
import { entriesOf, UNFINISHED } from "./folder-entries";
import type { Volume } from "./volume";

/** A writer that lives has written within this time: no Job waits a day for one chunk. */
const DEAD_AFTER_MS = 24 * 3_600_000;

/** How many of the newest folders beside the one written to are looked at: older ones were when they were new. */
const NEIGHBOURS = 100;

/** Removes what writers that died left in `folder`, and `folder` itself when nothing else is in it. */
export async function sweep(volume: Volume, folder: string): Promise<void> {
  const names = (await entriesOf(volume, folder)).filter((name) => name.startsWith(UNFINISHED));
  for (const name of names) {
    const file = join(folder, name);
    const { mtimeMs } = await volume.cleanUp(() => stat(file));
    if (Date.now() - mtimeMs > DEAD_AFTER_MS) await volume.cleanUp(() => unlink(file));
  }
  if (names.length > 0) await removeIfEmpty(volume, folder);
}

/**
 * Sweeps the folders beside `folder`. Each backup has a folder of its own, to which nobody comes back: what one that died
 * left there, hundreds of gigabytes perhaps, the next ones remove.
 */
export async function sweepNeighbours(volume: Volume, folder: string): Promise<void> {
  const parent = dirname(folder);
  const neighbours = (await entriesOf(volume, parent)).filter((name) => name.endsWith("/"));
  for (const name of neighbours.slice(-NEIGHBOURS)) {
    // Another one may sweep there, or write: whatever is wrong is found by whoever needs that folder.
    await sweep(volume, join(parent, name.slice(0, -1))).catch(() => undefined);
  }
}

/** Removes `folder` and those above it as long as they are empty; never the root. */
export async function removeEmpty(volume: Volume, folder: string): Promise<void> {
  for (let at = folder; at.startsWith(`${volume.root}/`); at = dirname(at)) {
    if (await removeIfEmpty(volume, at)) continue;
    if (at !== folder) return;
    await sweep(volume, at).catch(() => undefined);
    if (!(await removeIfEmpty(volume, at))) return;
  }
}

/** Whether `folder` is gone. One that is not empty, or must stay for another reason, is no problem: nothing is lost. */
async function removeIfEmpty(volume: Volume, folder: string): Promise<boolean> {
  try {
    await volume.cleanUp(() => rmdir(folder));
    return true;
  } catch (error) {
    return codeOf(error) === "ENOENT";
  }
}
