import { type FileHandle, open } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { DeadlineError, stuckCalls, withDeadline } from "../runtime/deadline";
import { EXIT, ReportedError } from "../runtime/errors";
import { fileError } from "./file-errors";

/**
 * How long one call may take. A hard NFS mount rides out a restart of its server, which takes minutes; every chunk that
 * is read or written starts anew, so that a slow volume is no hanging one.
 */
const PATIENCE_MS = 5 * 60_000;
/** Cleaning up is tried, not waited for. */
const CLEANUP_MS = 30_000;
/** Of Node.js's four threads for files and names one is left for everything else. */
const MOST_STUCK = 3;

export interface VolumeOptions {
  signal?: AbortSignal;
  /** Milliseconds. @default 300000 */
  patienceMs?: number;
}

/** A folder where a volume is mounted: calls to its file system end, one way or the other, and errors are for people. */
export class Volume {
  readonly place: string;
  private readonly signal: AbortSignal | undefined;
  private readonly patienceMs: number;
  private hangs: DeadlineError | undefined;

  constructor(
    readonly root: string,
    { signal, patienceMs = PATIENCE_MS }: VolumeOptions = {},
  ) {
    this.place = `the volume at ${root}`;
    this.signal = signal;
    this.patienceMs = patienceMs;
  }

  /** Where `key` is. A key is a path below the root, and stays there. */
  file(key: string): string {
    const odd = key.split("/").some((part) => part === "." || part === "..");
    const bad = odd || isAbsolute(key) || key.includes("//") || key.includes("\0");
    if (bad) {
      const message = `${JSON.stringify(key)} is no key: a path without ".", ".." and empty parts, which does not begin with a slash`;
      throw new ReportedError(message, EXIT.badInput);
    }
    return join(this.root, key);
  }

  /** One call to the file system. Once one hung, the rest fail at once: each would hold one more thread. */
  async call<T>(work: () => Promise<T>): Promise<T> {
    this.signal?.throwIfAborted();
    return this.limited(work, this.patienceMs, this.signal);
  }

  /** One call that cleans up: it is not ended by the stop signal, after which it is needed most. */
  async cleanUp<T>(work: () => Promise<T>): Promise<T> {
    return this.limited(work, Math.min(CLEANUP_MS, this.patienceMs));
  }

  /** Opens a file; one that opens only after it was given up is closed again. */
  async open(file: string, flags: string | number, mode?: number): Promise<FileHandle> {
    let opening: Promise<FileHandle> | undefined;
    try {
      return await this.call(() => {
        opening = open(file, flags, mode);
        return opening;
      });
    } catch (error) {
      void opening?.then((handle) => handle.close()).catch(() => undefined);
      throw error;
    }
  }

  /** `work` with its errors told for people. */
  async attempt<T>(action: string, key: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw fileError(error, action, key, this.place);
    }
  }

  private async limited<T>(work: () => Promise<T>, ms: number, signal?: AbortSignal): Promise<T> {
    if (this.hangs) throw this.hangs;
    if (stuckCalls() >= MOST_STUCK)
      throw new DeadlineError(`${MOST_STUCK} earlier calls to volumes have not come back`);
    try {
      return await withDeadline(work(), ms, signal);
    } catch (error) {
      if (error instanceof DeadlineError) this.hangs = error;
      throw error;
    }
  }
}
