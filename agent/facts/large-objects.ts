import type { Client } from "pg";
import type { Share } from "../../model/share";
import { row } from "../postgres/connect";
import { Digest, type DigestRow, digestSql } from "./digest";

/** Under this name their digest stands among those of the tables. Names of tables have a dot, so that none is the same. */
export const LARGE_OBJECTS = "large objects";

/** One object may have 4 TB: the server holds this much of it at a time. */
const CHUNK_BYTES = 1024 * 1024;

/**
 * The large objects of `share`, each to its last byte: chunk by chunk, a chunk's SHA-256 at a time, until one is not full.
 * lo_get() and not pg_largeobject, which only a superuser may read. Their owners and grants are in other sections (access.ts).
 */
export async function digestLargeObjects(client: Client, share: Share): Promise<Digest> {
  const chunk = (oid: string, at: string) =>
    `(SELECT pg_catalog.octet_length(b.bytes) AS length, pg_catalog.sha256(b.bytes) AS sha256
      FROM (SELECT pg_catalog.lo_get(${oid}, ${at}, ${CHUNK_BYTES}) AS bytes OFFSET 0) b OFFSET 0)`;
  const next = `pg_catalog.int84pl(c.start, ${CHUNK_BYTES})`;
  // A lateral subquery, so that the chunks of an object that is not in the share are not read.
  const ofObject = `(WITH RECURSIVE chunks AS (
      SELECT '0'::pg_catalog.int8 AS start, f.length, f.sha256 FROM ${chunk("l.oid", "'0'::pg_catalog.int8")} f
      UNION ALL
      SELECT ${next}, f.length, f.sha256 FROM chunks c CROSS JOIN LATERAL ${chunk("l.oid", next)} f
        WHERE pg_catalog.int4eq(c.length, ${CHUNK_BYTES}))
    SELECT pg_catalog.sha256(pg_catalog.string_agg(c.sha256, ''::pg_catalog.bytea ORDER BY c.start)) AS digest,
        pg_catalog.sum(c.length) AS bytes FROM chunks c)`;
  const from = "pg_catalog.pg_largeobject_metadata l";
  return new Digest().add(
    await row<DigestRow>(
      client,
      digestSql(
        {
          from,
          columns: ["l.oid", `(SELECT pg_catalog.concat(o.bytes, ' ', o.digest) FROM ${ofObject} o)`],
          key: ["l.oid"],
        },
        share,
      ),
    ),
  );
}
