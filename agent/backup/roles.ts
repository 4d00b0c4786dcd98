import { randomBytes } from "node:crypto";
import type { Client } from "pg";
import type { Facts } from "../../model/facts";
import { storedValues } from "../../model/roles-script/list-settings";
import { parseRoles } from "../../model/roles-script/parse";
import { renderScript } from "../../model/roles-script/render";
import type { RoleStatement } from "../../model/roles-script/statements";
import { messageOf, ReportedError } from "../../runtime/errors";
import { recordSections, type Sections, serverMajor } from "../facts/record";
import { rows, type SourceAddress } from "../postgres/connect";
import { conninfoValue } from "../postgres/quote";
import { howItEnded, run } from "../process";
import { clientEnvironment, connectionString } from "./dump";

export const ROLE_SECTIONS = ["roles", "memberships", "roleSettings"] as const;
export type RoleSections = Pick<Sections, (typeof ROLE_SECTIONS)[number]>;

const ATTEMPTS = 3;

/**
 * roles.sql and what it holds. No snapshot holds roles, so they are recorded before and after pg_dumpall: only when
 * both agree does the script hold exactly what was recorded. `client` must not be in the backup's transaction.
 */
export async function dumpRoles(
  client: Client,
  source: SourceAddress,
  recordedWith: Facts["recordedWith"],
  signal?: AbortSignal,
): Promise<{ script: string; sections: RoleSections }> {
  const major = await serverMajor(client);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const before = await recordSections(client, recordedWith, ROLE_SECTIONS);
    const script = scriptOf(await pgDumpAll(source, major, signal), await settingsOfEveryRole(client));
    const sections = await recordSections(client, recordedWith, ROLE_SECTIONS);
    if (JSON.stringify(before) === JSON.stringify(sections)) return { script, sections };
  }
  throw new ReportedError(
    `roles, memberships or their settings changed during each of ${ATTEMPTS} attempts to dump them: run the backup when nobody changes roles`,
  );
}

async function pgDumpAll(source: SourceAddress, major: number, signal?: AbortSignal): Promise<string> {
  const args = [
    "--roles-only",
    "--no-role-passwords",
    "--no-password",
    // As a connection string: pg_dumpall would take a name with "=" in it for one.
    `--database=dbname=${conninfoValue(source.database)}`,
    `--dbname=${connectionString(source)}`,
    // What it prints is read as UTF-8 here; the server converts it back to the encoding of the database to restore into.
    "--encoding=UTF8",
  ];
  const ended = await run("pg_dumpall", args, { env: clientEnvironment(source, major), signal });
  if (ended.code !== 0) {
    throw new ReportedError(
      `pg_dumpall was ended by ${howItEnded(ended)}; the roles could not be dumped. It said: ${ended.stderr.trim()}${roleNameHint(ended.stderr)}`,
    );
  }
  // pg_dumpall's last line: without it the script was cut off, whatever the exit code says.
  if (!ended.stdout.includes("-- PostgreSQL database cluster dump complete")) {
    throw new ReportedError("pg_dumpall ended with exit code 0, but its script is not complete; run the backup again");
  }
  return ended.stdout;
}

/** Roles are the whole server's, and their names are kept in the encoding of the database that they were made from. */
export function roleNameHint(stderr: string): string {
  if (!/invalid byte sequence for encoding|has no equivalent in encoding/.test(stderr)) return "";
  return (
    ". A role's name has characters of another encoding than this database's, and PostgreSQL's own tools cannot dump it " +
    "from here: rename that role, from the database it was made in, to plain ASCII"
  );
}

/** ALTER ROLE ALL SET …: pg_dumpall leaves it out. */
export async function settingsOfEveryRole(client: Client): Promise<RoleStatement[]> {
  const settings = await rows<{ name: string; value: string }>(
    client,
    `SELECT split_part(c, '='::text, 1) AS name, substr(c, strpos(c, '='::text) + 1) AS value
      FROM pg_db_role_setting s CROSS JOIN LATERAL unnest(s.setconfig) c WHERE s.setdatabase = 0::oid AND s.setrole = 0::oid`,
  );
  return settings.map(({ name, value }) => {
    const values = reported(() => storedValues(name, value), "the settings of every role");
    return { line: 0, kind: "setting", parameter: name, values };
  });
}

/**
 * What pg_dumpall wrote, and the settings of every role, as one script that every restore can read: it is written from what
 * the grammar has understood, inside one `\restrict`, so that psql takes no command from it.
 */
export function scriptOf(dumped: string, ofEveryRole: RoleStatement[]): string {
  const statements = reported(() => parseRoles(dumped), "what pg_dumpall wrote");
  return renderScript([...statements, ...ofEveryRole], randomBytes(32).toString("hex"));
}

function reported<T>(read: () => T, what: string): T {
  try {
    return read();
  } catch (error) {
    throw new ReportedError(
      `${what} cannot be backed up, since no drill could read it: ${messageOf(error)}; change that role or setting`,
    );
  }
}

/**
 * The role sections as a restore will give them: roles.sql's, but the settings of this database, which are in the
 * dump, from the snapshot. Throws when a role of the snapshot is gone: the dump's owners and grants would not restore.
 */
export function snapshotRoles(inSnapshot: RoleSections, inScript: RoleSections): RoleSections {
  const lost = Object.keys(inSnapshot.roles).filter((name) => !Object.hasOwn(inScript.roles, name));
  if (lost.length > 0) {
    throw new ReportedError(
      `the role ${lost.join(", ")} was dropped while the backup ran, and the dump may still name it: run the backup again`,
    );
  }
  const roleSettings = {
    ...pick(inScript.roleSettings, (identity) => !identity.includes(OF_DATABASE)),
    ...pick(inSnapshot.roleSettings, (identity) => identity.includes(OF_DATABASE)),
  };
  return { ...inScript, roleSettings };
}

/** How facts/roles.ts marks settings that hold in this database only. */
const OF_DATABASE = "in this database: ";

function pick(section: Record<string, string>, wanted: (identity: string) => boolean): Record<string, string> {
  return Object.fromEntries(Object.entries(section).filter(([identity]) => wanted(identity)));
}
