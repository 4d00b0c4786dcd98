import { CHAIN_KEY, recordDigestOf } from "../../model/chain";
import { claimedRecord } from "../../model/claimed-evidence";
import { openEnvelope } from "../../model/dsse";
import type { ChainLink } from "../../model/evidence";
import { ID_PATTERN, layout } from "../../model/layout";
import { type Target, targetId } from "../../model/target";
import type { Store } from "../../store/store";

/** Whose chain it is, and where its records are. */
export interface ChainSubject {
  prefix: string;
  target: Target;
  environment: string;
  stack: string;
}

/** The last record of a chain. */
interface Head {
  sequence: number;
  digest: string;
  /** Whether the key that signs now has signed it; otherwise the key was changed since. */
  verified: boolean;
}

/**
 * The place of the next record: after the newest one that the key at hand has signed; where there is none, since the key
 * was changed, after the newest one at all. What others may have put there counts only as long as nothing verifies.
 */
export function nextLink(envelopes: readonly string[], subject: ChainSubject, publicKey: string) {
  const heads = envelopes.flatMap((text) => headIn(text, subject, publicKey) ?? []);
  const verified = heads.filter((head) => head.verified);
  const head = newest(verified.length > 0 ? verified : heads);
  const link: ChainLink = head
    ? { sequence: head.sequence + 1, previous: head.digest }
    : { sequence: 0, previous: null };
  return { link, begins: head === undefined, keyChanged: head !== undefined && !head.verified };
}

function newest(heads: readonly Head[]): Head | undefined {
  return [...heads].sort((a, b) => a.sequence - b.sequence).at(-1);
}

function headIn(text: string, { environment, stack, target }: ChainSubject, publicKey: string): Head | undefined {
  const claimed = claimedRecord(text);
  const digest = recordDigestOf(text);
  if (!claimed?.chain || digest === undefined) return undefined;
  const ours =
    claimed.environment === environment && claimed.stack === stack && targetId(claimed.target) === targetId(target);
  if (!ours) return undefined;
  return { sequence: claimed.chain.sequence, digest, verified: openEnvelope(text, [publicKey]).ok };
}

/** Whether the key at hand has signed `text` as record `sequence` of exactly this database. */
export function isOwnRecord(text: string, sequence: number, subject: ChainSubject, publicKey: string): boolean {
  const head = headIn(text, subject, publicKey);
  return head?.verified === true && head.sequence === sequence;
}

/** The records of the chain in a drill's ConfigMap: those that stand in the place that they name. */
export function recordsIn(data: Record<string, string>): string[] {
  return Object.entries(data).flatMap(([key, text]) => {
    const place = CHAIN_KEY.exec(key)?.[1];
    return place !== undefined && claimedRecord(text)?.chain?.sequence === Number(place) ? [text] : [];
  });
}

/** How many of the bucket's records are read: the newest of all is among the newest drills'. */
const READ = 20;

/** The newest records in the bucket: where the ConfigMap was made anew, the chain goes on from there. */
export async function recordsInStore(
  store: Pick<Store, "list" | "readTextIfThere">,
  { prefix, target }: ChainSubject,
): Promise<string[]> {
  const root = layout.evidences(prefix, target);
  let keys: { key: string; drillId: string }[] = [];
  for await (const page of store.list(root)) {
    const found = page.flatMap(({ key }) => {
      const drillId = /\/([^/]+)\.dsse\.json$/.exec(key)?.[1] ?? "";
      return ID_PATTERN.test(drillId) ? [{ key, drillId }] : [];
    });
    keys = [...keys, ...found].sort((a, b) => (a.drillId < b.drillId ? 1 : -1)).slice(0, READ);
  }
  const texts = await Promise.all(keys.map(({ key }) => store.readTextIfThere(key)));
  return texts.filter((text) => text !== undefined);
}
