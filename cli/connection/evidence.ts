import { createPublicKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import { inParallel } from "../../catalog/parallel";
import { claimedPredicate } from "../../model/claimed-evidence";
import type { DrillPredicate } from "../../model/evidence";
import { verify } from "../../model/evidence-verification";
import { layout } from "../../model/layout";
import type { Target } from "../../model/target";
import { targetId } from "../../model/target";
import { messageOf } from "../../runtime/errors";
import type { Store } from "../../store/store";
import { badInput } from "../command";
import { nearestId } from "./backups";
import type { Connection } from "./connection";
import type { Storage } from "./storages";

/**
 * Whether a trusted key signed it. `unchecked`: no key is known. `refused`: none of those known did, or it contradicts
 * itself; what it says counts for nothing.
 */
export type Signature = "verified" | "unchecked" | "refused";

export interface Evidence {
  signature: Signature;
  /** Why it is refused. */
  problem?: string;
  /** The key that signed it, when that was verified. */
  keyId?: string;
  /** Absent when it cannot be read at all. */
  predicate?: DrillPredicate;
  envelope: string;
}

/** Where one drill's evidence is. */
export interface EvidenceKey {
  key: string;
  /** Undefined when the drill found no backup. */
  backupId?: string;
  drillId: string;
}

/** What `envelope` says, and what its signature is worth. Never throws for what it holds. */
export function readEnvelope(envelope: string, source: string, trustedKeys: string[]): Evidence {
  const claimed = claimedPredicate(envelope);
  if (trustedKeys.length === 0) {
    if (claimed) return { signature: "unchecked", predicate: claimed, envelope };
    return { signature: "refused", problem: "it is no evidence of a restore drill", envelope };
  }
  const found = verify({ source, envelope }, trustedKeys);
  if ("kind" in found) return { signature: "refused", problem: found.reason, predicate: claimed, envelope };
  return { signature: "verified", keyId: found.keyId, predicate: found.predicate, envelope };
}

/** The evidence of every drill of `target`, the newest drill first. It stands beside the first copy of the backups. */
export async function listEvidence(store: Pick<Store, "list">, prefix: string, target: Target): Promise<EvidenceKey[]> {
  const root = layout.evidences(prefix, target);
  const found: EvidenceKey[] = [];
  for await (const page of store.list(root)) {
    for (const { key } of page) {
      const [backup, file = "", ...deeper] = key.slice(root.length).split("/");
      const drillId = /^(.+)\.dsse\.json$/.exec(file)?.[1];
      if (!backup || !drillId || deeper.length > 0) continue;
      found.push({ key, drillId, ...(backup === NO_BACKUP ? {} : { backupId: backup }) });
    }
  }
  return found.sort((a, b) => (a.drillId < b.drillId ? 1 : -1));
}

/** Where the evidence of drills that found no backup stands. */
const NO_BACKUP = "no-backup";

/** How many envelopes are fetched at once. */
const AT_ONCE = 16;

/** The newest drill of each backup in `ids`. */
export async function newestOfEach(
  store: Pick<Store, "list" | "readText">,
  prefix: string,
  target: Target,
  ids: string[],
  trustedKeys: string[],
): Promise<Map<string, Evidence & EvidenceKey>> {
  const newest = new Map<string, EvidenceKey>();
  for (const found of await listEvidence(store, prefix, target))
    if (found.backupId && ids.includes(found.backupId) && !newest.has(found.backupId))
      newest.set(found.backupId, found);
  const read = await inParallel([...newest.values()], AT_ONCE, (found) =>
    readEvidence(store, found, target, trustedKeys),
  );
  return new Map(read.map((evidence) => [evidence.backupId ?? "", evidence]));
}

/** What stands under `found`. Evidence of another backup or database was copied from elsewhere: it is refused. */
export async function readEvidence(
  store: Pick<Store, "readText">,
  found: EvidenceKey,
  target: Target,
  trustedKeys: string[],
): Promise<Evidence & EvidenceKey> {
  const evidence = readEnvelope(await store.readText(found.key), found.key, trustedKeys);
  const { predicate } = evidence;
  const elsewhere =
    predicate &&
    (targetId(predicate.target) !== targetId(target) ||
      predicate.backup?.id !== found.backupId ||
      predicate.drill.id !== found.drillId);
  if (!elsewhere) return { ...found, ...evidence };
  const of = `${targetId(predicate.target)}, backup ${predicate.backup?.id ?? "none"}, drill ${predicate.drill.id}`;
  return { ...found, ...evidence, signature: "refused", problem: `it is of ${of}: it was copied from elsewhere` };
}

/** The evidence of the drill `drillId`, or of the newest drill of the backup with that id. */
export async function findEvidence(
  { store, prefix }: Pick<Storage, "store" | "prefix">,
  target: Target,
  id: string | undefined,
): Promise<EvidenceKey> {
  const all = await listEvidence(store, prefix, target);
  const [newest] = all;
  if (!newest) throw badInput(`there is no evidence of ${targetId(target)} in ${store.place}: no drill has run`);
  if (id === undefined) return newest;
  const found = all.find(({ drillId }) => drillId === id) ?? all.find(({ backupId }) => backupId === id);
  if (found) return found;
  const nearest = nearestId(all.map(({ drillId }) => drillId).sort(), id);
  throw badInput(
    `there is no drill ${id} of ${targetId(target)}, and none of a backup with that id; the nearest is ${nearest} (restorable drill list)`,
  );
}

/** By whom it was signed, for people. */
export function signedBy({ signature, keyId, problem }: Evidence): string {
  if (signature === "verified") return `by key ${keyId}`;
  if (signature === "unchecked") return "by whom was not checked: no public key is known; give --key";
  return `by nobody who is trusted: ${problem}`;
}

/** The public keys in `files`, and those of the stack. */
export async function trustedKeys(files: string[] | undefined, connection?: Connection): Promise<string[]> {
  const given = await Promise.all((files ?? []).map(readKey));
  return [...given, ...((await connection?.outputs())?.publicKeys ?? [])];
}

async function readKey(file: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw badInput(`the key ${file} cannot be read: ${messageOf(error)}`);
  }
  if (/PRIVATE KEY/.test(text))
    throw badInput(`${file} is a private key; verifying takes the public one: openssl pkey -in ${file} -pubout`);
  try {
    const { asymmetricKeyType } = createPublicKey(text);
    if (asymmetricKeyType !== "ed25519")
      throw badInput(`the key ${file} is of type ${asymmetricKeyType}; evidence is signed with ed25519`);
  } catch (error) {
    if (error instanceof Error && error.name === "ReportedError") throw error;
    throw badInput(`the key ${file} is no public key in PEM (SubjectPublicKeyInfo)`);
  }
  return text;
}
