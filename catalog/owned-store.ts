import type { Adoption, Owner, StorageOwner, StorageRoot } from "../model/storage-identity";
import { type Target, targetId } from "../model/target";
import { ReportedError } from "../runtime/errors";
import type { ListedObject, Store, StoredObject } from "../store/store";
import { claimFolder, type OwnedFolder } from "./ownership";

/**
 * `store`, of which only the folder of `target` below `root` is written to, and only while it is `owner`'s: the marker of
 * ownership is written at the first use, and read again before each write and each removal. Reading is as before.
 * `adopted`: what a new marker says that was accepted, as that of the storage that is copied.
 */
export function ownedStore(
  store: Store,
  owner: Owner,
  prefix: string,
  target: Target,
  root: StorageRoot = "backups",
  adopted: Adoption[] = [],
): OwnedStore {
  return new OwnedStore(store, owner, { store, prefix, target, root, adopted });
}

export class OwnedStore implements Store {
  readonly place: string;
  readonly address: string;
  private readonly folder: string;
  /** What was stored here: cleaning it up needs no marker, which could not be read any more after a stop signal. */
  private readonly own = new Set<string>();

  constructor(
    private readonly store: Store,
    private readonly owner: Owner,
    private readonly owned: OwnedFolder & { store: Store; adopted: Adoption[] },
  ) {
    this.place = store.place;
    this.address = store.address;
    this.folder = `${owned.prefix}${owned.root}/${targetId(owned.target)}/`;
  }

  /** The marker, written where there was none. Throws where the folder is another's: the text says whose, and what to do. */
  claim(): Promise<StorageOwner> {
    return claimFolder(this.owned, this.owner);
  }

  async upload(key: string, body: AsyncIterable<Buffer>, expectedBytes: number): Promise<StoredObject> {
    await this.mayWrite(key);
    return this.store.upload(key, body, expectedBytes);
  }

  async putText(key: string, text: string): Promise<StoredObject> {
    await this.mayWrite(key);
    return this.store.putText(key, text);
  }

  async putTextIfAbsent(key: string, text: string): Promise<boolean> {
    await this.mayWrite(key);
    return this.store.putTextIfAbsent(key, text);
  }

  async remove(...keys: string[]): Promise<void> {
    if (!keys.every((key) => this.own.has(key))) {
      for (const key of keys) this.requireBelow(key);
      await this.claim();
    }
    return this.store.remove(...keys);
  }

  readText(key: string): Promise<string> {
    return this.store.readText(key);
  }

  readTextIfThere(key: string): Promise<string | undefined> {
    return this.store.readTextIfThere(key);
  }

  read(key: string): ReturnType<Store["read"]> {
    return this.store.read(key);
  }

  download(key: string, file: string): ReturnType<Store["download"]> {
    return this.store.download(key, file);
  }

  size(key: string): Promise<number> {
    return this.store.size(key);
  }

  folders(prefix: string): Promise<string[]> {
    return this.store.folders(prefix);
  }

  list(prefix: string): AsyncIterable<ListedObject[]> {
    return this.store.list(prefix);
  }

  async lockedUntil(key: string): Promise<Date | undefined> {
    return this.store.lockedUntil?.(key);
  }

  async clockAhead(): Promise<number | undefined> {
    return this.store.clockAhead?.();
  }

  private async mayWrite(key: string): Promise<void> {
    this.requireBelow(key);
    await this.claim();
    this.own.add(key);
  }

  private requireBelow(key: string): void {
    if (key.startsWith(this.folder)) return;
    throw new ReportedError(`${key} is not below ${this.folder}, which alone may be changed in ${this.place}`);
  }
}
