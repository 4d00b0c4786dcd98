import type { Client } from "pg";
import { rows } from "./connect";

/** Who waits for whose lock on a table, among the sessions of one database: by names, never by what they run. */

/** A session that holds or wants what is in another's way. */
export interface LockParty {
  /** `"migrate" of the role app`: as the session names itself. */
  who: string;
  /** `public.orders`. */
  relation: string;
}

/**
 * SQL: the sessions of one backup, `client`'s own left out. pg_dump connects beside, under the same names and from the
 * same address: nothing else tells them from a session of somebody else.
 */
const OURS = `me AS MATERIALIZED (SELECT * FROM pg_stat_activity WHERE pid = pg_backend_pid()),
  ours AS MATERIALIZED (SELECT a.pid, a.wait_event_type FROM pg_stat_activity a JOIN me ON a.application_name = me.application_name
    AND a.usesysid = me.usesysid AND a.datid = me.datid AND a.client_addr IS NOT DISTINCT FROM me.client_addr
    WHERE a.pid <> me.pid)`;

const PARTY = `CASE WHEN coalesce(a.application_name, '') = '' THEN 'a session' ELSE format('"%s"', a.application_name) END
    || CASE WHEN a.usename IS NULL THEN '' ELSE format(' of the role %I', a.usename) END AS who,
  CASE WHEN n.nspname IS NULL THEN 'a table that was just made' ELSE format('%I.%I', n.nspname, c.relname) END AS relation`;

/** Whether a session of ours waits for a lock. Costs the server next to nothing. */
export async function doesWait(client: Client): Promise<boolean> {
  const found = await rows(client, `WITH ${OURS} SELECT FROM ours WHERE wait_event_type = 'Lock' LIMIT 1`);
  return found.length > 0;
}

/** Who waits for a lock on a table that a session of ours holds. Asked rarely, for it stops the lock manager for a moment. */
export async function waitingForUs(client: Client): Promise<LockParty[]> {
  return rows<Record<"who" | "relation", string>>(
    client,
    `WITH ${OURS} SELECT DISTINCT ${PARTY}
      FROM pg_locks l JOIN me ON l.database = me.datid LEFT JOIN pg_stat_activity a ON a.pid = l.pid
        LEFT JOIN pg_class c ON c.oid = l.relation LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE NOT l.granted AND l.locktype = 'relation' AND l.pid NOT IN (SELECT pid FROM ours)
        AND pg_blocking_pids(l.pid) && ARRAY(SELECT pid FROM ours)
      ORDER BY 2, 1`,
  );
}

/** Who holds, or waits for, a lock on a table, index or sequence that lets nobody read it. */
export async function inTheWay(client: Client): Promise<LockParty[]> {
  return rows<Record<"who" | "relation", string>>(
    client,
    `WITH ${OURS} SELECT DISTINCT ${PARTY}
      FROM pg_locks l JOIN me ON l.database = me.datid LEFT JOIN pg_stat_activity a ON a.pid = l.pid
        JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.pid <> me.pid
        AND l.pid NOT IN (SELECT pid FROM ours) AND n.nspname !~ '^pg_'
      ORDER BY 2, 1`,
  );
}
