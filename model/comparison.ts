import { FACT_SECTIONS, type FactSection } from "./facts";

/**
 * What of a database a drill compares with what the backup recorded, and what it does not: the one list, from which the
 * page, the evidence and the command speak. Every section of the facts is in it, by its type.
 */
export type Comparison =
  | { subject: string; how: "compared"; section: FactSection; why?: string }
  | { id: NotComparedId; subject: string; how: "not compared"; why: string };

/** Short names for evidence: once given, they stay. */
export const NOT_COMPARED_IDS = [
  "materialized-view-contents",
  "foreign-data",
  "extension-rows",
  "extension-members",
  "user-mapping-values",
  "subscription-connections",
  "role-passwords",
  "collation-versions",
  "not-null-names",
  "disabled-foreign-keys",
  "unlogged-sequence-values",
  "built-in-objects",
  "tablespaces",
  "parallel-objects",
  "server-configuration",
] as const;
export type NotComparedId = (typeof NOT_COMPARED_IDS)[number];

/** What of each section is compared: a section without a line here does not compile. */
const SECTIONS: Record<FactSection, string> = {
  database: "the database's encoding, locale, provider, connection limit, comment, and whether it is a template",
  schemas: "schemas",
  extensions: "extensions with version and schema",
  types:
    "types of every kind with storage and alignment, casts, operators, operator classes, members of operator families, collations, conversions, languages, access methods, transforms, text search, foreign servers and wrappers, user mappings with the names of their options",
  tables:
    "tables: kind, partitions and inheritance, storage parameters, tablespace (from PostgreSQL 15 on), replica identity",
  columns: "columns: position, type, collation, defaults, identity, generation, storage, statistics, whether inherited",
  constraints: "constraints, also NOT VALID ones, and whether inherited",
  indexes: "valid indexes with tablespace and statistics targets, extended statistics",
  views: "views, materialized views, rules",
  functions: "functions, procedures and aggregates with all attributes",
  triggers: "triggers and their state",
  eventTriggers: "event triggers and their state",
  sequences: "definitions of sequences, and what owns them",
  publications: "publications with tables, columns, filters and schemas; subscriptions",
  comments: "comments",
  migrations: "the newest migration",
  roles: "roles: attributes, connection limit, validity, comment",
  memberships: "memberships with their options",
  roleSettings: "settings of roles and of the database, by digest",
  owners: "owners",
  grants: "grants on all objects, also changed ones on what PostgreSQL and extensions brought",
  defaultPrivileges: "default privileges",
  securityLabels: "security labels, by digest",
  rowSecurity: "whether row-level security is on, and forced",
  policies: "policies",
  rows: "the number of rows of every table",
  contents:
    "every row of every table, and every large object to its last byte, by digest; of large databases a share in turn",
  materializedViews: "rows of materialized views: a difference is told, and fails nothing",
  extensionRows: "rows that extensions mark as configuration",
  sequenceValues: "that no sequence is behind",
};

const NOT_COMPARED: Record<NotComparedId, [subject: string, why: string]> = {
  "materialized-view-contents": ["the contents of materialized views", "a restore fills them anew from their queries"],
  "foreign-data": ["the rows of foreign tables", "they are another server's, and no dump holds them"],
  "extension-rows": [
    "rows of extensions' tables that are not configuration",
    "no dump holds them: a backup that would lose some is refused",
  ],
  "extension-members": [
    "what extensions brought, and what users changed of it or hung on its tables (indexes, triggers, rules)",
    "CREATE EXTENSION makes it anew, by version",
  ],
  "user-mapping-values": ["the values of user mappings' options", "they are passwords, and a digest can be guessed"],
  "subscription-connections": [
    "where subscriptions connect to, and whether they are on",
    "a password is in it; a restore leaves them off",
  ],
  "role-passwords": ["passwords of roles", "no backup holds them"],
  "collation-versions": [
    "versions of collations",
    "another one is told as a warning of the backup; the temporary server builds its indexes anew",
  ],
  "not-null-names": [
    "names of not-null constraints, and whether they are valid (PostgreSQL 18)",
    "that a column is not null is compared",
  ],
  "disabled-foreign-keys": [
    "foreign keys that are switched off (DISABLE TRIGGER ALL)",
    "a restore switches them on; the backup warns",
  ],
  "unlogged-sequence-values": ["values of unlogged sequences", "a standby has none"],
  "built-in-objects": [
    "PostgreSQL's own objects beside their grants",
    "no dump holds them: a backup that would lose a change is refused, but what was deleted cannot be told",
  ],
  tablespaces: [
    "tablespaces themselves: location, owner, grants, comments, options",
    "they are the server's, and no backup of a database holds them",
  ],
  "parallel-objects": ["prepared transactions, replication slots, statistics", "no dump holds them"],
  "server-configuration": [
    "postgresql.conf, ALTER SYSTEM, pg_hba.conf, other databases",
    "they are not the database's",
  ],
};

export const COMPARISON: readonly Comparison[] = [
  ...(Object.keys(FACT_SECTIONS) as FactSection[]).map(
    (section): Comparison => ({ subject: SECTIONS[section], how: "compared", section }),
  ),
  ...NOT_COMPARED_IDS.map((id): Comparison => {
    const [subject, why] = NOT_COMPARED[id];
    return { id, subject, how: "not compared", why };
  }),
];

/** What evidence of a drill says it has not compared. */
export const notCompared: readonly NotComparedId[] = NOT_COMPARED_IDS;

/** One line for people. Ids of another version are shown as they are. */
export function describeNotCompared(ids: readonly string[]): string {
  return ids.map((id) => id.replaceAll("-", " ")).join(", ");
}

/** The two tables of docs/databases.md. */
export function comparisonPage(): string {
  const compared = COMPARISON.flatMap((row) =>
    row.how === "compared" ? [`| ${row.subject} | \`${FACT_SECTIONS[row.section]}.${row.section}\` |`] : [],
  );
  const left = COMPARISON.flatMap((row) =>
    row.how === "compared" ? [] : [`| ${row.subject} | ${row.why} | \`${row.id}\` |`],
  );
  return [
    ...["| compared | check |", "|---|---|", ...compared, ""],
    ...["| not compared | because | in evidence |", "|---|---|---|", ...left],
  ].join("\n");
}
