import { type FactQuery, OWN_SCHEMA, recorded } from "./query";

/** What is said of the database itself. Its settings, owner and grants are in the sections about access. */
export const databaseQueries: FactQuery[] = [
  {
    section: "database",
    sql: `SELECT 'encoding' AS identity, pg_encoding_to_char(d.encoding)::text AS plain, NULL AS expression
        FROM pg_database d WHERE d.datname = current_database()
      UNION ALL SELECT 'locale', concat_ws(', ', d.datcollate, d.datctype, to_jsonb(d)->>'datlocprovider'::text,
          to_jsonb(d)->>'daticulocale'::text, to_jsonb(d)->>'datlocale'::text, 'rules ' || (to_jsonb(d)->>'daticurules'::text)), NULL
        FROM pg_database d WHERE d.datname = current_database()
      UNION ALL SELECT 'connection limit', d.datconnlimit::text, NULL FROM pg_database d WHERE d.datname = current_database()
      UNION ALL SELECT 'template', d.datistemplate::text, NULL FROM pg_database d WHERE d.datname = current_database()
      UNION ALL SELECT 'comment', md5(coalesce(shobj_description(d.oid, 'pg_database'::name), ''::text)), NULL
        FROM pg_database d WHERE d.datname = current_database()`,
  },
  {
    // They can be anything their provider likes: digests.
    section: "securityLabels",
    digest: true,
    sql: `SELECT concat_ws(' ', i.type, i.identity, 'by', l.provider) AS identity, l.label AS plain, NULL AS expression
      FROM pg_seclabel l CROSS JOIN LATERAL pg_identify_object(l.classoid, l.objoid, l.objsubid) i
        LEFT JOIN pg_class c ON l.classoid = 'pg_class'::regclass AND c.oid = l.objoid LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE i.type IS NOT NULL AND (c.oid IS NULL OR ${OWN_SCHEMA} AND ${recorded("pg_class", "c.oid")})
      UNION ALL SELECT concat_ws(' ', i.type, i.identity, 'by', l.provider), l.label, NULL
        FROM pg_shseclabel l CROSS JOIN LATERAL pg_identify_object(l.classoid, l.objoid, 0) i
        WHERE l.classoid = 'pg_authid'::regclass
          OR l.classoid = 'pg_database'::regclass AND l.objoid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())`,
  },
];
