import { CHAIN_KEY, recordDigestOf } from "./chain";
import { type ClaimedRecord, claimedRecord } from "./claimed-evidence";
import { evidenceConfigMapKey } from "./evidence";

/** A record of a drill's ConfigMap. */
export interface NeededRecord {
  /** Which one it is, where it is not the first path's newest. */
  what?: string;
  envelope: string;
}

interface Stored extends NeededRecord {
  claim?: ClaimedRecord;
}

/**
 * What the gate needs of a drill's ConfigMap to judge `paths` (fingerprints): the newest evidence of each, and the chain
 * from the oldest record that can decide on. What came before stays out of Pulumi's state. What is chosen by what records
 * say of themselves is verified later: a record that lies about itself is refused, and one that is left out is missed.
 */
export function neededRecords(data: Record<string, string>, paths: readonly string[]): NeededRecord[] {
  const newest = paths.flatMap((path, index): Stored[] => {
    const key = evidenceConfigMapKey(path);
    const envelope = Object.hasOwn(data, key) ? data[key] : undefined;
    if (envelope === undefined) return [];
    const what = index === 0 ? {} : { what: "off-site copy" };
    return [{ ...what, envelope, claim: claimedRecord(envelope) }];
  });
  const chain = chainIn(data);
  const begins = [...newest, ...chain.filter((record) => maySpeakAgainst(record, newest, paths))];
  const since = Math.min(...begins.map(sequenceOf));
  const known = new Set(newest.map(({ envelope }) => recordDigestOf(envelope)));
  const tail = chain.filter((record) => sequenceOf(record) >= since && !known.has(recordDigestOf(record.envelope)));
  return [...newest, ...tail].map(({ claim: _, ...record }) => record);
}

function chainIn(data: Record<string, string>): Stored[] {
  return Object.keys(data)
    .sort()
    .flatMap((key) => {
      const number = CHAIN_KEY.exec(key)?.[1];
      const envelope = data[key];
      if (number === undefined || envelope === undefined) return [];
      return [{ what: `record ${Number(number)}`, envelope, claim: claimedRecord(envelope) }];
    });
}

/** What cannot be read is not known to be old. */
const sequenceOf = ({ claim }: Stored) => claim?.chain?.sequence ?? Number.POSITIVE_INFINITY;

/** A failure of a newer backup, which an older one's success does not take back; and a first drill that never ended. */
function maySpeakAgainst({ claim }: Stored, newest: Stored[], paths: readonly string[]): boolean {
  if (!claim || !paths.includes(claim.fingerprint)) return false;
  const overtaken = newest.find(({ claim: by }) => by?.fingerprint === claim.fingerprint)?.claim;
  if (!overtaken) return true;
  return claim.failed && Date.parse(claim.snapshotAt ?? "") > Date.parse(overtaken.snapshotAt ?? "");
}
