import { type FileHandle, stat, unlink } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { Readable } from "node:stream";
import { messageOf, ReportedError } from "../runtime/errors";
import { NotFoundError } from "./errors";
import { codeOf, fileError } from "./file-errors";
import { clockAhead } from "./folder-clock";
import { entriesOf, isHidden } from "./folder-entries";
import { requireFolderAlone, requireMarker } from "./folder-marker";
import { removeEmpty, sweepNeighbours } from "./folder-sweep";
import { writeAtomically, writeIfAbsent } from "./folder-write";
import { measured, writeMeasured } from "./measured";
import type { ListedObject, Store, StoredObject } from "./store";
import { limitedText, MOST_TEXT_BYTES, TooLargeError } from "./text";
import { untilAborted } from "./until-aborted";
import { Volume, type VolumeOptions } from "./volume";

/** How many objects a page of a listing holds. */
const PAGE = 1000;
/** How many objects are looked at, or removed, at once: each is a round trip to the server. */
const AT_ONCE = 16;
/** What NFS reads at once at most. */
const CHUNK = 1024 * 1024;

export interface FolderOptions extends VolumeOptions {
  /** The one folder of the storage that the volume is, mounted at its place, as for evidence: then it is the one that bears the marker. */
  within?: string;
}

/** A folder on a volume, such as an NFS export, that was initialised as a storage (see initialiseFolder). */
export class FolderStore implements Store {
  readonly place: string;
  readonly address = "volume";
  /** Below which folders the dead writers' files were looked for. */
  private readonly swept = new Set<string>();

  private constructor(
    private readonly volume: Volume,
    private readonly within: string,
    /** The storage's own, whatever it is mounted as. */
    readonly id: string,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.place = volume.place;
  }

  /** Refuses a folder that is no storage: see MARKER. */
  static async open(root: string, { within = "", ...options }: FolderOptions = {}): Promise<FolderStore> {
    const volume = new Volume(resolve(root), options);
    const { id } = await requireMarker(volume, within);
    await requireFolderAlone(volume, within);
    return new FolderStore(volume, within, id, options.signal);
  }

  async upload(key: string, body: AsyncIterable<Buffer>): Promise<StoredObject> {
    const source = measured(body);
    try {
      const file = this.fileOf(key);
      await this.requireSameVolume();
      await writeAtomically(this.volume, key, untilAborted(source.body, this.signal));
      await this.sweepOnce(dirname(file));
    } catch (error) {
      throw source.error() ?? fileError(error, "store", key, this.place);
    }
    return { key, ...source.result() };
  }

  async putText(key: string, text: string): Promise<StoredObject> {
    return this.upload(key, Readable.from([Buffer.from(text)]));
  }

  async putTextIfAbsent(key: string, text: string): Promise<boolean> {
    this.fileOf(key);
    await this.requireSameVolume();
    const body = Readable.from([Buffer.from(text)]);
    return this.volume.attempt("store", key, () => writeIfAbsent(this.volume, key, body));
  }

  async readText(key: string): Promise<string> {
    const what = `${key} on ${this.place}`;
    if ((await this.size(key)) > MOST_TEXT_BYTES) throw new TooLargeError(what);
    return limitedText(await this.read(key), what);
  }

  async readTextIfThere(key: string): Promise<string | undefined> {
    try {
      return await this.readText(key);
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
  }

  async read(key: string): Promise<Readable> {
    const file = this.fileOf(key);
    const handle = await this.volume.attempt("fetch", key, () => this.volume.open(file, "r"));
    const body = Readable.from(this.chunksOf(handle, key), { objectMode: false, highWaterMark: CHUNK });
    body.once("close", () => void this.volume.cleanUp(() => handle.close()).catch(() => undefined));
    return body;
  }

  async download(key: string, file: string): Promise<{ bytes: number; sha256: string }> {
    const body = await this.read(key);
    try {
      return await writeMeasured(body, file, this.signal);
    } catch (error) {
      body.destroy();
      if (error instanceof ReportedError) throw error;
      throw new ReportedError(`cannot fetch ${key} from ${this.place}: ${messageOf(error)}`);
    }
  }

  async size(key: string): Promise<number> {
    const file = this.fileOf(key);
    return this.volume.attempt("look at", key, async () => (await this.volume.call(() => stat(file))).size);
  }

  async folders(prefix: string): Promise<string[]> {
    const folder = this.volume.file(prefix);
    const names = await this.volume.attempt("list", prefix, () => entriesOf(this.volume, folder));
    return names.filter((name) => name.endsWith("/")).map((name) => name.slice(0, -1));
  }

  async *list(prefix: string): AsyncGenerator<ListedObject[]> {
    let page: ListedObject[] = [];
    for await (const objects of this.walk(prefix.slice(0, prefix.lastIndexOf("/") + 1), prefix)) {
      page.push(...objects);
      if (page.length < PAGE) continue;
      yield page;
      page = [];
    }
    if (page.length > 0) yield page;
  }

  clockAhead(): Promise<number | undefined> {
    return clockAhead(this.volume, this.within);
  }

  /** Not ended by the stop signal: it is what cleaning up after one needs. Folders that are empty then go, too. */
  async remove(...keys: string[]): Promise<void> {
    const failures: unknown[] = [];
    for (let from = 0; from < keys.length; from += AT_ONCE) {
      const results = await Promise.allSettled(keys.slice(from, from + AT_ONCE).map((key) => this.removeOne(key)));
      for (const result of results) if (result.status === "rejected") failures.push(result.reason);
    }
    for (const folder of new Set(keys.map((key) => dirname(this.fileOf(key))))) await removeEmpty(this.volume, folder);
    if (failures.length > 0) throw failures[0];
  }

  private async removeOne(key: string): Promise<void> {
    const file = this.fileOf(key);
    await this.volume.attempt("delete", key, async () => {
      await this.volume
        .cleanUp(() => unlink(file))
        .catch((error: unknown) => {
          if (codeOf(error) !== "ENOENT" && codeOf(error) !== "ENOTDIR") throw error;
        });
    });
  }

  private async requireSameVolume(): Promise<void> {
    const { id } = await requireMarker(this.volume, this.within);
    if (id === this.id) return;
    throw new ReportedError(`${this.place} is another storage than at the start: look at the mount`);
  }

  /** Where the object is. What is mounted of a storage alone can be touched. */
  private fileOf(key: string): string {
    const name = key.slice(key.lastIndexOf("/") + 1);
    if (name === "" || isHidden(name)) throw new ReportedError(`${JSON.stringify(key)} is no object's key`);
    if (this.within !== "" && !key.startsWith(`${this.within}/`))
      throw new ReportedError(`${key} is not below ${this.within}/, which alone is mounted of ${this.place}`);
    return this.volume.file(key);
  }

  private async *chunksOf(handle: FileHandle, key: string): AsyncGenerator<Buffer> {
    const next = <T>(work: () => Promise<T>) => this.volume.attempt("fetch", key, () => this.volume.call(work));
    const { size } = await next(() => handle.stat());
    let bytes = 0;
    for (;;) {
      const { bytesRead, buffer } = await next(() => handle.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, null));
      if (bytesRead === 0) break;
      bytes += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
    if (bytes === size) return;
    throw new ReportedError(
      `cannot fetch ${key} from ${this.place}: it had ${size} bytes at the start, and ended after ${bytes}: it was changed while it was read`,
    );
  }

  /** The objects in `folder` and below whose keys begin with `prefix`, some at a time, in the order of their keys. */
  private async *walk(folder: string, prefix: string): AsyncGenerator<ListedObject[]> {
    const path = this.volume.file(folder);
    const names = await this.volume.attempt("list", folder, () => entriesOf(this.volume, path));
    let files: string[] = [];
    for (const name of names) {
      const key = `${folder}${name}`;
      if (!key.startsWith(prefix)) continue;
      const isFolder = name.endsWith("/");
      if (!isFolder && !isHidden(name)) files.push(key);
      if (files.length > 0 && (isFolder || files.length === AT_ONCE)) {
        yield await this.lookAt(files);
        files = [];
      }
      if (isFolder) yield* this.walk(key, prefix);
    }
    if (files.length > 0) yield await this.lookAt(files);
  }

  /** One that was removed since it was listed is left out. */
  private async lookAt(keys: string[]): Promise<ListedObject[]> {
    const found = await Promise.all(
      keys.map(async (key): Promise<ListedObject[]> => {
        try {
          const look = () => this.volume.call(() => stat(this.volume.file(key)));
          const { size, mtime } = await this.volume.attempt("look at", key, look);
          return [{ key, bytes: size, modified: mtime }];
        } catch (error) {
          if (error instanceof NotFoundError) return [];
          throw error;
        }
      }),
    );
    return found.flat();
  }

  /** The backup is good, whatever becomes of others' leftovers. */
  private async sweepOnce(folder: string): Promise<void> {
    const parent = dirname(folder);
    if (this.swept.has(parent) || !parent.startsWith(`${this.volume.root}/`)) return;
    this.swept.add(parent);
    await sweepNeighbours(this.volume, folder).catch(() => undefined);
  }
}
