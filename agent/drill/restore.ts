import { readFile, writeFile } from "node:fs/promises";
import type { Client } from "pg";
import { DRILL_FILES } from "../../model/job-config";
import type { Manifest } from "../../model/manifest";
import { ReportedError } from "../../runtime/errors";
import { connectSocket } from "../postgres/connect";
import { quoteIdentifier } from "../postgres/quote";
import { howItEnded, run } from "../process";
import type { Artifacts } from "./artifacts";
import { withoutValues } from "./checks";
import { dropPublic } from "./public-schema";
import { makeTablespaces } from "./tablespaces";

/** The database that programs connect to before the restored one is there. `postgres` may be the one to restore. */
const MAINTENANCE_DATABASE = "template1";

function environment(user: string): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: "/tmp", LC_ALL: "C", PGHOST: DRILL_FILES.socket, PGUSER: user };
}

/** Roles first, with ON_ERROR_STOP: owners and grants of the dump need them. */
export async function restoreRoles(artifacts: Artifacts, manifest: Manifest, signal: AbortSignal): Promise<void> {
  const { bootstrapSuperuser } = manifest.server;
  const script = withoutBootstrapRole(await readFile(artifacts.roles, "utf8"), bootstrapSuperuser);
  await writeFile(artifacts.roles, script);
  const args = [
    "--no-psqlrc",
    "--quiet",
    "--set=ON_ERROR_STOP=1",
    `--dbname=${MAINTENANCE_DATABASE}`,
    `--file=${artifacts.roles}`,
  ];
  const ended = await run("psql", args, { env: environment(bootstrapSuperuser), signal });
  if (ended.code === 0) return;
  const first = firstError(ended.stderr) ?? howItEnded(ended);
  throw new ReportedError(`the roles could not be restored from ${manifest.artifacts.roles.key}: ${first}`);
}

/** initdb has made the bootstrap superuser: the line that creates it, and nothing else, is left out. */
export function withoutBootstrapRole(script: string, name: string): string {
  const lines = new Set([`CREATE ROLE ${name};`, `CREATE ROLE ${quoteIdentifier(name)};`]);
  return script
    .split("\n")
    .filter((line) => !lines.has(line))
    .join("\n");
}

/**
 * pg_restore makes event triggers before it fills materialized views: one that refuses changes of the schema would end
 * the restore. Before PostgreSQL 17 they have no switch of their own; no other trigger fires while pg_restore works.
 */
export function withoutEventTriggers(major: number): string {
  return major >= 17 ? "-c event_triggers=off" : "-c session_replication_role=replica";
}

/**
 * The database, by pg_restore, which creates it as it was. The first error ends it: half a restore is none. Processes
 * that attach the partitions of one index at the same time can lock each other out; then it is done anew by one alone.
 * Gives how many did it.
 */
export async function restoreDatabase(
  artifacts: Artifacts,
  manifest: Manifest,
  jobs: number,
  signal: AbortSignal,
): Promise<number> {
  const { bootstrapSuperuser } = manifest.server;
  const env = { ...environment(bootstrapSuperuser), PGOPTIONS: withoutEventTriggers(manifest.server.major) };
  const placed = await inDatabase(MAINTENANCE_DATABASE, manifest, (client) => makeTablespaces(client, manifest.server));
  for (const processes of attempts(jobs)) {
    // `postgres`, which initdb made, or what the attempt before has left.
    const drop = `DROP DATABASE IF EXISTS ${quoteIdentifier(manifest.target.database)}`;
    await inDatabase(MAINTENANCE_DATABASE, manifest, (client) => client.query(drop));
    const args = [
      "--create",
      "--exit-on-error",
      ...(placed ? [] : ["--no-tablespaces"]),
      `--jobs=${processes}`,
      `--dbname=${MAINTENANCE_DATABASE}`,
      artifacts.dump,
    ];
    const ended = await run("pg_restore", args, { env, signal });
    if (ended.code === 0) {
      const { sections } = artifacts.facts;
      await inDatabase(manifest.target.database, manifest, (client) => dropPublic(client, sections));
      return processes;
    }
    if (processes > 1 && isDeadlock(ended.stderr)) continue;
    const first = firstError(ended.stderr) ?? `it was ended by ${howItEnded(ended)}`;
    throw new ReportedError(
      `pg_restore could not restore ${manifest.artifacts.database.key}: ${first}${hint(ended.stderr, manifest)}`,
    );
  }
  throw new Error("pg_restore was not tried");
}

/** How many processes restore, one attempt after the other. */
export function attempts(jobs: number): number[] {
  return jobs > 1 ? [jobs, 1] : [1];
}

export function isDeadlock(stderr: string): boolean {
  return /ERROR: +deadlock detected/.test(stderr);
}

async function inDatabase<T>(database: string, manifest: Manifest, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await connectSocket(DRILL_FILES.socket, database, manifest.server.bootstrapSuperuser);
  return work(client).finally(() => client.end());
}

/** The first error line of psql or pg_restore. Lines after it (DETAIL, CONTEXT, the command) may hold data. */
export function firstError(stderr: string): string | undefined {
  const line = stderr.split("\n").find((text) => /\b(error|ERROR|FATAL|PANIC):/.test(text));
  return line === undefined ? undefined : withoutValues(line.trim());
}

/** What to do about the errors that people meet. */
export function hint(stderr: string, manifest: Pick<Manifest, "restorePath">): string {
  const image = manifest.restorePath.images.server;
  const extension =
    /extension "([^"]+)" is not available/.exec(stderr)?.[1] ??
    /extension control file ".*\/([^/"]+)\.control"/.exec(stderr)?.[1];
  if (extension) {
    return `. The extension ${extension} is not in the temporary server's image, ${image}: use an image that has it, the same as the source's`;
  }
  const library = /must be loaded via "?shared_preload_libraries"?/.test(stderr);
  if (library) return ". An extension wants to be in shared_preload_libraries: name it in the drill's serverParameters";
  const file = /could not access file "([^"]+)"/.exec(stderr)?.[1];
  if (file) return `. The library ${file} is not in the temporary server's image, ${image}: use the source's image`;
  const role = /role "([^"]+)" does not exist/.exec(stderr)?.[1];
  if (role)
    return `. The role ${role} is not in roles.sql: it was dropped while the backup ran, or the script was edited; take a new backup`;
  const tablespace = /tablespace "([^"]+)" does not exist/.exec(stderr)?.[1];
  if (tablespace) {
    return (
      `. CREATE DATABASE in the dump names the database's own tablespace, ${tablespace}, which the temporary server cannot ` +
      "have before PostgreSQL 15: use a newer version, or ALTER DATABASE … SET TABLESPACE pg_default and take a new backup"
    );
  }
  if (/No space left on device/i.test(stderr))
    return ". The drill's volume is too small: give it more than the database's size and the dump's";
  if (/invalid (LC_COLLATE|LC_CTYPE|ICU)? ?locale name|could not create locale/i.test(stderr)) {
    return `. The database's locale is not in the temporary server's image, ${image}: use the source's image`;
  }
  return ". Take a new backup and drill that; when it fails in the same way, the source holds what cannot be restored";
}
