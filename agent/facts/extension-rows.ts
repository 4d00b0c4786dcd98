import type { Client } from "pg";
import { row, rows } from "../postgres/connect";
import { releasingLocks } from "../postgres/locks";
import type { Section } from "./query";
import { qualified } from "./rows";

interface ConfigurationTable extends Record<string, string | null> {
  identity: string;
  schema: string;
  name: string;
  /** ` WHERE …`, as the extension wrote it, or nothing: which rows are dumped, and not made by CREATE EXTENSION. */
  condition: string;
}

/**
 * The rows that users have put into extensions' own tables, such as coordinate systems into PostGIS's: pg_dump dumps
 * those that the extension's condition chooses, and just those are counted and digested, every one of them. Such tables
 * need have no key: the digest is a sum, which knows no order, and which a row of a million changes.
 */
export async function digestExtensionRows(client: Client): Promise<Section> {
  const tables = await rows<ConfigurationTable>(
    client,
    `SELECT format('%I.%I of extension %I', n.nspname, c.relname, x.extname) AS identity, n.nspname AS schema,
        c.relname AS name, coalesce(u.condition, '') AS condition
      FROM pg_extension x CROSS JOIN LATERAL unnest(x.extconfig, x.extcondition) u(oid, condition)
        JOIN pg_class c ON c.oid = u.oid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' ORDER BY 1`,
  );
  const section: Section = {};
  for (const table of tables) {
    const found = await releasingLocks(client, () =>
      row<{ count: string; digest: string }>(client, digestSql(table)).catch((error: unknown) => {
        throw new Error(`${table.identity}: ${(error as Error).message}`, { cause: error });
      }),
    );
    section[table.identity] = `${found.count} rows, digest ${found.digest}`;
  }
  return section;
}

/** The condition is the extension's own SQL, and pg_dump puts it in the same place. */
export function digestSql(table: Pick<ConfigurationTable, "schema" | "name" | "condition">): string {
  const digest = "encode(sha256(convert_to(ROW(t.*)::text, current_setting('server_encoding'))), 'hex')";
  return (
    `SELECT count(*) AS count, coalesce(sum(('x' || left(${digest}, 15))::bit(60)::int8), 0) AS digest ` +
    `FROM (SELECT * FROM ONLY ${qualified(table)} ${table.condition}) t`
  );
}
