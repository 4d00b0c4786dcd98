import { CHANGED_GRANTS, RELATION } from "./changed-grants";
import { type FactQuery, FIRST_USER_OID, identified, notOfExtension, OWN_SCHEMA, recorded } from "./query";

/** Who may do what. A restore that exits with 0 can have lost all of it. */

/** As in acl: SELECT, INSERT (grantable). One entry for each object and each role that it is granted to. */
const explode = (objects: string, condition = "true") => `
  SELECT o.identity || ' to ' || g.grantee AS identity, string_agg(g.privilege, ', ' ORDER BY g.privilege) AS plain,
    NULL AS expression
  FROM (${objects}) o
  CROSS JOIN LATERAL (
    SELECT CASE x.grantee WHEN 0::oid THEN 'PUBLIC' ELSE pg_get_userbyid(x.grantee)::text END AS grantee,
      x.privilege_type || CASE WHEN bool_or(x.is_grantable) THEN ' (grantable)' ELSE '' END AS privilege
    FROM aclexplode(o.acl) x WHERE ${condition} GROUP BY x.grantee, x.privilege_type) g
  GROUP BY o.identity, g.grantee`;

const OWN_RELATION = `c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND ${OWN_SCHEMA} AND ${recorded("pg_class", "c.oid")}`;
/** Types that are not the row type of a table and not an array. */
const OWN_TYPE = `${OWN_SCHEMA} AND ${notOfExtension("pg_type", "t.oid")} AND t.typtype IN ('b', 'd', 'e', 'r', 'c')
  AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
  AND (t.typrelid = 0::oid OR EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))`;
const own = (catalog: string, oid: string) => `${oid} >= ${FIRST_USER_OID} AND ${recorded(catalog, oid)}`;

/** Catalogs whose owners are recorded by PostgreSQL's own identity: catalog, column of the owner. */
const OWNED = [
  ["pg_event_trigger", "evtowner"],
  ["pg_publication", "pubowner"],
  ["pg_foreign_server", "srvowner"],
  ["pg_foreign_data_wrapper", "fdwowner"],
  ["pg_language", "lanowner"],
  ["pg_collation", "collowner"],
  ["pg_conversion", "conowner"],
  ["pg_operator", "oprowner"],
  ["pg_opclass", "opcowner"],
  ["pg_opfamily", "opfowner"],
  ["pg_statistic_ext", "stxowner"],
  ["pg_ts_config", "cfgowner"],
  ["pg_ts_dict", "dictowner"],
] as const;

export const accessQueries: FactQuery[] = [
  {
    section: "owners",
    sql: `SELECT ${RELATION} || format(' %I.%I', n.nspname, c.relname) AS identity, pg_get_userbyid(c.relowner) AS plain, NULL AS expression
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OWN_RELATION}
      UNION ALL SELECT format('schema %I', n.nspname), pg_get_userbyid(n.nspowner), NULL
        FROM pg_namespace n WHERE ${OWN_SCHEMA} AND ${notOfExtension("pg_namespace", "n.oid")}
      UNION ALL SELECT 'function ' || p.oid::regprocedure::text, pg_get_userbyid(p.proowner), NULL
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${OWN_SCHEMA} AND ${notOfExtension("pg_proc", "p.oid")}
      UNION ALL SELECT format('type %I.%I', n.nspname, t.typname), pg_get_userbyid(t.typowner), NULL
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE ${OWN_TYPE}
      UNION ALL SELECT format('database %I', d.datname), pg_get_userbyid(d.datdba), NULL
        FROM pg_database d WHERE d.datname = current_database()
      UNION ALL SELECT 'large objects of ' || pg_get_userbyid(l.lomowner)::text,
          format('%s, oids md5 %s', count(*), md5(string_agg(l.oid::text, ',' ORDER BY l.oid))), NULL
        FROM pg_largeobject_metadata l GROUP BY l.lomowner
      ${OWNED.map(
        ([catalog, owner]) => `UNION ALL SELECT ${identified(catalog, "o.oid")}, pg_get_userbyid(o.${owner}), NULL
        FROM ${catalog} o WHERE ${own(catalog, "o.oid")}`,
      ).join("\n      ")}`,
  },
  {
    // An ACL that is not there means the default one, and a restore may write it out or leave it out: both are expanded.
    section: "grants",
    sql: explode(`
      SELECT ${RELATION} || format(' %I.%I', n.nspname, c.relname) AS identity,
          coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner)) AS acl
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OWN_RELATION}
      UNION ALL SELECT format('column %I.%I.%I', n.nspname, c.relname, a.attname), a.attacl
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE a.attacl IS NOT NULL AND NOT a.attisdropped AND ${OWN_RELATION}
      UNION ALL SELECT format('schema %I', n.nspname), coalesce(n.nspacl, acldefault('n', n.nspowner))
        FROM pg_namespace n WHERE ${OWN_SCHEMA} AND ${notOfExtension("pg_namespace", "n.oid")}
      UNION ALL SELECT 'function ' || p.oid::regprocedure::text, coalesce(p.proacl, acldefault('f', p.proowner))
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${OWN_SCHEMA} AND ${notOfExtension("pg_proc", "p.oid")}
      UNION ALL SELECT format('type %I.%I', n.nspname, t.typname), coalesce(t.typacl, acldefault('T', t.typowner))
        FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE ${OWN_TYPE}
      UNION ALL SELECT format('database %I', d.datname), coalesce(d.datacl, acldefault('d', d.datdba))
        FROM pg_database d WHERE d.datname = current_database()
      UNION ALL SELECT format('server %I', s.srvname), coalesce(s.srvacl, acldefault('S', s.srvowner))
        FROM pg_foreign_server s WHERE ${own("pg_foreign_server", "s.oid")}
      UNION ALL SELECT format('foreign-data wrapper %I', w.fdwname), coalesce(w.fdwacl, acldefault('F', w.fdwowner))
        FROM pg_foreign_data_wrapper w WHERE ${own("pg_foreign_data_wrapper", "w.oid")}
      UNION ALL SELECT format('language %I', l.lanname), coalesce(l.lanacl, acldefault('l', l.lanowner))
        FROM pg_language l WHERE ${own("pg_language", "l.oid")}`),
  },
  {
    // What PostgreSQL and extensions brought, where somebody changed who may use it. The owner's own entry is left
    // out: an extension's objects belong to whoever restores.
    section: "grants",
    sql: explode(CHANGED_GRANTS, "x.grantee <> o.owner"),
  },
  {
    // Where all that was changed is that somebody may no longer, no grantee would tell.
    section: "grants",
    sql: `SELECT o.identity || ', other than it came' AS identity, 'changed' AS plain, NULL AS expression FROM (${CHANGED_GRANTS}) o`,
  },
  {
    // There may be millions of them: by grantee, not one by one.
    section: "grants",
    sql: `SELECT 'large objects to ' || g.grantee AS identity, string_agg(g.privilege || ' on ' || g.count::text, ', ' ORDER BY g.privilege) AS plain,
        NULL AS expression
      FROM (SELECT CASE x.grantee WHEN 0::oid THEN 'PUBLIC' ELSE pg_get_userbyid(x.grantee)::text END AS grantee,
          x.privilege_type || CASE WHEN x.is_grantable THEN ' (grantable)' ELSE '' END AS privilege, count(*) AS count
        FROM pg_largeobject_metadata l, aclexplode(coalesce(l.lomacl, acldefault('L', l.lomowner))) x GROUP BY 1, 2) g
      GROUP BY g.grantee`,
  },
  {
    section: "grants",
    since: 15,
    sql: explode("SELECT 'parameter ' || p.parname AS identity, p.paracl AS acl FROM pg_parameter_acl p"),
  },
  {
    section: "defaultPrivileges",
    sql: `SELECT concat_ws(' ', 'for role ' || pg_get_userbyid(d.defaclrole)::text, 'in schema ' || quote_ident(n.nspname::text), 'on',
          CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions'
            WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas' ELSE d.defaclobjtype::text END) AS identity,
        coalesce((SELECT string_agg(DISTINCT CASE x.grantee WHEN 0::oid THEN 'PUBLIC' ELSE pg_get_userbyid(x.grantee)::text END
            || '=' || x.privilege_type || CASE WHEN x.is_grantable THEN ' (grantable)' ELSE '' END, ', ')
          FROM aclexplode(d.defaclacl) x), 'nothing') AS plain,
        NULL AS expression
      FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace`,
  },
  {
    section: "rowSecurity",
    sql: `SELECT format('%I.%I', n.nspname, c.relname) AS identity,
        concat_ws(', ', CASE WHEN c.relrowsecurity THEN 'enabled' ELSE 'disabled' END, CASE WHEN c.relforcerowsecurity THEN 'forced' END) AS plain,
        NULL AS expression
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE (c.relrowsecurity OR c.relforcerowsecurity) AND ${OWN_RELATION}`,
  },
  {
    section: "policies",
    sql: `SELECT format('%I on %s', p.polname, p.polrelid::regclass) AS identity,
        concat_ws(' ', CASE WHEN p.polpermissive THEN 'permissive' ELSE 'restrictive' END,
          CASE p.polcmd WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update' WHEN 'd' THEN 'delete' ELSE 'all' END,
          'to', (SELECT string_agg(CASE r WHEN 0::oid THEN 'PUBLIC' ELSE pg_get_userbyid(r)::text END, ', '
            ORDER BY CASE r WHEN 0::oid THEN 'PUBLIC' ELSE pg_get_userbyid(r)::text END) FROM unnest(p.polroles) r)) AS plain,
        concat_ws(' ', 'using ' || pg_get_expr(p.polqual, p.polrelid), 'check ' || pg_get_expr(p.polwithcheck, p.polrelid)) AS expression
      FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OWN_RELATION}`,
  },
];
