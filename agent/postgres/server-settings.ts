import type { Client } from "pg";
import { SERVER_SETTINGS, type ServerSettings, serverSettingValue } from "../../model/server-settings";
import { rows } from "./connect";

/**
 * Settings of the source's server on which expressions depend: a CHECK by local days, money, a text search. What the
 * database or all roles set is in the dump and in roles.sql; what the backup's role alone has is left out, and so is a value
 * that a manifest does not take. Asked by the values that sessions begin with, whatever this one has set since.
 */
export async function readServerSettings(client: Client): Promise<ServerSettings> {
  const found = await rows<{ name: string; value: string }>(
    client,
    `SELECT lower(s.name) AS name, s.reset_val AS value FROM pg_settings s
      WHERE lower(s.name) = ANY ($1) AND NOT EXISTS (SELECT FROM pg_db_role_setting r CROSS JOIN LATERAL unnest(r.setconfig) c
        WHERE r.setrole = (SELECT oid FROM pg_roles WHERE rolname = session_user) AND lower(split_part(c, '=', 1)) = lower(s.name))
      ORDER BY 1`,
    [SERVER_SETTINGS],
  );
  return Object.fromEntries(
    found.flatMap(({ name, value }) => (serverSettingValue.safeParse(value).success ? [[name, value]] : [])),
  );
}
