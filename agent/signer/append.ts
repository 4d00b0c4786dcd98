import { setTimeout as sleep } from "node:timers/promises";
import { CHAIN_KEY, chainKey } from "../../model/chain";
import { claimedRecord } from "../../model/claimed-evidence";
import { type EnvelopeSigner, openEnvelope, signWith } from "../../model/dsse";
import { type BegunStatement, type ChainLink, evidenceConfigMapKey, type Statement } from "../../model/evidence";
import { layout, RECORD_FOLDERS } from "../../model/layout";
import { messageOf, ReportedError } from "../../runtime/errors";
import type { Store } from "../../store/store";
import { type DataPatch, patchConfigMap } from "../cluster/config-map";
import { type ChainSubject, isOwnRecord, nextLink, recordsIn, recordsInStore } from "./chain-head";

/** Where a chain is kept: in the drill's ConfigMap, which is its lock as well, and in the storage of its evidence. */
export interface ChainPlace extends ChainSubject {
  configMap: { namespace: string; name: string };
  store: Pick<Store, "putText" | "list" | "readTextIfThere" | "place">;
  signer: EnvelopeSigner;
  say: (line: string) => void;
  /** @default the cluster's own */
  patch?: typeof patchConfigMap;
  /** How long to wait before a record is stored again. @default a second, then two, then four */
  retryMs?: number;
}

export interface Appended {
  envelope: string;
  link: ChainLink;
  /** Where it is in the storage. */
  key: string;
}

/** The key of the ConfigMap that names what is in no storage yet: a JSON list of sequences. */
const UNSTORED = "unstored";

/**
 * Signs what `make` makes of the next place in the chain, and appends it. The ConfigMap is changed only if nobody has
 * changed it since its head was read, so two drills at once make one chain. Then the record is stored, and with it what
 * could not be stored before.
 */
export async function appendRecord(
  place: ChainPlace,
  make: (link: ChainLink) => BegunStatement | Statement,
): Promise<Appended> {
  const { configMap, patch = patchConfigMap } = place;
  let appended: Appended | undefined;
  let pending: [sequence: number, envelope: string][] = [];
  await patch(configMap.namespace, configMap.name, async (present) => {
    // The answer to the change was lost, and not the change: a second record would be of the same drill.
    if (appended && present[chainKey(appended.link.sequence)] === appended.envelope) return undefined;
    const link = await nextIn(present, place);
    const statement = make(link);
    const envelope = `${JSON.stringify(await signWith(statement, place.signer))}\n`;
    appended = { envelope, link, key: storeKey(place, statement) };
    pending = [...unstoredIn(present, place), [link.sequence, envelope]];
    return dataPatch(present, statement, appended, pending, place.signer.publicKey);
  });
  if (!appended) throw new Error("the record was not appended");
  await storeAll(place, pending);
  await patch(configMap.namespace, configMap.name, (present) => afterStoring(present, pending)).catch(
    (error: unknown) =>
      place.say(`note: what is stored will be stored once more by the next drill: ${messageOf(error)}`),
  );
  return appended;
}

async function nextIn(present: Record<string, string>, place: ChainPlace): Promise<ChainLink> {
  const { signer, store, say } = place;
  let next = nextLink(recordsIn(present), place, signer.publicKey);
  // Made anew, never written, or filled by somebody else: what the storage has of the chain goes on.
  if (next.begins || next.keyChanged)
    next = nextLink([...recordsIn(present), ...(await recordsInStore(store, place))], place, signer.publicKey);
  if (next.keyChanged) say("note: another key has signed the last record of the chain: it goes on with this one");
  return next.link;
}

/** How many records the ConfigMap keeps, of how many bytes in all: it can hold 1 MiB. */
const KEPT_RECORDS = 24;
const KEPT_BYTES = 400 * 1024;
/** Of how many restore paths the newest evidence is kept, for a rollback, and in how many bytes. */
const KEPT_PATHS = 10;
const KEPT_PATH_BYTES = 300 * 1024;

/** What changes in the ConfigMap: the record, the newest evidence of its path, and what has become too old to be kept. */
export function dataPatch(
  present: Record<string, string>,
  statement: BegunStatement | Statement,
  { envelope, link }: Appended,
  pending: readonly [number, string][],
  publicKey: string,
): DataPatch {
  const records = Object.entries(present)
    .flatMap(([key, text]) => (CHAIN_KEY.test(key) ? [{ key, text }] : []))
    .sort((a, b) => (a.key < b.key ? 1 : -1));
  const waiting = new Set(pending.map(([sequence]) => chainKey(sequence)));
  let bytes = envelope.length;
  const old = records.filter(({ key, text }, index) => {
    bytes += text.length;
    // Whatever stands after this one in the order was put there by somebody else.
    const foreign = key >= chainKey(link.sequence);
    return foreign || (!waiting.has(key) && (index >= KEPT_RECORDS - 1 || bytes > KEPT_BYTES));
  });
  return {
    ...Object.fromEntries(old.map(({ key }) => [key, null])),
    [chainKey(link.sequence)]: envelope,
    [UNSTORED]: JSON.stringify(pending.map(([sequence]) => sequence)),
    ...("restorePath" in statement.predicate
      ? pathPatch(present, statement.predicate.fingerprint, envelope, publicKey)
      : {}),
  };
}

function pathPatch(
  present: Record<string, string>,
  fingerprint: string,
  envelope: string,
  publicKey: string,
): DataPatch {
  const own = evidenceConfigMapKey(fingerprint);
  // What this key has not signed goes first, whatever place it claims.
  const sequence = (key: string) =>
    openEnvelope(present[key] ?? "", [publicKey]).ok ? (claimedRecord(present[key])?.chain?.sequence ?? -1) : -1;
  const others = Object.keys(present)
    .filter((key) => key !== own && key.endsWith(".dsse.json") && !CHAIN_KEY.test(key))
    .sort((a, b) => sequence(b) - sequence(a));
  let bytes = envelope.length;
  const old = others.filter((key, index) => {
    bytes += present[key]?.length ?? 0;
    return index >= KEPT_PATHS - 1 || bytes > KEPT_PATH_BYTES;
  });
  return { ...Object.fromEntries(old.map((key) => [key, null])), [own]: envelope };
}

/**
 * What earlier drills could not store, oldest first: this key's own records of this database. Nothing else that stands in the
 * ConfigMap is carried into the storage, where it could take another record's place.
 */
function unstoredIn(present: Record<string, string>, place: ChainPlace): [number, string][] {
  return sequencesIn(present).flatMap((sequence): [number, string][] => {
    const text = present[chainKey(sequence)];
    const ours = text !== undefined && isOwnRecord(text, sequence, place, place.signer.publicKey);
    return ours ? [[sequence, text]] : [];
  });
}

function sequencesIn(present: Record<string, string>): number[] {
  try {
    const list: unknown = JSON.parse(present[UNSTORED] ?? "[]");
    return Array.isArray(list)
      ? list.filter((item) => Number.isSafeInteger(item) && item >= 0).slice(0, KEPT_RECORDS)
      : [];
  } catch {
    return [];
  }
}

function afterStoring(present: Record<string, string>, stored: readonly [number, string][]): DataPatch {
  const done = new Set(stored.map(([sequence]) => sequence));
  // What another drill has added meanwhile comes after these.
  const newest = Math.max(...done);
  const left = sequencesIn(present).filter((sequence) => sequence > newest);
  return { [UNSTORED]: left.length === 0 ? null : JSON.stringify(left) };
}

const ATTEMPTS = 4;

async function storeAll(place: ChainPlace, pending: readonly [number, string][]): Promise<void> {
  const { store, configMap, retryMs = 1000 } = place;
  for (const [sequence, envelope] of pending) {
    const key = keyOf(place, envelope);
    for (let attempt = 1; key !== undefined; attempt++) {
      try {
        await store.putText(key, envelope);
        break;
      } catch (error) {
        if (attempt < ATTEMPTS) {
          await sleep(retryMs * 2 ** (attempt - 1));
          continue;
        }
        throw new ReportedError(
          `record ${sequence} of the evidence is in the ConfigMap ${configMap.namespace}/${configMap.name}, and not in ` +
            `${store.place}: ${messageOf(error)}; the next drill stores it`,
        );
      }
    }
  }
}

/** Where the record in `envelope` belongs; undefined for what is none of this database's. */
function keyOf({ prefix, target }: ChainSubject, envelope: string): string | undefined {
  const claimed = claimedRecord(envelope);
  if (!claimed) return undefined;
  return layout.record(prefix, target, folderOf(claimed.begun, claimed.backupId), claimed.drillId);
}

function storeKey({ prefix, target }: ChainSubject, { predicate }: BegunStatement | Statement): string {
  const ended = "restorePath" in predicate;
  return layout.record(prefix, target, folderOf(!ended, ended ? predicate.backup?.id : undefined), predicate.drill.id);
}

function folderOf(begun: boolean, backupId: string | undefined): string {
  return begun ? RECORD_FOLDERS.begun : (backupId ?? RECORD_FOLDERS.noBackup);
}
