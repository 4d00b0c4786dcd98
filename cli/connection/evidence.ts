import { createPublicKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type Evidence, type EvidenceKey, elsewhere, evidenceKeys, readEnvelope } from "../../catalog/evidence";
import { inParallel } from "../../catalog/parallel";
import { mayVerify } from "../../model/dsse";
import type { Target } from "../../model/target";
import { targetId } from "../../model/target";
import { messageOf } from "../../runtime/errors";
import type { Store } from "../../store/store";
import { badInput } from "../command";
import { nearestId } from "./backups";
import type { Connection } from "./connection";
import type { Storage } from "./storages";

/** The evidence of every drill of `target`, the newest drill first. It stands beside the first copy of the backups. */
export async function listEvidence(store: Pick<Store, "list">, prefix: string, target: Target): Promise<EvidenceKey[]> {
  const found: EvidenceKey[] = [];
  for await (const page of evidenceKeys(store, prefix, target)) found.push(...page);
  return found.sort((a, b) => (a.drillId < b.drillId ? 1 : -1));
}

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
  const problem = evidence.predicate && elsewhere(evidence.predicate, found, target);
  return { ...found, ...evidence, ...(problem ? { signature: "refused", problem } : {}) };
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
    const key = createPublicKey(text);
    if (!mayVerify(key))
      throw badInput(
        `the key ${file} is of type ${key.asymmetricKeyType}; evidence is signed with Ed25519, or ECDSA on P-256`,
      );
  } catch (error) {
    if (error instanceof Error && error.name === "ReportedError") throw error;
    throw badInput(`the key ${file} is no public key in PEM (SubjectPublicKeyInfo)`);
  }
  return text;
}
