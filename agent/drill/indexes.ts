import type { Client } from "pg";
import { messageOf } from "../../runtime/errors";
import { counted } from "../../runtime/format";
import { rows } from "../postgres/connect";
import { quoteIdentifier } from "../postgres/quote";
import { type Checks, messageWithoutValues } from "./checks";

/** Where amcheck is put: a schema of its own, so that no schema of the application has to take it. */
const SCHEMA = "restorable_amcheck";

/**
 * amcheck on every B-tree index: its order, and that every row of the table is in it. amcheck knows no other kind of
 * index; those were built anew by the restore. Where amcheck is missing the check could not run, and so has failed.
 */
export async function checkIndexes(checks: Checks, client: Client): Promise<void> {
  await checks.try("indexes.btree", "indexes", "every B-tree index agrees with its table", async () => {
    await installAmcheck(client);
    const indexes = await rows<{ oid: string; name: string }>(
      client,
      `SELECT i.indexrelid AS oid, i.indexrelid::regclass::text AS name
        FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid JOIN pg_catalog.pg_am m ON m.oid = x.relam
          JOIN pg_catalog.pg_namespace n ON n.oid = x.relnamespace
        WHERE m.amname = 'btree' AND x.relkind = 'i' AND i.indisvalid AND i.indisready AND x.relpersistence <> 't'
          AND n.nspname <> 'pg_catalog' AND n.nspname <> 'information_schema'
        ORDER BY pg_catalog.pg_relation_size(i.indexrelid) DESC`,
    );
    const broken: string[] = [];
    for (const index of indexes) {
      try {
        await client.query(`SELECT ${SCHEMA}.bt_index_check($1::regclass, true)`, [index.oid]);
      } catch (error) {
        if (!isCorruption(error)) throw error;
        broken.push(`${index.name}: ${messageWithoutValues(error)}`);
      }
    }
    const [others] = await rows<{ count: string }>(
      client,
      `SELECT count(*) AS count FROM pg_catalog.pg_class x JOIN pg_catalog.pg_am m ON m.oid = x.relam
        JOIN pg_catalog.pg_namespace n ON n.oid = x.relnamespace
        WHERE x.relkind = 'i' AND m.amname <> 'btree' AND n.nspname !~ '^pg_'`,
    );
    if (broken.length > 0) {
      return {
        passed: false,
        actual: `${broken.length} of ${indexes.length} do not: ${broken.slice(0, 5).join("; ")}`,
      };
    }
    const other = Number(others?.count ?? 0);
    return {
      passed: true,
      actual: `${counted(indexes.length, "index", "indexes")} checked${other > 0 ? `; ${other} of other kinds were built by the restore` : ""}`,
    };
  });
}

/** What amcheck calls a broken index or table. Anything else, such as a full disk, has kept it from looking. */
function isCorruption(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === "XX001" || code === "XX002";
}

async function installAmcheck(client: Client): Promise<void> {
  // Event triggers of the application may forbid or watch changes of the schema: this one is not theirs.
  await client.query("SET session_replication_role = replica");
  await client.query(`CREATE SCHEMA ${quoteIdentifier(SCHEMA)}`);
  const [present] = await rows<{ schema: string }>(
    client,
    "SELECT n.nspname AS schema FROM pg_catalog.pg_extension x JOIN pg_catalog.pg_namespace n ON n.oid = x.extnamespace WHERE x.extname = 'amcheck'",
  );
  try {
    if (present) await client.query(`ALTER EXTENSION amcheck SET SCHEMA ${SCHEMA}`);
    else await client.query(`CREATE EXTENSION amcheck SCHEMA ${SCHEMA}`);
  } catch (error) {
    throw new Error(
      `amcheck cannot be used (${messageOf(error)}): use a server image that has PostgreSQL's contrib modules`,
    );
  }
}
