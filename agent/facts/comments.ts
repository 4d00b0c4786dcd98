import { isLeftOut } from "../postgres/left-out";
import { type FactQuery, FIRST_USER_OID } from "./query";

/** Comments: tools such as PostGraphile and Hasura read their instructions from them. */
export const commentQueries: FactQuery[] = [
  {
    section: "comments",
    digest: true,
    sql: `SELECT i.type || ' ' || i.identity AS identity, d.description AS plain, NULL AS expression
      FROM pg_description d CROSS JOIN LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) i
      WHERE (d.objoid >= ${FIRST_USER_OID} OR d.classoid = 'pg_namespace'::regclass AND i.identity = 'public'::text) AND i.type IS NOT NULL AND coalesce(i.schema, ''::text) !~ '^pg_'::text
        AND NOT EXISTS (SELECT FROM pg_depend e
          WHERE e.classid = d.classoid AND e.objid = d.objoid AND e.deptype = 'e')
        AND NOT ${isLeftOut("d.classoid", "d.objoid")}`,
  },
];
