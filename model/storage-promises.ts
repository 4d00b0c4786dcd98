/** What a key to a storage is for. Each use has a key of its own. */
export const STORAGE_USES = ["writer", "reader", "evidence", "pruner"] as const;
export type StorageUse = (typeof STORAGE_USES)[number];

/** Something that backups rely on a storage for, and that can be tried. */
export interface StoragePromise {
  id: string;
  question: string;
  /** The uses without whose keys it cannot be tried. For none, any one key will do. */
  needs: readonly StorageUse[];
  /** Whether it is asked of buckets, of folders on a volume, or of both. */
  of: readonly ("bucket" | "folder")[];
  /** Whether a storage that does not keep it is refused, unless it was said otherwise. */
  required: boolean;
}

const bucket = ["bucket"] as const;
const folder = ["folder"] as const;

/**
 * In the order in which they are tried and told. Required are those without which a backup could be lost, changed or
 * read unnoticed, and which every server that we know can be set up to keep; the others are told.
 */
export const STORAGE_PROMISES = [
  {
    id: "reachable",
    question: "Does the storage answer, and may its key use it?",
    needs: [],
    of: ["bucket", "folder"],
    required: true,
  },
  { id: "region", question: "Is the region the bucket's own?", needs: [], of: bucket, required: false },
  { id: "clock", question: "Do the clocks here and there agree?", needs: [], of: bucket, required: false },
  {
    id: "private",
    question: "Is it closed to everybody without a key?",
    needs: ["writer"],
    of: bucket,
    required: true,
  },
  {
    id: "versioning",
    question: "Can what was overwritten or deleted be had back?",
    needs: ["writer"],
    of: bucket,
    required: true,
  },
  {
    id: "writer-keeps-versions",
    question: "Are old versions safe from the writer's key?",
    needs: ["writer"],
    of: bucket,
    required: true,
  },
  {
    id: "writer-leaves-evidence",
    question: "Is evidence safe from the writer's key?",
    needs: ["writer"],
    of: bucket,
    required: false,
  },
  {
    id: "object-lock",
    question: "Is every object locked against deletion for a time?",
    needs: ["writer"],
    of: bucket,
    required: false,
  },
  {
    id: "lifecycle",
    question: "Do old versions and uploads that were cut off go away by themselves?",
    needs: ["writer"],
    of: bucket,
    required: false,
  },
  {
    id: "conditional-writes",
    question: "Does one of several writers win, when each writes only if nothing is there?",
    needs: ["writer"],
    of: bucket,
    required: false,
  },
  {
    id: "checksums",
    question: "Is what was changed on its way refused?",
    needs: ["writer"],
    of: bucket,
    required: true,
  },
  {
    id: "checksums-stored",
    question: "Is an object's SHA-256 kept with it?",
    needs: ["writer"],
    of: bucket,
    required: false,
  },
  {
    id: "multipart",
    question: "Do uploads in parts work, and leave nothing when they are given up?",
    needs: ["writer"],
    of: bucket,
    required: true,
  },
  {
    id: "encryption-at-rest",
    question: "Does the server encrypt what it stores, at least when it is asked to (SSE-S3)?",
    needs: ["writer"],
    of: bucket,
    required: false,
  },
  {
    id: "customer-keys",
    question: "Is what was stored with a customer's key unreadable without it (SSE-C)?",
    needs: ["writer"],
    of: bucket,
    required: false,
  },
  {
    id: "reader-reads-only",
    question: "May the reader's key read backups, and nothing else?",
    needs: ["reader"],
    of: bucket,
    required: true,
  },
  {
    id: "evidence-only",
    question: "May the evidence key write and read evidence, and nothing else?",
    needs: ["evidence"],
    of: bucket,
    required: true,
  },
  {
    id: "pruner-prunes",
    question: "May the pruner's key list, read and delete backups, and see what is locked?",
    needs: ["writer", "pruner"],
    of: bucket,
    required: true,
  },
  {
    id: "pruner-keeps-versions",
    question: "Are old versions, evidence and new backups safe from the pruner's key?",
    needs: ["writer", "pruner"],
    of: bucket,
    required: true,
  },
  {
    id: "durable-writes",
    question: "Is a file that was written, synced and renamed there, whole, and gone when it was deleted?",
    needs: ["writer"],
    of: folder,
    required: true,
  },
  {
    id: "closed-folder",
    question: "Is the folder closed to other users of the machine?",
    needs: ["writer"],
    of: folder,
    required: false,
  },
  { id: "free-space", question: "Is there room on the volume?", needs: ["writer"], of: folder, required: true },
] as const satisfies readonly StoragePromise[];

export type PromiseId = (typeof STORAGE_PROMISES)[number]["id"];
export const PROMISE_IDS = STORAGE_PROMISES.map(({ id }) => id) as [PromiseId, ...PromiseId[]];

/** What can be tried on a storage of this kind with the keys of `uses`. */
export function promisesTried(kind: "bucket" | "folder", uses: readonly StorageUse[]) {
  const promises: readonly (StoragePromise & { id: PromiseId })[] = STORAGE_PROMISES;
  return promises.filter(({ of, needs }) => of.includes(kind) && needs.every((use) => uses.includes(use)));
}

/** What must be kept, where nothing else was said. */
export function promisesRequired(kind: "bucket" | "folder", uses: readonly StorageUse[]): PromiseId[] {
  return promisesTried(kind, uses)
    .filter(({ required }) => required)
    .map(({ id }) => id);
}
