import { FIRST_USER_OID, identified, notOfExtension, OWN_SCHEMA, recorded } from "../../facts/query";
import type { LossQuery } from "./loss";
import { writtenSince } from "./system-objects";

/** Where grants are: catalog, column. */
const ACLS = [
  ...[
    ["pg_class", "relacl"],
    ["pg_proc", "proacl"],
    ["pg_namespace", "nspacl"],
    ["pg_type", "typacl"],
  ],
  ...[
    ["pg_language", "lanacl"],
    ["pg_foreign_server", "srvacl"],
    ["pg_foreign_data_wrapper", "fdwacl"],
  ],
] as [string, string][];

/** REVOKE knows no role without a name. */
const GRANTS_OF_NOBODY =
  "REVOKE cannot name it; a superuser takes it out of the catalog, of a table by UPDATE pg_class SET relacl = ARRAY(SELECT a " +
  "FROM unnest(relacl) a WHERE a::text !~ '^[0-9]+=') WHERE oid = 'schema.table'::regclass";

/**
 * What a dump does not hold, or a restore does not bring back as it was, although nothing is lost that could not be had
 * again: the backup goes on, and says so.
 */
export const keptElsewhere: LossQuery[] = [
  {
    reason: "something is granted there to a role that is gone, and no restore can grant it: its drill will fail",
    remedy: GRANTS_OF_NOBODY,
    sql: ACLS.map(
      ([catalog, acl]) => `SELECT ${identified(catalog, "o.oid")} AS name FROM ${catalog} o
        WHERE EXISTS (SELECT FROM aclexplode(o.${acl}) x
          WHERE x.grantee <> 0::oid AND NOT EXISTS (SELECT FROM pg_roles r WHERE r.oid = x.grantee))`,
    ).join("\n      UNION ALL "),
  },
  {
    reason:
      "its indexes were built by another version of the collation than the server has now, and may be out of order",
    remedy:
      "REINDEX first, then ALTER COLLATION … REFRESH VERSION: rows that an index does not find are in the backup all the same",
    sql: `SELECT ${identified("pg_collation", "o.oid")} AS name FROM pg_collation o
      WHERE o.collversion <> pg_collation_actual_version(o.oid)
        AND EXISTS (SELECT FROM pg_attribute a WHERE a.attcollation = o.oid AND a.attrelid >= ${FIRST_USER_OID})`,
  },
  {
    since: 15,
    reason:
      "its indexes were built by another version of its collation than the server has now, and may be out of order",
    remedy: "REINDEX DATABASE first, then ALTER DATABASE … REFRESH COLLATION VERSION",
    sql: `SELECT format('database %I', d.datname) AS name FROM pg_database d
      WHERE d.datname = current_database() AND d.datcollversion <> pg_database_collation_actual_version(d.oid)`,
  },
  {
    reason: "an index that is not valid is not in the backup",
    remedy: "REINDEX INDEX CONCURRENTLY, or drop it: what broke it off has left it behind",
    sql: `SELECT format('index %I.%I', n.nspname, x.relname) AS name
      FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE NOT (i.indisvalid AND i.indisready) AND c.relkind <> 'p' AND ${OWN_SCHEMA} AND ${recorded("pg_class", "c.oid")}`,
  },
  {
    since: 14,
    reason: "its detaching is pending, and a restore attaches it again",
    remedy: "ALTER TABLE … DETACH PARTITION … FINALIZE",
    sql: `SELECT format('partition %I.%I', n.nspname, c.relname) AS name
      FROM pg_inherits h JOIN pg_class c ON c.oid = h.inhrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE h.inhdetachpending AND ${OWN_SCHEMA} AND ${recorded("pg_class", "c.oid")}`,
  },
  {
    reason: "its foreign keys are switched off (DISABLE TRIGGER ALL), and a restore switches them on",
    remedy: "ENABLE TRIGGER ALL, or switch them off again after a restore",
    sql: `SELECT format('table %I.%I', n.nspname, c.relname) AS name
      FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE t.tgisinternal AND t.tgenabled <> 'O' AND t.tgconstraint <> 0::oid AND ${OWN_SCHEMA} AND ${recorded("pg_class", "c.oid")}`,
  },
  {
    reason: "it is PostgreSQL's own and was changed: a restored server has the view of its own version",
    remedy: "nothing, when a release note asked for the change; otherwise make a view of your own",
    sql: `SELECT ${identified("pg_class", "r.ev_class")} AS name FROM pg_rewrite r
      WHERE r.oid < ${FIRST_USER_OID} AND ${writtenSince("r")}`,
  },
  {
    reason: "it was imported from the operating system (pg_import_system_collations), and no dump holds it",
    remedy: "restore on a system that has its locale",
    sql: `SELECT ${identified("pg_collation", "o.oid")} AS name FROM pg_collation o JOIN pg_namespace n ON n.oid = o.collnamespace
      WHERE n.nspname = 'pg_catalog' AND o.oid >= ${FIRST_USER_OID} AND ${notOfExtension("pg_collation", "o.oid")}`,
  },
  {
    reason: "its storage parameters were set, and of PostgreSQL's own tables no dump holds them",
    remedy: "set them again after a restore, if it needs them",
    sql: `SELECT ${identified("pg_class", "o.oid")} AS name FROM pg_class o
      WHERE o.oid < ${FIRST_USER_OID} AND o.relkind = 'r' AND o.reloptions IS NOT NULL`,
  },
  {
    reason: "it is PostgreSQL's own, and no dump holds its comment",
    remedy: "nothing, unless a tool reads it",
    sql: `SELECT i.type || ' ' || i.identity AS name FROM pg_description d
        CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, 0) i
      WHERE d.objoid < ${FIRST_USER_OID} AND i.type IS NOT NULL AND ${writtenSince("d")}
        AND NOT (d.classoid = 'pg_namespace'::regclass AND d.objoid = 2200::oid)`,
  },
];
