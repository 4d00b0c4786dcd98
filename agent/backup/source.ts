import type { Client } from "pg";
import type { ServerSettings } from "../../model/server-settings";
import { isPlain, oneLine } from "../../model/text";
import { EXIT, ReportedError } from "../../runtime/errors";
import { counted } from "../../runtime/format";
import { HAS_DUMPED_ROWS } from "../facts/query";
import { row, rows } from "../postgres/connect";
import { isWithoutRows } from "../postgres/left-out";
import { readServerSettings } from "../postgres/server-settings";
import { howItEnded, run } from "../process";

/** The source server, as the manifest describes it. */
export interface Source {
  version: string;
  major: number;
  /** Of its control file, decimal. */
  systemIdentifier: string;
  bootstrapSuperuser: string;
  encoding: string;
  databaseBytes: number;
  /** Those that the database uses, pg_default and pg_global left out. */
  tablespaces: string[];
  standby: boolean;
  /** On which expressions depend: see server-settings.ts. */
  settings?: ServerSettings;
  /** By how many milliseconds its clock is ahead of the agent's. */
  clockAhead: number;
}

export async function describeSource(client: Client): Promise<Source> {
  const found = await row<Record<string, string>>(
    client,
    `SELECT current_setting('server_version') AS version, current_setting('server_version_num') AS number,
      (SELECT rolname FROM pg_roles WHERE oid = 10) AS superuser,
      (SELECT system_identifier FROM pg_control_system()) AS identifier, current_setting('server_encoding') AS encoding,
      pg_database_size(current_database()) AS bytes, pg_is_in_recovery() AS standby,
      extract(epoch FROM clock_timestamp()) AS now`,
  );
  const clockAhead = Number(found.now) * 1000 - Date.now();
  const tablespaces = await rows<{ name: string }>(
    client,
    `SELECT t.spcname AS name FROM pg_tablespace t WHERE t.spcname !~ '^pg_' AND (
        t.oid = (SELECT d.dattablespace FROM pg_database d WHERE d.datname = current_database())
        OR EXISTS (SELECT FROM pg_class c WHERE c.reltablespace = t.oid)) ORDER BY 1`,
  );
  for (const name of [found.superuser ?? "", ...tablespaces.map((tablespace) => tablespace.name)]) requirePlain(name);
  return {
    version: found.version ?? "",
    major: Math.floor(Number(found.number) / 10_000),
    systemIdentifier: found.identifier ?? "",
    bootstrapSuperuser: found.superuser ?? "",
    encoding: found.encoding ?? "",
    databaseBytes: Number(found.bytes),
    tablespaces: tablespaces.map(({ name }) => name),
    standby: found.standby === "t",
    settings: await readServerSettings(client),
    clockAhead,
  };
}

/** Names that a restore gives to programs as arguments: the manifest takes no others, so a backup would be of no use. */
function requirePlain(name: string): void {
  if (isPlain(name)) return;
  throw new ReportedError(
    `the role or tablespace ${JSON.stringify(oneLine(name, 63))} has control or format characters in its name, and no backup ` +
      "can name it: rename it in the source",
  );
}

/** The version of a PostgreSQL program: `17.12 (Debian …)` and its major. */
export async function toolVersion(program: string): Promise<{ text: string; major: number }> {
  const ended = await run(program, ["--version"], { env: process.env });
  const text = /\(PostgreSQL\) (.+)/.exec(ended.stdout)?.[1]?.trim();
  if (ended.code !== 0 || text === undefined) {
    throw new ReportedError(
      `${program} does not run (${howItEnded(ended)}: ${ended.stderr.trim()}); the agent's image must hold PostgreSQL's client programs`,
      EXIT.badInput,
    );
  }
  return { text, major: Number.parseInt(text, 10) };
}

/** Ends the run when the source is not what the restore path was declared for, or when pg_dump is too old for it. */
export function checkVersions(
  source: Pick<Source, "major" | "version">,
  declaredMajor: number,
  pgDump: { text: string; major: number },
): void {
  if (source.major !== declaredMajor) {
    throw new ReportedError(
      `the source runs PostgreSQL ${source.version}, but the restore path is declared for ${declaredMajor}: ` +
        "declare the version that runs, and drill it, before backups of it count",
    );
  }
  if (pgDump.major < source.major) {
    throw new ReportedError(
      `pg_dump ${pgDump.text} is older than the server, ${source.version}, and cannot dump it: ` +
        `use an agent image with PostgreSQL ${source.major}'s client programs`,
    );
  }
}

/** Ends the run when the backup role cannot read all that is backed up: pg_dump would fail midway, or rows would be missed. */
export async function checkRights(client: Client): Promise<void> {
  const problems: string[] = [];
  const unreadable = await rows<{ name: string; count: string }>(
    client,
    `SELECT format('%I.%I', n.nspname, c.relname) AS name, count(*) OVER () AS count
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'S') AND c.relpersistence <> 't' AND ${HAS_DUMPED_ROWS}
        AND NOT (has_schema_privilege(n.oid, 'USAGE') AND CASE c.relkind
          WHEN 'S' THEN has_sequence_privilege(c.oid, 'SELECT') ELSE has_table_privilege(c.oid, 'SELECT') END)
      ORDER BY 1 LIMIT 5`,
  );
  if (unreadable.length > 0) {
    problems.push(
      `it may not read ${listed("table or sequence", "tables and sequences", unreadable)}: ` +
        `GRANT pg_read_all_data TO the role`,
    );
  }
  const hidden = await rows<{ name: string; count: string }>(
    client,
    `SELECT format('%I.%I', n.nspname, c.relname) AS name, count(*) OVER () AS count
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, pg_roles r
      WHERE c.relkind IN ('r', 'p') AND c.relrowsecurity AND ${HAS_DUMPED_ROWS} AND r.rolname = current_user
        AND NOT (r.rolsuper OR r.rolbypassrls)
        AND NOT ${isWithoutRows("c.oid")}
        AND NOT (pg_has_role(c.relowner, 'USAGE') AND NOT c.relforcerowsecurity)
      ORDER BY 1 LIMIT 5`,
  );
  if (hidden.length > 0) {
    problems.push(
      `row-level security hides rows of ${listed("table", "tables", hidden)} from it: ALTER ROLE … BYPASSRLS`,
    );
  }
  const objects = await rows<{ name: string; count: string }>(
    client,
    `SELECT l.oid AS name, count(*) OVER () AS count FROM pg_largeobject_metadata l, pg_roles r
      WHERE r.rolname = current_user AND NOT r.rolsuper AND current_setting('lo_compat_privileges') = 'off'
        AND NOT pg_has_role(l.lomowner, 'USAGE')
        AND NOT EXISTS (SELECT FROM aclexplode(l.lomacl) x WHERE x.privilege_type = 'SELECT'
          AND CASE x.grantee WHEN 0 THEN true ELSE pg_has_role(x.grantee, 'USAGE') END)
      ORDER BY 1 LIMIT 5`,
  );
  if (objects.length > 0) {
    problems.push(
      `it may not read ${listed("large object", "large objects", objects)}, which pg_read_all_data does not cover: let a ` +
        "superuser say, once and for all that will come, ALTER ROLE … SET lo_compat_privileges = on; or GRANT SELECT ON LARGE " +
        "OBJECT … TO the role, for each",
    );
  }
  // pg_dump leaves them out with no more than a warning when the role is no superuser.
  const subscriptions = await rows<{ name: string; count: string }>(
    client,
    `SELECT s.subname AS name, count(*) OVER () AS count FROM pg_subscription s, pg_roles r
      WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND r.rolname = current_user AND NOT r.rolsuper
      ORDER BY 1 LIMIT 5`,
  );
  if (subscriptions.length > 0) {
    problems.push(
      `pg_dump would leave out ${listed("subscription", "subscriptions", subscriptions)}: ` +
        "only a superuser may dump them; declare them outside the database, or back up as a superuser",
    );
  }
  const hiding = await rows<{ name: string }>(
    client,
    `SELECT s.name FROM pg_settings s WHERE s.name IN ('zero_damaged_pages', 'ignore_checksum_failure') AND s.setting = 'on'
      ORDER BY 1`,
  );
  if (hiding.length > 0) {
    problems.push(
      `${hiding.map(({ name }) => name).join(" and ")} is on for it, with which damaged pages read as if they were sound or ` +
        "empty, so that rows would be wrong or missing without an error: switch it off for the backup role",
    );
  }
  if (problems.length === 0) return;
  const { user } = await row<{ user: string }>(client, "SELECT current_user AS user");
  throw new ReportedError(`the backup role ${user} cannot back up everything: ${problems.join("; and ")}`);
}

/** `7 tables (a, b, c, d, e, …)`. `found` holds the first of them, each with the count of all. */
function listed(one: string, many: string, found: { name: string; count: string }[]): string {
  const count = Number(found[0]?.count ?? 0);
  const names = found.map((entry) => entry.name).join(", ");
  return `${counted(count, one, many)} (${names}${count > found.length ? ", …" : ""})`;
}
