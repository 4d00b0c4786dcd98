import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { LocalServer } from "./local-server";

/** The databases of the end-to-end tests, on a server of the machine's own version. */
const FOLDER = join(__dirname, "..", "..", "e2e", "data");

export const TEST_DATABASES = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".sql"))
  .map((file) => file.slice(0, -".sql".length));

const OPTIONS: Record<string, string> = {
  collations: "LOCALE_PROVIDER icu ICU_LOCALE 'de-CH' LOCALE 'C'",
  latin1: "ENCODING 'LATIN1' LOCALE 'C'",
  sql_ascii: "ENCODING 'SQL_ASCII' LOCALE 'C'",
  tablespaces: "TABLESPACE db_space",
};

/** What a version before `since` does not know, and what stands in its place there: everything else is the same. */
const NEWER: Record<string, [since: number, what: string | RegExp, instead: string][]> = {
  collations: [
    [16, ", rules = '& V << w <<< W'", ""],
    [17, "pg_c_utf8", '"C"'],
  ],
  policies: [[17, /^(CREATE|ALTER) EVENT TRIGGER db_pol_login .*$/gm, ""]],
  torture: [[16, " WITH INHERIT FALSE, SET TRUE", ""]],
  types: [
    [17, /'infinity'(?=, '24:00')/, "'1 day'"],
    [17, /'-infinity'(?=, '00:00')/, "'-1 day'"],
  ],
};

/** What takes its time by number alone. */
const FEWER: Record<string, [what: string, instead: string]> = {
  many_tables: ["5000", "200"],
  types: ["1000000", "1000"],
};

/** Makes the test database `kind` under its own name. */
export function makeTestDatabase(server: LocalServer, kind: string): void {
  const major = Math.floor(Number(server.sql("postgres", "SHOW server_version_num")) / 10_000);
  if (kind === "tablespaces") {
    const make = (name: string) => `CREATE TABLESPACE ${name} LOCATION '';`;
    server.sql("postgres", `SET allow_in_place_tablespaces = on; ${make("db_space")} ${make('"db Space 2"')}`);
  }
  let sql = readFileSync(join(FOLDER, `${kind}.sql`), "utf8");
  for (const [since, what, instead] of NEWER[kind] ?? []) if (major < since) sql = sql.replace(what, instead);
  if (FEWER[kind]) sql = sql.replace(...FEWER[kind]);
  server.database(kind, sql, OPTIONS[kind]);
}
