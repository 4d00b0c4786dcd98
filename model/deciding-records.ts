import { type ChainRecord, chainProblems } from "./chain";
import type { BegunPredicate } from "./evidence";
import { isLater } from "./objections";
import type { Refusal } from "./refusal";
import { type Begun, type Ended, type SignedRecord, subjectOf } from "./signed-record";

/** The records that say what a copy's restore path is worth now. All others have been overtaken. */
export interface Deciding<E extends Ended = Ended> {
  ended: E[];
  /** Drills that had begun, and had to have ended by now: they count as failed. */
  broken: Begun[];
}

/**
 * Of one database's records, those that decide about `onPath`, the drills of one copy that have ended: the newest by its
 * place in the chain; those that found a newer backup bad, which no older backup's success takes back; and drills that
 * began later and never ended. One that is under way decides nothing yet.
 */
export function decidingOf<E extends Ended>(
  onPath: readonly E[],
  database: readonly SignedRecord[],
  fingerprint: string,
  now: Date,
): Deciding<E> {
  const chained = onPath.filter(({ predicate }) => predicate.chain !== undefined);
  const last = Math.max(-1, ...chained.map(sequenceOf));
  const newest = chained.filter((record) => sequenceOf(record) === last);
  const newerBackups = chained.filter((record) => newest.some((by) => notTakenBack(record, by, now)));
  const ended = [...newest, ...newerBackups, ...looseOf(onPath, newest, now)];
  const broken = neverEnded(database, now).filter(
    ({ begun }) => begun.fingerprint === fingerprint && begun.chain.sequence > last,
  );
  return { ended, broken };
}

const sequenceOf = (record: SignedRecord) => subjectOf(record).chain?.sequence ?? -1;

/**
 * Records without a place in a chain (other tools', and those of the first version) have no order but their times. What is
 * dated ahead stands behind what is not: it neither wins nor keeps right records from being heard.
 */
function looseOf<E extends Ended>(onPath: readonly E[], chained: readonly E[], now: Date): E[] {
  const loose = onPath.filter(({ predicate }) => predicate.chain === undefined);
  const right = loose.filter(({ predicate }) => !isLater(predicate.drill.finishedAt, now));
  const pool = right.length > 0 || chained.length > 0 ? right : loose;
  const endOf = ({ predicate }: Ended) => Date.parse(predicate.drill.finishedAt);
  const last = Math.max(...pool.map(endOf), ...chained.map(endOf));
  // Several of one instant all count: the order in which they were listed must not decide.
  return pool.filter((record) => endOf(record) === last);
}

/** Whether `record` failed with a newer backup than the one `by` which it was overtaken. Dates ahead of their drill do not count. */
function notTakenBack(record: Ended, by: Ended, now: Date): boolean {
  const { passed, backup, drill } = record.predicate;
  const other = by.predicate.backup;
  if (passed || !backup || !other || Date.parse(backup.snapshotAt) <= Date.parse(other.snapshotAt)) return false;
  return !isLater(backup.snapshotAt, drill.startedAt) && !isLater(drill.finishedAt, now);
}

export function neverEnded(database: readonly SignedRecord[], now: Date): Begun[] {
  const ended = new Set(database.flatMap((record) => ("predicate" in record ? record.predicate.drill.id : [])));
  const begun = database.flatMap((record) => ("begun" in record ? record : []));
  return begun.filter(({ begun: { drill } }) => !ended.has(drill.id) && Date.parse(drill.deadline) < now.getTime());
}

/** What is wrong with drills that began and never ended. */
export function brokenRefusals({ broken }: Deciding): Refusal[] {
  return broken.map(({ source, begun: { drill } }) => ({ kind: "failing", source, reason: brokenText(drill) }));
}

export const brokenText = ({ id, startedAt, deadline }: BegunPredicate["drill"]) =>
  `the drill ${id} began at ${startedAt} and never ended: it had until ${deadline}`;

/** What is missing of the database's chain, or contradicts itself in it, from the oldest record that decides on. */
export function chainRefusals({ ended, broken }: Deciding, database: readonly SignedRecord[]): Refusal[] {
  const deciding = [...ended, ...broken].filter((record) => sequenceOf(record) >= 0);
  const [first] = deciding;
  if (!first) return [];
  const records = database.flatMap((record): ChainRecord[] => {
    const { chain } = subjectOf(record);
    return chain ? [{ source: record.source, digest: record.digest, link: chain }] : [];
  });
  const problems = chainProblems(records, Math.min(...deciding.map(sequenceOf)));
  return problems.map((reason) => ({ kind: "withheld", source: first.source, reason }));
}
