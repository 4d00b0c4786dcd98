import type { LossQuery } from "./loss";

/** What pg_dump shortens without a word because the backup role may not read it. A superuser may read everything. */
export const hiddenLosses: LossQuery[] = [
  {
    reason: "the backup role may not read its options, and the password with them",
    remedy:
      "give the backup the credentialsSecret of a superuser, who alone may read the options of others' user mappings",
    // As the view pg_user_mappings, which shows a mapping's options to whom they are for and to the server's owner.
    sql: `SELECT format('user mapping for %s on server %I', CASE WHEN m.umuser = 0::oid THEN 'public' ELSE quote_ident(m.usename::text) END,
          m.srvname) AS name
      FROM pg_user_mappings m JOIN pg_foreign_server s ON s.oid = m.srvid, pg_roles r
      WHERE r.rolname = current_user AND NOT r.rolsuper
        AND NOT (m.umuser = 0::oid AND pg_has_role(s.srvowner, 'USAGE'))
        AND NOT (m.umuser <> 0::oid AND m.usename = current_user
          AND (pg_has_role(s.srvowner, 'USAGE') OR has_server_privilege(s.oid, 'USAGE')))`,
  },
];
