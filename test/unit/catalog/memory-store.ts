import { layout, MANIFEST } from "../../../model/layout";
import { ARTIFACT_NAMES, artifactKey, type Manifest } from "../../../model/manifest";
import { OWNER_FILE, type Owner, ownerKey, type StorageOwner } from "../../../model/storage-identity";
import { targetId } from "../../../model/target";
import type { ListedObject, Store } from "../../../store/store";
import { manifest as example } from "../agent/jobs";

type Catalog = Pick<
  Store,
  "list" | "readTextIfThere" | "folders" | "remove" | "lockedUntil" | "place" | "putTextIfAbsent"
>;

interface Kept {
  bytes: number;
  modified: Date;
  text?: string;
}

/** A storage that knows its objects' sizes, but of dumps no bytes: tests say what goes wrong with it. */
export class MemoryStore implements Catalog {
  readonly place: string = "the store";
  readonly objects = new Map<string, Kept>();
  readonly locked = new Map<string, Date>();
  /** Every key that was asked for its lock, and every removal, in their order. */
  readonly asked: string[] = [];
  readonly removals: string[][] = [];
  pageSize = 1000;
  /** Called before a removal: what it throws is the storage's answer. */
  beforeRemove: (keys: string[]) => void = () => undefined;
  /** Called after each page of a listing. */
  afterPage: () => void = () => undefined;

  put(key: string, bytes: number, modified: Date, text?: string): void {
    this.objects.set(key, { bytes, modified, ...(text === undefined ? {} : { text }) });
  }

  async *list(prefix: string): AsyncGenerator<ListedObject[]> {
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    for (let from = 0; from < keys.length; from += this.pageSize) {
      yield keys.slice(from, from + this.pageSize).flatMap((key) => {
        const kept = this.objects.get(key);
        return kept ? [{ key, bytes: kept.bytes, modified: kept.modified }] : [];
      });
      this.afterPage();
    }
  }

  async readTextIfThere(key: string): Promise<string | undefined> {
    return this.objects.get(key)?.text;
  }

  async putTextIfAbsent(key: string, text: string): Promise<boolean> {
    if (this.objects.has(key)) return false;
    this.put(key, text.length, new Date(), text);
    return true;
  }

  async folders(prefix: string): Promise<string[]> {
    const below = [...this.objects.keys()]
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length));
    return [...new Set(below.filter((key) => key.includes("/")).map((key) => key.split("/", 1)[0] ?? ""))].sort();
  }

  async lockedUntil(key: string): Promise<Date | undefined> {
    this.asked.push(key);
    return this.locked.get(key);
  }

  /** As a real one does: what can be removed is, and then the first failure is thrown. */
  async remove(...keys: string[]): Promise<void> {
    this.beforeRemove(keys);
    this.removals.push(keys);
    for (const key of keys) this.objects.delete(key);
  }

  /** The ids of which there is a manifest, and those of which there is anything. */
  ids(manifests = true): string[] {
    const keys = [...this.objects.keys()].filter((key) => key.includes("backups/") && !key.endsWith(OWNER_FILE));
    const of = manifests ? keys.filter((key) => key.endsWith(MANIFEST)) : keys;
    return [...new Set(of.map((key) => key.split("/").at(-2) ?? ""))].sort();
  }
}

/** Whose the example's backups are. */
export const OWNER: Owner = { environment: example.environment, stack: example.stack };

/** The marker of ownership of the example's database; `change` says what is otherwise. */
export function aMarker(change: Partial<StorageOwner> = {}): StorageOwner {
  return {
    ...{ version: 1, id: "6f1c2a5e-9a64-4d5b-8f0e-2d3c4b5a6978", target: targetId(example.target), ...OWNER },
    ...{ createdAt: "2020-01-01T00:00:00Z", adopted: [], ...change },
  };
}

/** Stores such a marker. */
export function own(store: MemoryStore, change: Partial<StorageOwner> = {}, prefix = ""): void {
  const text = JSON.stringify(aMarker(change));
  store.put(ownerKey(prefix, example.target), text.length, new Date("2020-01-01"), text);
}

/** The id of the backup that began at `time`. */
export function idOf(time: string, index = 1): string {
  const stamp = new Date(time).toISOString().replace(/[-:]/g, "").replace(/\.\d+/, "");
  return `${stamp}-${index.toString(16).padStart(4, "0")}`;
}

/** Stores a good backup of `time`, which took five minutes; `change` says what is otherwise. */
export function backUp(store: MemoryStore, time: string, prefix = "", change: Partial<Manifest> = {}): Manifest {
  const at = new Date(time);
  const completedAt = new Date(at.getTime() + 300_000);
  const manifest: Manifest = {
    ...example,
    id: idOf(time),
    startedAt: at.toISOString(),
    snapshot: { ...example.snapshot, at: at.toISOString() },
    completedAt: completedAt.toISOString(),
    keepUntil: undefined,
    previous: undefined,
    ...change,
  };
  for (const name of ARTIFACT_NAMES) store.put(artifactKey(prefix, manifest, name), 3, completedAt);
  const text = JSON.stringify(manifest);
  store.put(layout.backup(prefix, manifest.target, manifest.id) + MANIFEST, text.length, completedAt, text);
  return manifest;
}
