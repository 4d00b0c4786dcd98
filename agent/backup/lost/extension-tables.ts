import type { Client } from "pg";
import { formatCount } from "../../../runtime/format";
import { qualified } from "../../facts/rows";
import { row, rows } from "../../postgres/connect";
import { isRelationLeftOut } from "../../postgres/left-out";
import { releasingLocks } from "../../postgres/locks";
import { quoteLiteral } from "../../postgres/quote";
import type { Loss } from "./loss";

interface Member extends Record<string, string | null> {
  identity: string;
  schema: string;
  name: string;
  extension: string;
  readable: string;
  /** The transaction that made the table, its membership and its extension; null when these were several. */
  made: string | null;
}

/** Beyond this many it does not matter how many there are. */
const COUNTED = 100_000;

/**
 * Rows in extensions' tables that the extension does not mark as configuration (pg_extension_config_dump): CREATE
 * EXTENSION makes such a table anew, and no dump holds what was put into it; a table that somebody made a member of an
 * extension is not even made. Rows that came with the table, in the same transaction, come again with it.
 */
export async function extensionTableLosses(client: Client): Promise<Loss[]> {
  const members = await rows<Member>(
    client,
    `SELECT format('%I.%I', n.nspname, c.relname) AS identity, n.nspname AS schema, c.relname AS name,
        format('%I', x.extname) AS extension,
        (has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'))::text AS readable,
        (SELECT a.xmin::text FROM pg_attribute a, pg_depend o
          WHERE a.attrelid = c.oid AND a.attname = 'tableoid' AND a.xmin::text = e.xmin::text AND o.xmin::text = e.xmin::text
            AND o.classid = 'pg_extension'::regclass AND o.objid = x.oid AND o.refclassid = 'pg_namespace'::regclass) AS made
      FROM pg_depend e JOIN pg_extension x ON x.oid = e.refobjid JOIN pg_class c ON c.oid = e.objid
        JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE e.deptype = 'e' AND e.classid = 'pg_class'::regclass AND e.refclassid = 'pg_extension'::regclass
        AND c.relkind = 'r' AND c.relpersistence <> 't' AND NOT ${isRelationLeftOut("c.oid")}
        AND c.oid NOT IN (SELECT unnest(coalesce(y.extconfig, '{}'::oid[])) FROM pg_extension y)
      ORDER BY 1`,
  );
  const losses: Loss[] = [];
  for (const member of members) {
    const found =
      member.readable === "true" ? await countOwn(client, member) : "an unknown number of rows, which it may not read";
    if (found === undefined) continue;
    losses.push({
      name: `table ${member.identity}`,
      reason: `it has ${found}, and belongs to the extension ${member.extension}, which does not ask for them to be dumped`,
      remedy:
        `ALTER EXTENSION ${member.extension} DROP TABLE ${member.identity} when the table is your own; when it is the ` +
        "extension's, save what you need of it otherwise",
    });
  }
  return losses;
}

async function countOwn(client: Client, member: Member): Promise<string | undefined> {
  const condition = member.made === null ? "" : ` WHERE t.xmin::text <> ${quoteLiteral(member.made)}`;
  const sql = `SELECT count(*) AS count FROM (SELECT FROM ONLY ${qualified(member)} t${condition} LIMIT ${COUNTED + 1}) r`;
  const count = Number((await releasingLocks(client, () => row<{ count: string }>(client, sql))).count);
  if (count === 0) return undefined;
  if (count > COUNTED) return `more than ${formatCount(COUNTED)} rows`;
  return count === 1 ? "1 row" : `${formatCount(count)} rows`;
}
