import type { Client } from "pg";
import { LEFT_OUT, WITHOUT_ROWS } from "./left-out";
import { TIMEOUTS } from "./timeouts";

/**
 * The same session settings at backup and drill, so that the same value prints as the same text. With row_security
 * off, a query that row-level security would quietly shorten fails instead.
 */
const SETTINGS: Record<string, string> = {
  search_path: "",
  TimeZone: "UTC",
  DateStyle: "ISO, YMD",
  IntervalStyle: "postgres",
  bytea_output: "hex",
  extra_float_digits: "1",
  xmloption: "content",
  lc_monetary: "C",
  lc_messages: "C",
  row_security: "off",
  lock_timeout: "10min",
  // Catalog queries look expensive to the planner, and are quick: compiling them takes longer than running them.
  jit: "off",
  // A backup sets them itself; what a database or role sets by this name must hide nothing.
  [LEFT_OUT]: "",
  [WITHOUT_ROWS]: "",
};

/** Settings that only a superuser may change, or only some versions have: left alone where they cannot be set. */
const OPTIONAL = new Set(["lc_messages"]);

export async function prepareSession(client: Client): Promise<void> {
  // Before anything else is looked up: names and operators are PostgreSQL's own from here on.
  await client.query("SELECT pg_catalog.set_config('search_path', '', false)");
  // SQL_ASCII converts nothing: text may be bytes that are no UTF-8, which the server would refuse to send as such.
  await client.query(
    "SELECT set_config('client_encoding', 'SQL_ASCII', false) WHERE current_setting('server_encoding') = 'SQL_ASCII'",
  );
  // A server knows only those of its version, and an unknown name would be an error.
  await client.query("SELECT set_config(name, '0', false) FROM pg_settings WHERE name = ANY($1)", [
    Object.keys(TIMEOUTS),
  ]);
  for (const [name, value] of Object.entries(SETTINGS)) {
    const set = client.query("SELECT set_config($1, $2, false)", [name, value]);
    await (OPTIONAL.has(name) ? set.catch(() => undefined) : set);
  }
}
