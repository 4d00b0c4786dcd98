import type { Client } from "pg";
import { LEFT_OUT, WITHOUT_ROWS } from "./left-out";
import { SESSION_SETTINGS } from "./session-settings";

/** A backup sets them itself; what a database or role sets by these names must hide nothing. */
const OWN: [string, string][] = [LEFT_OUT, WITHOUT_ROWS].map((name) => [name, ""]);

/**
 * Makes the session one that records facts: the same settings at backup and drill, whatever the database and the role have.
 * Those are left alone that the server does not know, and that only a superuser may change where this one is none.
 */
export async function prepareSession(client: Client): Promise<void> {
  // Before anything else is looked up: names and operators are PostgreSQL's own from here on.
  await client.query("SELECT pg_catalog.set_config('search_path', '', false)");
  // SQL_ASCII converts nothing: text may be bytes that are no UTF-8, which the server would refuse to send as such.
  await client.query(
    "SELECT set_config('client_encoding', 'SQL_ASCII', false) WHERE current_setting('server_encoding') = 'SQL_ASCII'",
  );
  const settings = SESSION_SETTINGS.flatMap(({ name, values }): [string, string][] =>
    values.facts === undefined ? [] : [[name, values.facts]],
  );
  await client.query(
    `SELECT set_config(s.name, v.value, false) FROM unnest($1::text[], $2::text[]) v(name, value) JOIN pg_settings s ON s.name = v.name
      WHERE s.context = 'user' OR s.context = 'superuser' AND current_setting('is_superuser') = 'on'`,
    [settings.map(([name]) => name), settings.map(([, value]) => value)],
  );
  for (const setting of OWN) await client.query("SELECT set_config($1, $2, false)", setting);
}
