import type { EvidenceRecord } from "../model/descriptor";
import { ID_PATTERN } from "../model/layout";
import { folderOf } from "./folder";
import { type EvidenceStorage, type StorageSource, storageSource } from "./storage-source";

/** The longest that a preview waits for a storage. */
const TIMEOUT_MS = 15_000;
/** More than this is not listed: of years of drills, `database` tells apart what is asked for. */
const MOST_KEYS = 50_000;
/** Of each database: what decides is among the newest, of every copy and of drills that have only begun. */
const NEWEST = 60;
/** Of all databases together. */
const MOST_READ = 1200;
const AT_ONCE = 16;

/**
 * The newest evidence of each database in the storage that `text` names (`s3://bucket/prefix?region=…` or
 * `folder:/path`), unverified. Drills can add to it and take nothing away, so that nothing in it can be withheld. Throws
 * when it cannot be read whole: what was left out could be the failure.
 */
export async function readStorage(text: string): Promise<EvidenceRecord[]> {
  const source = storageSource(text);
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const storage =
      source.bucket === undefined ? folderOf(source.folder) : await (await import("./bucket")).bucketOf(source);
    const keys = newestOf(await keysIn(storage, source, signal));
    if (keys.length > MOST_READ)
      throw new Error(`it has evidence of too many databases at once (${keys.length} records to read): ${NAME_THEM}`);
    return await readAll(storage, keys, source.name, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Error(`it was not read within ${TIMEOUT_MS / 1000}s: ${NAME_THEM}`);
  }
}

const NAME_THEM = "name the databases of this stack, as database=namespace/cluster/database";

async function keysIn(storage: EvidenceStorage, { prefix, databases }: StorageSource, signal: AbortSignal) {
  const roots = databases.length === 0 ? [""] : databases.map((database) => `${database}/`);
  const keys: string[] = [];
  for (const root of roots)
    for await (const page of storage.list(`${prefix}evidence/${root}`, signal)) {
      keys.push(...page);
      if (keys.length > MOST_KEYS) throw new Error(`it has more than ${MOST_KEYS} objects: ${NAME_THEM}`);
    }
  return keys.flatMap((key) => drillIn(key, `${prefix}evidence/`) ?? []);
}

interface DrillKey {
  key: string;
  database: string;
  drillId: string;
}

/** `<namespace>/<cluster>/<database>/<backup id, begun or no-backup>/<drill id>.dsse.json`; else it is no evidence. */
function drillIn(key: string, root: string): DrillKey | undefined {
  const [namespace, cluster, database, , file = ""] = key.slice(root.length).split("/");
  const drillId = file.replace(/\.dsse\.json$/, "");
  if (!file.endsWith(".dsse.json") || !ID_PATTERN.test(drillId)) return undefined;
  return { key, database: `${namespace}/${cluster}/${database}`, drillId };
}

/** Ids begin with the drill's time: the newest are the last by name. */
function newestOf(keys: DrillKey[]): string[] {
  const byDatabase = new Map<string, DrillKey[]>();
  for (const key of keys) byDatabase.set(key.database, [...(byDatabase.get(key.database) ?? []), key]);
  return [...byDatabase.values()].flatMap((all) =>
    all
      .sort((a, b) => (a.drillId < b.drillId ? 1 : -1))
      .slice(0, NEWEST)
      .map(({ key }) => key),
  );
}

async function readAll(storage: EvidenceStorage, keys: string[], name: string, signal: AbortSignal) {
  const records: EvidenceRecord[] = [];
  for (let at = 0; at < keys.length; at += AT_ONCE) {
    const batch = keys.slice(at, at + AT_ONCE);
    const read = batch.map(async (key) => ({ source: `${name} (${key})`, envelope: await storage.read(key, signal) }));
    records.push(...(await Promise.all(read)));
  }
  return records;
}
