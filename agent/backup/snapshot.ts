import type { Client } from "pg";
import { lockTables, rewrittenTables } from "../facts/rows";
import { row } from "../postgres/connect";
import { inTheWay } from "../postgres/lock-waits";
import { GaveWayError, lockedBy, MOMENT_MS } from "./giving-way";

/** The moment that a backup shows. */
export interface Snapshot {
  /** For pg_dump's --snapshot. Valid as long as the client's transaction is open. */
  id: string;
  /** ISO 8601 in UTC. */
  at: string;
  lsn: string;
}

/**
 * A snapshot with every table that is backed up locked against being rewritten; `begun` runs in it before anything is
 * locked. It waits for no lock longer than a moment. A table that was rewritten (TRUNCATE, ALTER TABLE) by a transaction
 * that ended between the two would look empty to the snapshot, for pg_dump and for the facts alike. In either case it gives
 * way, for `client`'s transaction to be rolled back: a later snapshot has neither trouble.
 */
export async function lockedSnapshot<T>(
  client: Client,
  beside: Client,
  begun: () => Promise<T>,
): Promise<{ snapshot: Snapshot; before: T }> {
  const snapshot = await beginSnapshot(client);
  const before = await begun();
  await orGiveWay(beside, () => lockTables(client));
  const rewritten = await rewrittenTables(client);
  if (rewritten.length > 0)
    throw new GaveWayError(
      `${rewritten.slice(0, 5).join(", ")} was rewritten while the snapshot was taken, and would look empty in it`,
    );
  // From here on the watch looks whether anybody waits for this session while it waits.
  await client.query("SET LOCAL lock_timeout = '10min'");
  return { snapshot, before };
}

/** Begins the transaction in whose snapshot facts and dump agree. */
async function beginSnapshot(client: Client): Promise<Snapshot> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  await client.query(`SET LOCAL lock_timeout = ${MOMENT_MS}`);
  const found = await row<{ id: string; at: string; lsn: string | null }>(
    client,
    `SELECT pg_export_snapshot() AS id, to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at,
      CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS lsn`,
  );
  return { id: found.id, at: found.at, lsn: found.lsn ?? "0/0" };
}

/** lock_not_available, deadlock_detected; and undefined_table, for what was dropped since it was listed. */
const IN_THE_WAY = new Set(["55P03", "40P01", "42P01"]);

/** Runs what locks tables; when a lock cannot be had in a moment, gives way, and says by whose fault. */
export async function orGiveWay<T>(beside: Client, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === undefined || !IN_THE_WAY.has(code)) throw error;
    if (code === "42P01") throw new GaveWayError("a table or sequence was dropped while the snapshot was taken");
    throw new GaveWayError(lockedBy(await inTheWay(beside)));
  }
}
