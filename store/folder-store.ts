import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ReportedError } from "../runtime/errors";
import { fileError } from "./file-errors";
import { measured, writeMeasured } from "./measured";
import type { ListedObject, Store, StoredObject } from "./store";

/** How many objects a page of a listing holds. */
const PAGE = 1000;

/** What stands before the names of files that are being written: listings do not see them. */
const UNFINISHED = ".unfinished-";

/**
 * A folder on a volume, such as an NFS export. A file is written under a temporary name, synced, and renamed: it
 * appears whole or not at all, also when the server goes away in between.
 */
export class FolderStore implements Store {
  readonly place: string;

  private constructor(
    private readonly root: string,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.place = `the volume at ${root}`;
  }

  static async open(root: string, signal?: AbortSignal): Promise<FolderStore> {
    const store = new FolderStore(root, signal);
    await store.attempt("open", "", async () => {
      if (!(await stat(root)).isDirectory()) throw new ReportedError(`${root} is no folder: mount the volume there`);
    });
    return store;
  }

  async upload(key: string, body: AsyncIterable<Buffer>): Promise<StoredObject> {
    const source = measured(body);
    try {
      await this.writeAtomically(key, Readable.from(source.body, { objectMode: false }));
    } catch (error) {
      throw source.error() ?? fileError(error, "store", key, this.place);
    }
    return { key, ...source.result() };
  }

  async putText(key: string, text: string): Promise<StoredObject> {
    return this.upload(key, Readable.from([Buffer.from(text)]));
  }

  async readText(key: string): Promise<string> {
    return this.attempt("read", key, () => readFile(this.file(key), "utf8"));
  }

  async readTextIfThere(key: string): Promise<string | undefined> {
    return this.attempt("read", key, () =>
      readFile(this.file(key), "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return undefined;
        throw error;
      }),
    );
  }

  async read(key: string): Promise<Readable> {
    return this.attempt("fetch", key, async () => {
      const handle = await open(this.file(key));
      return createReadStream("", { fd: handle, signal: this.signal });
    });
  }

  async download(key: string, file: string): Promise<{ bytes: number; sha256: string }> {
    const body = await this.read(key);
    return this.attempt("fetch", key, () => writeMeasured(body, file, this.signal));
  }

  async size(key: string): Promise<number> {
    return this.attempt("look at", key, async () => (await stat(this.file(key))).size);
  }

  async folders(prefix: string): Promise<string[]> {
    return this.attempt("list", prefix, async () =>
      (await entriesOf(this.file(prefix))).filter((entry) => entry.isDirectory()).map(({ name }) => name),
    );
  }

  async *list(prefix: string): AsyncGenerator<ListedObject[]> {
    let page: ListedObject[] = [];
    for await (const object of this.walk(prefix)) {
      page.push(object);
      if (page.length < PAGE) continue;
      yield page;
      page = [];
    }
    if (page.length > 0) yield page;
  }

  async remove(...keys: string[]): Promise<void> {
    const results = await Promise.allSettled(
      keys.map((key) => this.attempt("delete", key, () => rm(this.file(key), { force: true }))),
    );
    for (const result of results) if (result.status === "rejected") throw result.reason;
  }

  private file(key: string): string {
    return join(this.root, key);
  }

  private async writeAtomically(key: string, body: Readable): Promise<void> {
    const file = this.file(key);
    const folder = dirname(file);
    await mkdir(folder, { recursive: true });
    const temporary = join(folder, `${UNFINISHED}${randomBytes(8).toString("hex")}`);
    try {
      const handle = await open(temporary, "wx");
      try {
        await pipeline(body, handle.createWriteStream({ autoClose: false }), { signal: this.signal });
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, file);
      await syncFolder(folder);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
  }

  private async *walk(prefix: string): AsyncGenerator<ListedObject> {
    const names = await this.attempt("list", prefix, () => entriesOf(this.file(prefix)));
    for (const entry of names) {
      const key = `${prefix}${entry.name}`;
      if (entry.isDirectory()) yield* this.walk(`${key}/`);
      else if (!entry.name.startsWith(UNFINISHED)) {
        const { size, mtime } = await this.attempt("look at", key, () => stat(this.file(key)));
        yield { key, bytes: size, modified: mtime };
      }
    }
  }

  private async attempt<T>(action: string, key: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw fileError(error, action, key, this.place);
    }
  }
}

async function entriesOf(folder: string) {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A rename lasts only when its folder is on the disk, too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
