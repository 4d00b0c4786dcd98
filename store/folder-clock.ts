import { randomBytes } from "node:crypto";
import { unlink } from "node:fs/promises";
import { join } from "node:path";
import { UNFINISHED } from "./folder-entries";
import type { Volume } from "./volume";

/**
 * By how many milliseconds the clock of whoever keeps the volume is ahead: a file server gives a new file its own time.
 * Undefined where nothing can be written.
 */
export async function clockAhead(volume: Volume, folder: string): Promise<number | undefined> {
  const file = join(volume.file(folder), `${UNFINISHED}${randomBytes(8).toString("hex")}`);
  try {
    const handle = await volume.open(file, "wx", 0o640);
    try {
      const { mtimeMs } = await volume.call(() => handle.stat());
      return mtimeMs - Date.now();
    } finally {
      await volume.cleanUp(() => handle.close()).catch(() => undefined);
      await volume.cleanUp(() => unlink(file)).catch(() => undefined);
    }
  } catch {
    return undefined;
  }
}
