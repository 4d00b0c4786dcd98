import type { Client } from "pg";
import { EVERYTHING } from "../../model/share";
import { messageWithoutValues } from "../drill/checks";
import { rows } from "../postgres/connect";
import { digestWhole, READABLE, type ReadableTable } from "./contents";
import { OWN_SCHEMA, recorded, type Section } from "./query";
import { readingAlone } from "./reading";

interface MaterializedView extends ReadableTable {
  populated: string;
  readable: string;
}

/** A refresh in the source holds its lock to its end: nobody waits for that, neither we nor those behind us. */
const PATIENCE = "2s";

/** What a view that could not be read has instead of rows and digest. */
export const NOT_READ = "not read";

/**
 * Rows and digest of materialized views. A restore refreshes them, and no dump holds their rows, so that neither a view
 * that cannot be read nor one that differs later is in a backup's way.
 */
export async function digestMaterializedViews(client: Client): Promise<Section> {
  const views = await rows<MaterializedView>(
    client,
    `SELECT ${READABLE}, c.relispopulated AS populated,
        has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AS readable
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'm' AND ${OWN_SCHEMA} AND ${recorded("pg_class", "c.oid")} ORDER BY 1`,
  );
  const section: Section = {};
  for (const view of views) section[view.identity] = await describe(client, view);
  return section;
}

async function describe(client: Client, view: MaterializedView): Promise<string> {
  if (view.populated !== "t") return "not populated";
  if (view.readable !== "t") return `${NOT_READ}: the backup role has no right to`;
  try {
    const digest = await readingAlone(client, async () => {
      await client.query(`SET LOCAL lock_timeout = '${PATIENCE}'`);
      return digestWhole(client, view);
    });
    return `${digest.rows} rows, digest ${digest.text(EVERYTHING)}`;
  } catch (error) {
    // Without a transaction the connection itself may be gone, and then everything that follows says so.
    return `${NOT_READ}: ${messageWithoutValues(error)}`;
  }
}
