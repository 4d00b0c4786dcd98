/**
 * What every session of the agent and of PostgreSQL's programs sets for itself. Whoever owns a database or a role can give it
 * any setting (ALTER DATABASE … SET, ALTER ROLE … SET), which then holds for backups and drills, too: one that ends
 * what takes long, hides rows, or prints or reads the same value in another way must not. Each setting that a session may
 * change is either here or in test/unit/postgres/harmless-settings.ts, with a reason.
 */

/**
 * `facts`: records what is true, of the source and of the copy. `dump`: pg_dump and pg_dumpall, as a role that is
 * no superuser. `restore`: whatever changes the copy, as its superuser: pg_restore, and the agent.
 */
export type SessionKind = "facts" | "dump" | "restore";

export interface SessionSetting {
  name: string;
  values: Partial<Record<SessionKind, string>>;
  /** The first major version whose every release knows it. @default 13 */
  since?: number;
  why: string;
}

const everywhere = (value: string) => ({ facts: value, dump: value, restore: value });

const ENDS = "a backup and a drill take long, and have deadlines of their own";
const PRINTS = "the same value must print as the same text wherever facts are recorded";

export const SESSION_SETTINGS: SessionSetting[] = [
  { name: "statement_timeout", values: everywhere("0"), why: ENDS },
  {
    name: "idle_in_transaction_session_timeout",
    values: everywhere("0"),
    why: `${ENDS}; a snapshot is kept open meanwhile`,
  },
  { name: "idle_session_timeout", since: 14, values: everywhere("0"), why: `${ENDS}; a session waits for others` },
  { name: "transaction_timeout", since: 17, values: everywhere("0"), why: `${ENDS}, in one transaction` },
  {
    name: "lock_timeout",
    values: { facts: "10min", restore: "0" },
    why: "a backup bounds its waiting itself (see backup/giving-way.ts), pg_dump by an option; in a copy nobody else locks",
  },
  {
    name: "search_path",
    values: { facts: "", restore: "" },
    why: "names are qualified; what users define must not be in between",
  },
  { name: "TimeZone", values: { facts: "UTC" }, why: PRINTS },
  { name: "DateStyle", values: { facts: "ISO, YMD" }, why: PRINTS },
  { name: "IntervalStyle", values: { facts: "postgres" }, why: PRINTS },
  { name: "bytea_output", values: { facts: "hex" }, why: PRINTS },
  { name: "extra_float_digits", values: { facts: "1" }, why: PRINTS },
  { name: "xmlbinary", values: { facts: "base64" }, why: PRINTS },
  { name: "xmloption", values: { facts: "content" }, why: PRINTS },
  { name: "lc_monetary", values: { facts: "C" }, why: PRINTS },
  { name: "lc_messages", values: { facts: "C" }, why: "some messages are read; where it may be set" },
  {
    name: "quote_all_identifiers",
    values: everywhere("off"),
    why: "names and definitions must print alike, and pg_restore takes CREATE SCHEMA public for its own by the letter",
  },
  {
    name: "standard_conforming_strings",
    values: everywhere("on"),
    why: "literals are written with backslashes as they are",
  },
  {
    name: "array_nulls",
    values: { facts: "on", restore: "on" },
    why: "off reads NULL in an array's text as the word NULL",
  },
  {
    name: "transform_null_equals",
    values: { facts: "off", restore: "off" },
    why: "on reads definitions with = NULL as IS NULL",
  },
  {
    name: "row_security",
    values: { facts: "off" },
    why: "a query that row-level security would shorten must fail; pg_dump and its archives say so themselves",
  },
  {
    name: "restrict_nonsystem_relation_kind",
    since: 17,
    values: { facts: "", restore: "" },
    why: "what reads views must find them: materialized views and the query for migrations; pg_dump sets it itself",
  },
  {
    name: "gin_fuzzy_search_limit",
    values: everywhere("0"),
    why: "with it an index gives some of the rows, by chance",
  },
  {
    name: "client_min_messages",
    values: everywhere("notice"),
    why: "what programs say is read, and must neither lack nor drown",
  },
  {
    name: "exit_on_error",
    values: { facts: "off", restore: "off" },
    why: "an error that is expected must not end the session",
  },
  {
    name: "default_transaction_read_only",
    values: { facts: "off", restore: "off" },
    why: "a frozen database must be restored; what only reads says so itself",
  },
  {
    name: "default_transaction_isolation",
    values: { facts: "read committed", restore: "read committed" },
    why: "processes that restore beside each other must not fail to serialize; a backup names its own",
  },
  {
    name: "default_transaction_deferrable",
    values: { facts: "off", restore: "off" },
    why: "a deferrable one waits for all others",
  },
  {
    name: "jit",
    values: { facts: "off", restore: "off" },
    why: "catalog queries look expensive to the planner, and are quick",
  },
  {
    name: "default_tablespace",
    values: { restore: "" },
    why: "without tablespaces the archive does not say it, and another may be missing",
  },
  {
    name: "default_table_access_method",
    values: { restore: "heap" },
    why: "what the archive does not name has PostgreSQL's own",
  },
  {
    name: "lo_compat_privileges",
    values: { restore: "on" },
    why: "a large object's grants must not be in the way of its owner",
  },
  { name: "temp_file_limit", values: { restore: "-1" }, why: "building an index of a large table sorts in files" },
  {
    name: "deadlock_timeout",
    values: { restore: "1s" },
    why: "processes that restore lock each other out, and must learn it",
  },
  {
    name: "event_triggers",
    since: 17,
    values: { restore: "off" },
    why: "one that forbids changes of the schema would end the restore",
  },
  {
    name: "icu_validation_level",
    since: 16,
    values: { restore: "warning" },
    why: "a locale that the source accepted is no error",
  },
  {
    name: "role",
    values: { restore: "none" },
    why: "the copy is restored by its superuser; a backup's role is the declared one, or what that is told to be, see checkRights()",
  },
];

/** What programs and connections are started with (PGOPTIONS): a server refuses names that its version does not know. */
export function startOptions(kind: Exclude<SessionKind, "facts">, major: number): string {
  const known = SESSION_SETTINGS.filter(({ since = 13 }) => major >= since).flatMap(({ name, values }) => {
    const value = values[kind];
    return value === undefined ? [] : [[name, value] as const];
  });
  if (kind === "restore") known.push(replicationRole(major));
  return known.map(([name, value]) => `-c ${name}=${value.replaceAll(" ", "\\ ")}`).join(" ");
}

/**
 * pg_restore makes event triggers before it fills materialized views. Before PostgreSQL 17 they have no switch of their
 * own; no other trigger fires while pg_restore works.
 */
function replicationRole(major: number): readonly [string, string] {
  return ["session_replication_role", major >= 17 ? "origin" : "replica"];
}
