import type { Client } from "pg";
import { row } from "../postgres/connect";

/** The moment that a backup shows. */
export interface Snapshot {
  /** For pg_dump's --snapshot. Valid as long as the client's transaction is open. */
  id: string;
  /** ISO 8601 in UTC. */
  at: string;
  lsn: string;
}

/** Begins the transaction in whose snapshot facts and dump agree. */
export async function beginSnapshot(client: Client): Promise<Snapshot> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  const found = await row<{ id: string; at: string; lsn: string | null }>(
    client,
    `SELECT pg_export_snapshot() AS id, to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at,
      CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS lsn`,
  );
  return { id: found.id, at: found.at, lsn: found.lsn ?? "0/0" };
}
