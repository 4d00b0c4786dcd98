import type { Client } from "pg";
import { rows } from "../postgres/connect";

/** What pg_dump dumps without a word and no restore gives back as it was: said at the backup, where it can still be mended. */
export async function restoreWarnings(client: Client): Promise<string[]> {
  const old = await rows<Record<"name" | "installed" | "current", string>>(
    client,
    `SELECT x.extname AS name, x.extversion AS installed, a.default_version AS current
      FROM pg_extension x JOIN pg_available_extensions a ON a.name = x.extname
      WHERE a.default_version IS NOT NULL AND a.default_version <> x.extversion ORDER BY 1`,
  );
  const gone = await rows<Record<"identity" | "grantee", string>>(
    client,
    `SELECT DISTINCT format('%I.%I', n.nspname, c.relname) AS identity, x.grantee::text AS grantee
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN LATERAL aclexplode(c.relacl) x
      WHERE x.grantee <> 0 AND NOT EXISTS (SELECT FROM pg_roles r WHERE r.oid = x.grantee) ORDER BY 1 LIMIT 5`,
  );
  return [
    ...old.map(
      ({ name, installed, current }) =>
        `the extension ${name} is of version ${installed}, and every restore on this server's image gives ${current}, so that ` +
        `drills fail: ALTER EXTENSION ${name} UPDATE in the source`,
    ),
    ...gone.map(
      ({ identity, grantee }) =>
        `${identity} has a grant to the role with the OID ${grantee}, which is gone, and no restore can repeat it: REVOKE it in the source`,
    ),
  ];
}
