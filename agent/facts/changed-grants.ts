import { FIRST_USER_OID, notOfExtension, OWN_SCHEMA } from "./query";

/** Grants on what users did not make, but PostgreSQL or an extension: only what was changed of them is dumped. */

/** SQL: whether `acl` differs, as a set, from what it was when the object was brought in (pg_init_privs, or the default). */
export const changed = (catalog: string, oid: string, acl: string, standard: string, column = "0") =>
  `${acl} IS NOT NULL AND EXISTS (SELECT FROM (SELECT coalesce((SELECT i.initprivs FROM pg_init_privs i WHERE i.classoid = '${catalog}'::regclass
    AND i.objoid = ${oid} AND i.objsubid = ${column}::int4), ${standard}) AS acl) s WHERE NOT (${acl} @> s.acl AND ${acl} <@ s.acl))`;

/** SQL: the word for the relation `c`. */
export const RELATION = `CASE c.relkind WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
  WHEN 'f' THEN 'foreign table' ELSE 'table' END`;
/** SQL: whether a user made the relation `c`. */
export const MADE_BY_USERS = `c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND ${OWN_SCHEMA} AND ${notOfExtension("pg_class", "c.oid")}`;

/** SQL: `identity`, `acl` and `owner` of every such object whose grants are other than those that it came with. */
export const CHANGED_GRANTS = `
      SELECT ${RELATION} || format(' %I.%I', n.nspname, c.relname) AS identity, c.relacl AS acl, c.relowner AS owner
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND NOT (${MADE_BY_USERS}) AND n.nspname !~ '^pg_(toast|temp)'
          AND ${changed("pg_class", "c.oid", "c.relacl", "acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\", c.relowner)")}
      UNION ALL SELECT 'function ' || p.oid::regprocedure::text, p.proacl, p.proowner
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE NOT (${OWN_SCHEMA} AND ${notOfExtension("pg_proc", "p.oid")})
          AND ${changed("pg_proc", "p.oid", "p.proacl", "acldefault('f', p.proowner)")}
      UNION ALL SELECT format('column %I.%I.%I', n.nspname, c.relname, a.attname), a.attacl, c.relowner
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE NOT a.attisdropped AND NOT (${MADE_BY_USERS})
          AND ${changed("pg_class", "c.oid", "a.attacl", "acldefault('c'::\"char\", c.relowner)", "a.attnum")}
      UNION ALL SELECT format('schema %I', n.nspname), n.nspacl, n.nspowner FROM pg_namespace n
        WHERE NOT (${OWN_SCHEMA} AND ${notOfExtension("pg_namespace", "n.oid")})
          AND n.nspname::text !~ '^pg_(toast|temp)'::text AND n.nspname <> 'information_schema'
          AND ${changed("pg_namespace", "n.oid", "n.nspacl", "acldefault('n'::\"char\", n.nspowner)")}
      UNION ALL SELECT format('type %I.%I', n.nspname, t.typname), t.typacl, t.typowner
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
        WHERE NOT (${OWN_SCHEMA} AND ${notOfExtension("pg_type", "t.oid")})
          AND ${changed("pg_type", "t.oid", "t.typacl", "acldefault('T'::\"char\", t.typowner)")}
      UNION ALL SELECT format('language %I', l.lanname), l.lanacl, l.lanowner FROM pg_language l
        WHERE l.lanispl AND NOT (l.oid >= ${FIRST_USER_OID} AND ${notOfExtension("pg_language", "l.oid")})
          AND ${changed("pg_language", "l.oid", "l.lanacl", "acldefault('l'::\"char\", l.lanowner)")}`;
