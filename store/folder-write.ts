import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, link, mkdir, rename, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ReportedError } from "../runtime/errors";
import { codeOf } from "./file-errors";
import { UNFINISHED } from "./folder-entries";
import type { Volume } from "./volume";

/** A backup is a copy of everything: nobody but the agent's user and group reads it. */
const FILE_MODE = 0o640;
const FOLDER_MODE = 0o750;

/** How often a folder is made again that a remover took away because it was empty. */
const FOLDER_ATTEMPTS = 100;

/** After how many bytes they are sent on their way to the disk: else the end would wait for gigabytes at once. */
const FLUSH_BYTES = 64 * 1024 * 1024;

/**
 * Writes `body` as `key`: under a temporary name, synced, its length compared, then renamed, and the folder synced. So it
 * appears whole or not at all, also when the server goes away in between; of two writers the last one wins whole.
 */
export async function writeAtomically(volume: Volume, key: string, body: AsyncIterable<Buffer>): Promise<void> {
  await write(volume, key, body, (temporary, file) => volume.call(() => rename(temporary, file)));
}

/** The same where there is nothing yet: false when there is. Of several writers at once one wins. */
export async function writeIfAbsent(volume: Volume, key: string, body: AsyncIterable<Buffer>): Promise<boolean> {
  let won = true;
  await write(volume, key, body, async (temporary, file) => {
    try {
      await volume.call(() => link(temporary, file));
    } catch (error) {
      if (codeOf(error) !== "EEXIST") {
        if (!WITHOUT_LINKS.has(codeOf(error))) throw error;
        if (!(await isThere(volume, file))) return volume.call(() => rename(temporary, file));
      }
      won = false;
    }
    await volume.cleanUp(() => unlink(temporary));
  });
  return won;
}

/** What file systems answer that know no hard links, such as some FUSE and SMB mounts. */
const WITHOUT_LINKS: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

async function isThere(volume: Volume, file: string): Promise<boolean> {
  try {
    await volume.call(() => stat(file));
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
}

/** Lets `body` appear as `key` by `place`, once all of it is on the disk. */
async function write(
  volume: Volume,
  key: string,
  body: AsyncIterable<Buffer>,
  place: (temporary: string, file: string) => Promise<void>,
): Promise<void> {
  const file = volume.file(key);
  const { handle, temporary, made } = await openTemporary(volume, dirname(file));
  try {
    if (made !== undefined) await syncMade(volume, made, dirname(file));
    const written = await writeAll(volume, handle, body);
    const { size } = await volume.call(() => stat(temporary));
    if (size !== written) {
      throw new ReportedError(
        `cannot store ${key} on ${volume.place}: ${written} bytes were written, and ${size} arrived; look at the server's disk`,
      );
    }
    await place(temporary, file);
    await syncFolder(volume, dirname(file));
  } catch (error) {
    await volume.cleanUp(() => handle.close()).catch(() => undefined);
    await volume.cleanUp(() => unlink(temporary)).catch(() => undefined);
    throw error;
  }
}

interface Temporary {
  handle: FileHandle;
  temporary: string;
  /** The first folder that had to be made for it. */
  made: string | undefined;
}

/** A new file beside the one to be written: there a rename is one step, and the folder cannot be removed as empty. */
async function openTemporary(volume: Volume, folder: string): Promise<Temporary> {
  const temporary = join(folder, `${UNFINISHED}${randomBytes(8).toString("hex")}`);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
  for (let attempt = 1; ; attempt++) {
    try {
      const made = await volume.call(() => mkdir(folder, { recursive: true, mode: FOLDER_MODE }));
      return { handle: await volume.open(temporary, flags, FILE_MODE), temporary, made };
    } catch (error) {
      if (codeOf(error) !== "ENOENT" || attempt === FOLDER_ATTEMPTS) throw error;
      await sleep(Math.random() * attempt);
    }
  }
}

async function writeAll(volume: Volume, handle: FileHandle, body: AsyncIterable<Buffer>): Promise<number> {
  let bytes = 0;
  let unflushed = 0;
  let flushing: Promise<void> = Promise.resolve();
  for await (const chunk of body) {
    // The system may take less than it was given, so on the last bytes of a disk that fills up.
    for (let from = 0; from < chunk.length; ) {
      const { bytesWritten } = await volume.call(() => handle.write(chunk, from));
      from += bytesWritten;
    }
    bytes += chunk.length;
    unflushed += chunk.length;
    if (unflushed < FLUSH_BYTES) continue;
    unflushed = 0;
    await flushing;
    flushing = volume.call(() => handle.datasync());
    flushing.catch(() => undefined); // told where it is waited for
  }
  await flushing;
  await volume.call(() => handle.sync());
  // NFS may tell only now that the disk was full.
  await volume.call(() => handle.close());
  return bytes;
}

/** Each folder from above `made`, the first new one, down to above `folder`: a new folder lasts when its parent is synced. */
async function syncMade(volume: Volume, made: string, folder: string): Promise<void> {
  for (let at = folder; at.length >= made.length; at = dirname(at)) await syncFolder(volume, dirname(at));
}

/** A rename lasts only when its folder is on the disk, too. Some network file systems know no such call, and need none. */
async function syncFolder(volume: Volume, folder: string): Promise<void> {
  const handle = await volume.open(folder, "r");
  try {
    await volume.call(() => handle.sync());
  } catch (error) {
    if (codeOf(error) !== "EINVAL" && codeOf(error) !== "ENOTSUP") throw error;
  } finally {
    await volume.cleanUp(() => handle.close()).catch(() => undefined);
  }
}
