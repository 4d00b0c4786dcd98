import type { Client } from "pg";
import { rows } from "../postgres/connect";
import { quoteIdentifier } from "../postgres/quote";

/**
 * Does `restore` while every role that owns something in the database of `client` may read and write all rows: an owner
 * can have taken rights from itself, and rows come back as it. What was granted for this is taken back in any case, and
 * nothing else is: a role that had it keeps it. `named` are owners in the source; extensions may have others here.
 */
export async function asOwners<T>(client: Client, named: string[], restore: () => Promise<T>): Promise<T> {
  const lacking = await ownersWithout(client, named);
  const grants = RIGHTS.flatMap((right) => {
    const roles = lacking.filter((owner) => owner[right] === "false").map(({ name }) => quoteIdentifier(name));
    return roles.length > 0 ? [{ right, roles: roles.join(", ") }] : [];
  });
  // Members of a role inherit nothing unless they are told to: before PostgreSQL 16 by an attribute of their own.
  const reticent = lacking.filter(({ noinherit }) => noinherit === "true").map(({ name }) => quoteIdentifier(name));
  try {
    for (const role of reticent) await client.query(`ALTER ROLE ${role} INHERIT`);
    for (const { right, roles } of grants) await client.query(`GRANT ${right} TO ${roles}`);
    return await restore();
  } finally {
    for (const { right, roles } of grants) await client.query(`REVOKE ${right} FROM ${roles}`);
    for (const role of reticent) await client.query(`ALTER ROLE ${role} NOINHERIT`);
  }
}

const RIGHTS = ["pg_read_all_data", "pg_write_all_data"] as const;

type Owner = Record<"name" | "noinherit" | (typeof RIGHTS)[number], string>;

/** The owners that are no superusers, and whether each is a member, by itself, of the two roles. */
function ownersWithout(client: Client, named: string[]): Promise<Owner[]> {
  const member = (right: string) => `EXISTS (SELECT FROM pg_catalog.pg_auth_members a
    WHERE a.member = r.oid AND a.roleid = '${right}'::pg_catalog.regrole)::pg_catalog.text`;
  return rows<Owner>(
    client,
    `SELECT r.rolname AS name, (NOT r.rolinherit)::pg_catalog.text AS noinherit,
        ${RIGHTS.map((right) => `${member(right)} AS ${right}`).join(", ")}
      FROM pg_catalog.pg_roles r
      WHERE NOT r.rolsuper AND r.rolname !~ '^pg_' AND (r.rolname = ANY ($1) OR EXISTS (SELECT FROM pg_catalog.pg_shdepend d
        WHERE d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND d.refobjid = r.oid AND d.deptype = 'o'
          AND d.dbid IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()))))
      ORDER BY r.rolname`,
    [named],
  );
}
