import { changed } from "../../facts/changed-grants";
import { FIRST_USER_OID, identified, notOfExtension } from "../../facts/query";
import type { LossQuery } from "./loss";

/**
 * What users made or changed among PostgreSQL's own objects: pg_dump leaves all of pg_catalog and information_schema out,
 * and of built-in objects it dumps nothing but grants.
 */

const SYSTEM_SCHEMA = "n.nspname IN ('pg_catalog', 'information_schema')";

/** Catalogs whose objects are in schemas: catalog, column of the schema. Relations and types have queries of their own. */
const IN_SCHEMAS = [
  ["pg_proc", "pronamespace"],
  ["pg_operator", "oprnamespace"],
  ["pg_conversion", "connamespace"],
  ["pg_opclass", "opcnamespace"],
  ["pg_opfamily", "opfnamespace"],
  ["pg_statistic_ext", "stxnamespace"],
  ["pg_ts_config", "cfgnamespace"],
  ["pg_ts_dict", "dictnamespace"],
  ["pg_ts_parser", "prsnamespace"],
  ["pg_ts_template", "tmplnamespace"],
] as const;

/** What can be hung on PostgreSQL's own tables by a superuser who insists: catalog, column of the table. */
const ON_TABLES = [
  ["pg_trigger", "tgrelid"],
  ["pg_policy", "polrelid"],
  ["pg_rewrite", "ev_class"],
] as const;

const users = (catalog: string) => `o.oid >= ${FIRST_USER_OID} AND ${notOfExtension(catalog, "o.oid")}`;

/**
 * SQL: the last transaction of initdb that wrote a catalog. What it wrote keeps that number for good, also when it is
 * frozen, and after pg_upgrade, which begins with an initdb of its own.
 */
const INITDB = `coalesce((SELECT min(x.xmin::text::int8) FROM pg_proc x WHERE x.oid < ${FIRST_USER_OID} AND x.proname ~ '^plpgsql_'),
  (SELECT max(x.xmin::text::int8) FROM pg_proc x JOIN pg_namespace i ON i.oid = x.pronamespace
    WHERE x.oid < ${FIRST_USER_OID} AND i.nspname = 'information_schema'))`;

/** SQL: whether somebody has written the row `o` of a built-in object since. */
export const writtenSince = (row: string) => `${row}.xmin::text::int8 > ${INITDB}`;
const since = `o.oid < ${FIRST_USER_OID} AND ${writtenSince("o")}`;

/** Built-in objects that have no grants: whoever writes their rows changes them. */
const WITHOUT_GRANTS = [
  ...["pg_cast", "pg_conversion", "pg_opclass", "pg_opfamily", "pg_am"],
  ...["pg_ts_config", "pg_ts_dict", "pg_ts_parser", "pg_ts_template"],
] as const;

/** Those that have: catalog, column of the grants, what they are by default, and what else tells of a change. */
const WITH_GRANTS = [
  ["pg_proc", "proacl", "acldefault('f'::\"char\", o.proowner)", "o.proconfig IS NOT NULL OR o.proowner <> 10::oid"],
  ["pg_type", "typacl", "acldefault('T'::\"char\", o.typowner)", "o.typowner <> 10::oid"],
  ["pg_language", "lanacl", "acldefault('l'::\"char\", o.lanowner)", "o.lanowner <> 10::oid"],
] as const;

export const systemObjectLosses: LossQuery[] = [
  {
    reason: "it is in a schema of PostgreSQL's own, of which pg_dump dumps nothing",
    remedy: "move it into a schema of your own",
    sql: `SELECT ${identified("pg_class", "o.oid")} AS name
        FROM pg_class o JOIN pg_namespace n ON n.oid = o.relnamespace
        WHERE o.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND ${SYSTEM_SCHEMA} AND ${users("pg_class")}
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = o.oid
            AND d.deptype = 'i' AND d.refclassid = 'pg_class'::regclass)
      UNION ALL SELECT ${identified("pg_type", "o.oid")} FROM pg_type o JOIN pg_namespace n ON n.oid = o.typnamespace
        WHERE o.typtype <> 'm' AND ${SYSTEM_SCHEMA} AND ${users("pg_type")}
          AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = o.oid)
          AND (o.typrelid = 0::oid OR EXISTS (SELECT FROM pg_class c WHERE c.oid = o.typrelid AND c.relkind = 'c'))
      ${IN_SCHEMAS.map(
        ([catalog, schema]) => `UNION ALL SELECT ${identified(catalog, "o.oid")}
        FROM ${catalog} o JOIN pg_namespace n ON n.oid = o.${schema} WHERE ${SYSTEM_SCHEMA} AND ${users(catalog)}`,
      ).join("\n      ")}`,
  },
  {
    reason: "it belongs to a table of PostgreSQL's own, of which pg_dump dumps nothing",
    remedy: "drop it",
    sql: [
      ...ON_TABLES.map(
        ([catalog, table]) => `SELECT ${identified(catalog, "o.oid")} AS name FROM ${catalog} o
        WHERE o.${table} < ${FIRST_USER_OID} AND ${users(catalog)}`,
      ),
      `SELECT ${identified("pg_class", "o.oid")} FROM pg_index i JOIN pg_class o ON o.oid = i.indexrelid
        WHERE i.indrelid < ${FIRST_USER_OID} AND ${users("pg_class")}`,
    ].join("\n      UNION ALL "),
  },
  {
    reason: "it is PostgreSQL's own and was changed, which no dump tells",
    remedy: "make one of your own under another name, and leave PostgreSQL's as it was",
    sql: [
      ...WITHOUT_GRANTS.map(
        (catalog) => `SELECT ${identified(catalog, "o.oid")} AS name FROM ${catalog} o WHERE ${since}`,
      ),
      // The row of a built-in operator is written, too, when one is made that names it as its commutator or negator.
      `SELECT ${identified("pg_operator", "o.oid")} FROM pg_operator o
        WHERE ${since} AND o.oprcom < ${FIRST_USER_OID} AND o.oprnegate < ${FIRST_USER_OID}`,
      ...WITH_GRANTS.map(
        ([catalog, acl, standard, other]) => `SELECT ${identified(catalog, "o.oid")} FROM ${catalog} o
        WHERE ${since} AND (${other} OR NOT (${changed(catalog, "o.oid", `o.${acl}`, standard)}))`,
      ),
      // A mapping is a row for each kind of token, as many in each built-in configuration: some may have been dropped.
      `SELECT ${identified("pg_ts_config", "o.oid")} FROM pg_ts_config o
        WHERE o.oid < ${FIRST_USER_OID} AND NOT (${since}) AND (
          EXISTS (SELECT FROM pg_ts_config_map m WHERE m.mapcfg = o.oid AND ${writtenSince("m")})
          OR (SELECT count(*) FROM pg_ts_config_map m WHERE m.mapcfg = o.oid) < (SELECT max(c.count) FROM (
            SELECT count(*) AS count FROM pg_ts_config_map m WHERE m.mapcfg < ${FIRST_USER_OID} AND NOT (${writtenSince("m")}) GROUP BY m.mapcfg) c))`,
    ].join("\n      UNION ALL "),
  },
  {
    reason: "it was added to an operator family of PostgreSQL's own, of which pg_dump dumps nothing",
    remedy: "put it into an operator class of your own",
    sql: [
      ["pg_amop", "amopfamily", "amopopr", "pg_operator"],
      ["pg_amproc", "amprocfamily", "amproc", "pg_proc"],
    ]
      .map(
        ([
          catalog,
          family,
          member,
          memberCatalog,
        ]) => `SELECT ${identified(catalog as string, "o.oid")} AS name FROM ${catalog} o
        WHERE o.oid >= ${FIRST_USER_OID} AND o.${family} < ${FIRST_USER_OID}
          AND ${notOfExtension(memberCatalog as string, `o.${member}`)}
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = '${catalog}'::regclass AND d.objid = o.oid
            AND d.deptype = 'i' AND d.refclassid = 'pg_opclass'::regclass)`,
      )
      .join("\n      UNION ALL "),
  },
  {
    reason: "its grants were changed, and pg_dump leaves them out",
    remedy: "put its grants back as they were, or change them again after a restore",
    sql: `SELECT ${identified("pg_language", "o.oid")} AS name FROM pg_language o
      WHERE o.oid < ${FIRST_USER_OID} AND NOT o.lanispl
        AND ${changed("pg_language", "o.oid", "o.lanacl", "acldefault('l'::\"char\", o.lanowner)")}
      UNION ALL SELECT ${identified("pg_namespace", "o.oid")} FROM pg_namespace o WHERE o.nspname = 'information_schema'
        AND (EXISTS (SELECT FROM aclexplode(o.nspacl) x
            WHERE x.grantee <> o.nspowner AND NOT (x.grantee = 0::oid AND x.privilege_type = 'USAGE'::text))
          OR NOT EXISTS (SELECT FROM aclexplode(o.nspacl) x WHERE x.grantee = 0::oid))`,
  },
];
