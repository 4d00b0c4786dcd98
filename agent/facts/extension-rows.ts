import type { Client } from "pg";
import { EVERYTHING } from "../../model/share";
import { row, rows } from "../postgres/connect";
import { READABLE, type ReadableTable } from "./contents";
import { Digest, type DigestRow, digestSql } from "./digest";
import type { Section } from "./query";
import { reading } from "./reading";
import { qualified } from "./rows";

interface ConfigurationTable extends ReadableTable {
  extension: string;
  /** ` WHERE …`, as the extension wrote it, or nothing: which rows are dumped, and not made by CREATE EXTENSION. */
  condition: string;
}

/**
 * The rows that users have put into extensions' own tables, such as coordinate systems into PostGIS's: pg_dump dumps
 * those that the extension's condition chooses, and just those are counted and digested, every one of them.
 */
export async function digestExtensionRows(client: Client): Promise<Section> {
  const tables = await rows<ConfigurationTable>(
    client,
    `SELECT ${READABLE}, quote_ident(x.extname) AS extension, coalesce(u.condition, '') AS condition
      FROM pg_extension x CROSS JOIN LATERAL unnest(x.extconfig, x.extcondition) u(oid, condition)
        JOIN pg_class c ON c.oid = u.oid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' ORDER BY 1`,
  );
  const section: Section = {};
  for (const table of tables) {
    const identity = `${table.identity} of extension ${table.extension}`;
    const found = await reading(client, identity, () => row<DigestRow>(client, extensionRowsSql(table)));
    const digest = new Digest().add(found);
    section[identity] = `${digest.rows} rows, digest ${digest.text(EVERYTHING)}`;
  }
  return section;
}

/** The condition is the extension's own SQL, and pg_dump puts it in the same place. */
export function extensionRowsSql(table: Pick<ConfigurationTable, "schema" | "name" | "columns" | "condition">): string {
  const from = `(SELECT * FROM ONLY ${qualified(table)} ${table.condition}) t`;
  return digestSql({ from, columns: JSON.parse(table.columns), key: [] }, EVERYTHING);
}
