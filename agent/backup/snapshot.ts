import type { Client } from "pg";
import { ReportedError } from "../../runtime/errors";
import { lockTables, rewrittenTables } from "../facts/rows";
import { row } from "../postgres/connect";

/** The moment that a backup shows. */
export interface Snapshot {
  /** For pg_dump's --snapshot. Valid as long as the client's transaction is open. */
  id: string;
  /** ISO 8601 in UTC. */
  at: string;
  lsn: string;
}

const ATTEMPTS = 3;

/**
 * A snapshot with every table that is backed up locked against being rewritten; `begun` runs in it before anything is
 * locked. A table that was rewritten (TRUNCATE, ALTER TABLE) by a
 * transaction that ended between the two would look empty to the snapshot, for pg_dump and for the facts alike: then a
 * new snapshot is taken.
 */
export async function lockedSnapshot<T>(
  client: Client,
  begun: () => Promise<T>,
): Promise<{ snapshot: Snapshot; before: T }> {
  for (let attempt = 1; ; attempt++) {
    const snapshot = await beginSnapshot(client);
    const before = await begun();
    await lockTables(client);
    const rewritten = await rewrittenTables(client);
    if (rewritten.length === 0) return { snapshot, before };
    await client.query("ROLLBACK");
    if (attempt === ATTEMPTS)
      throw new ReportedError(
        `tables are rewritten again and again while the snapshot is taken (${rewritten.slice(0, 5).join(", ")}), and would ` +
          "look empty in it; run the backup when no TRUNCATE or ALTER TABLE is under way",
      );
  }
}

/** Begins the transaction in whose snapshot facts and dump agree. */
async function beginSnapshot(client: Client): Promise<Snapshot> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  const found = await row<{ id: string; at: string; lsn: string | null }>(
    client,
    `SELECT pg_export_snapshot() AS id, to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at,
      CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS lsn`,
  );
  return { id: found.id, at: found.at, lsn: found.lsn ?? "0/0" };
}
