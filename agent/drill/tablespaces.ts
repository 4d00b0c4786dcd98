import type { Client } from "pg";
import type { Manifest } from "../../model/manifest";
import { quoteIdentifier } from "../postgres/quote";

/** The first major version that can make a tablespace inside its own data folder. */
const IN_PLACE_SINCE = 15;

/**
 * Makes the tablespaces that the database used: CREATE DATABASE names the database's own, whatever pg_restore is told,
 * and would fail without it. They are made in place, inside the temporary server's one volume. Gives whether they are
 * there: then everything is restored to where it was, otherwise pg_restore must leave tablespaces out.
 */
export async function makeTablespaces(client: Client, server: Manifest["server"]): Promise<boolean> {
  const names = server.tablespaces ?? [];
  if (names.length === 0 || server.major < IN_PLACE_SINCE) return false;
  await client.query("SET allow_in_place_tablespaces = on");
  for (const name of names) await client.query(`CREATE TABLESPACE ${quoteIdentifier(name)} LOCATION ''`);
  return true;
}
