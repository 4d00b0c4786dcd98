import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { MAX_ENVELOPE_BYTES } from "../model/signed-record";
import type { EvidenceStorage } from "./storage-source";

/** The evidence on a volume that is mounted at `folder`, or in a copy of a bucket. */
export function folderOf(folder: string): EvidenceStorage {
  return {
    async *list(prefix, signal) {
      // A folder that is not there at all is no storage without evidence: it was not mounted.
      await readdir(folder);
      yield* filesIn(folder, prefix, signal);
    },
    async read(key) {
      const file = join(folder, key);
      const { size } = await stat(file);
      if (size > MAX_ENVELOPE_BYTES)
        throw new Error(`${file} has ${size} bytes; evidence has at most ${MAX_ENVELOPE_BYTES}`);
      return readFile(file, "utf8");
    },
  };
}

async function* filesIn(folder: string, prefix: string, signal: AbortSignal): AsyncGenerator<string[]> {
  signal.throwIfAborted();
  const entries = await entriesOf(join(folder, prefix));
  yield entries.flatMap((entry) => (entry.isFile() ? `${prefix}${entry.name}` : []));
  for (const entry of entries) if (entry.isDirectory()) yield* filesIn(folder, `${prefix}${entry.name}/`, signal);
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    // Before the first drill there is none.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
