import type { FactQuery } from "./query";

/**
 * Roles belong to the server, not to the database, and no snapshot holds them: the backup records these sections
 * before and after it writes roles.sql.
 */
export const roleQueries: FactQuery[] = [
  {
    section: "roles",
    sql: `SELECT r.rolname AS identity,
        concat_ws(', ', CASE WHEN r.rolcanlogin THEN 'login' ELSE 'no login' END, CASE WHEN r.rolsuper THEN 'superuser' END,
          CASE WHEN NOT r.rolinherit THEN 'noinherit' END, CASE WHEN r.rolcreaterole THEN 'createrole' END,
          CASE WHEN r.rolcreatedb THEN 'createdb' END, CASE WHEN r.rolreplication THEN 'replication' END,
          CASE WHEN r.rolbypassrls THEN 'bypassrls' END, 'connection limit ' || nullif(r.rolconnlimit, -1)::text,
          'valid until ' || r.rolvaliduntil::text,
          'comment md5 ' || md5(shobj_description(r.oid, 'pg_authid'::name))) AS plain,
        NULL AS expression
      FROM pg_roles r WHERE r.rolname !~ '^pg_'`,
  },
  {
    // As pg_dumpall: memberships between two predefined roles are the server's own.
    section: "memberships",
    sql: `SELECT format('%s in %s', m.rolname, g.rolname)
          || CASE WHEN to_jsonb(a) ? 'inherit_option'::text THEN coalesce(' granted by ' || o.rolname::text, '') ELSE '' END AS identity,
        concat_ws(', ', 'member', CASE WHEN a.admin_option THEN 'admin' END,
          CASE to_jsonb(a)->>'inherit_option'::text WHEN 'true' THEN 'inherit' WHEN 'false' THEN 'no inherit' END,
          CASE to_jsonb(a)->>'set_option'::text WHEN 'true' THEN 'set' WHEN 'false' THEN 'no set' END) AS plain,
        NULL AS expression
      FROM pg_auth_members a JOIN pg_roles g ON g.oid = a.roleid JOIN pg_roles m ON m.oid = a.member
        LEFT JOIN pg_roles o ON o.oid = a.grantor
      WHERE NOT (g.rolname ~ '^pg_' AND m.rolname ~ '^pg_')`,
  },
  {
    // Values are digests: settings are a place where people keep keys.
    section: "roleSettings",
    digest: true,
    sql: `SELECT concat_ws(' ', coalesce('role ' || r.rolname::text, 'every role'),
            CASE WHEN s.setdatabase <> 0::oid THEN 'in this database' END) || ': ' || split_part(c, '='::text, 1) AS identity,
        substr(c, strpos(c, '='::text) + 1) AS plain, NULL AS expression
      FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole CROSS JOIN LATERAL unnest(s.setconfig) c
      WHERE (s.setdatabase = 0::oid OR s.setdatabase = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))
        AND coalesce(r.rolname::text, '') !~ '^pg_'`,
  },
];
