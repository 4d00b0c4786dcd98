import { opendir } from "node:fs/promises";
import { codeOf } from "./file-errors";
import { MARKER } from "./folder-marker";
import type { Volume } from "./volume";

/** What stands before the names of files that are being written: listings do not see them. */
export const UNFINISHED = ".unfinished-";

/** What an NFS client calls a file that was removed while it is open (nfs(5) of FreeBSD, "silly rename" in Linux). */
const REMOVED_WHILE_OPEN = ".nfs";

/** Whether a file of this name is no object. */
export function isHidden(name: string): boolean {
  return name === MARKER || name.startsWith(UNFINISHED) || name.startsWith(REMOVED_WHILE_OPEN);
}

/**
 * The names in `folder`, those of folders with a slash behind them, in the order of their keys, as a bucket lists them. A
 * folder that is not there is empty. Names alone are kept: 100,000 of them take some 10 MB.
 */
export async function entriesOf(volume: Volume, folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    const entries = await volume.call(() => opendir(folder, { bufferSize: 512 }));
    try {
      for (;;) {
        const entry = await volume.call(() => entries.read());
        if (entry === null) break;
        if (entry.isDirectory()) names.push(`${entry.name}/`);
        else if (entry.isFile()) names.push(entry.name);
      }
    } finally {
      await volume.cleanUp(() => entries.close()).catch(() => undefined);
    }
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
  return names.sort((a, b) => (a < b ? -1 : 1));
}
