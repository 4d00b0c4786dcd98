import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { addAbortSignal, type Readable } from "node:stream";
import { diskProblem } from "../runtime/disk";

export interface Measure {
  bytes: number;
  /** Hex. */
  sha256: string;
}

/** `body`, measured on its way. An error of its own is kept apart: it says more than what it broke. */
export function measured(body: AsyncIterable<Buffer>) {
  const hash = createHash("sha256");
  let bytes = 0;
  let failure: unknown;
  async function* passing() {
    try {
      for await (const chunk of body) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    } catch (error) {
      failure = error;
      throw error;
    }
  }
  return {
    body: passing(),
    error: () => failure,
    /** Once, when the body has ended. */
    result: (): Measure => ({ bytes, sha256: hash.digest("hex") }),
  };
}

/** Chunks come from the network in 64 KiB; written one by one, each would wait for the disk's turn. */
const WRITTEN_AT_ONCE = 1024 * 1024;

/** The disk that an object is fetched to, and not the storage, stands in the way. */
export class DiskError extends Error {
  constructor(file: string, error: unknown) {
    super(`it cannot be written to ${file}: ${diskProblem(error)}`);
  }
}

/** Writes `body` to `file`, and measures it on the way. Throws DiskError, or what the body threw. */
export async function writeMeasured(body: Readable, file: string, signal?: AbortSignal): Promise<Measure> {
  const disk = <T>(work: Promise<T>) =>
    work.catch((error: unknown) => {
      throw new DiskError(file, error);
    });
  const hash = createHash("sha256");
  const handle = await disk(open(file, "w"));
  let bytes = 0;
  let waiting: Buffer[] = [];
  let held = 0;
  // While one piece is written, the next is read and digested.
  let writing = Promise.resolve();
  const flush = async () => {
    await writing;
    writing = disk(writeAll(handle, waiting, held));
    writing.catch(() => undefined); // told of by the next flush
    waiting = [];
    held = 0;
  };
  try {
    const source = signal ? addAbortSignal(signal, body) : body;
    for await (const chunk of source as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
      waiting.push(chunk);
      held += chunk.length;
      if (held >= WRITTEN_AT_ONCE) await flush();
    }
    await flush();
    await writing;
  } finally {
    await writing.catch(() => undefined);
    await disk(handle.close());
  }
  return { bytes, sha256: hash.digest("hex") };
}

/** A disk that is nearly full may take a part of what it is given: then the rest is tried, and says why. */
async function writeAll(handle: FileHandle, chunks: Buffer[], length: number): Promise<void> {
  const { bytesWritten } = await handle.writev(chunks);
  if (bytesWritten < length) await handle.writeFile(Buffer.concat(chunks).subarray(bytesWritten));
}
