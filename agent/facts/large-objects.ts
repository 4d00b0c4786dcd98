import type { Client } from "pg";
import { rows } from "../postgres/connect";
import { releasingLocks } from "../postgres/locks";
import type { Section } from "./query";

/** Under this name their digest stands among the key records. Names of tables have a dot, so that none is the same. */
export const LARGE_OBJECTS = "large objects";

/** Of each object its size and this much of its beginning: one object may have 4 TB. */
const DIGESTED_BYTES = 1024 * 1024;

/**
 * The SHA-256 over the first and the last `count` large objects by their OIDs, as for the rows of a table; nothing where
 * there are none. Their number, owners and grants are in other sections (access.ts).
 */
export async function digestLargeObjects(client: Client, count: number): Promise<Section> {
  const end = (direction: "ASC" | "DESC") =>
    `(SELECT l.oid FROM pg_largeobject_metadata l ORDER BY l.oid ${direction} LIMIT ${count})`;
  // 262144 is INV_READ, and 2 is SEEK_END: the object is opened to tell its size, and closed with the transaction.
  const sql = `SELECT encode(sha256(string_agg(o.digest, ''::bytea ORDER BY o.oid)), 'hex') AS digest
    FROM (SELECT l.oid, sha256(int8send(l.oid::int8) || int8send(lo_lseek64(lo_open(l.oid, 262144), 0, 2))
        || lo_get(l.oid, 0, ${DIGESTED_BYTES})) AS digest
      FROM (${end("ASC")} UNION ${end("DESC")}) l) o`;
  const [found] = await releasingLocks(client, () => rows<{ digest: string | null }>(client, sql));
  return found?.digest ? { [LARGE_OBJECTS]: found.digest } : {};
}
