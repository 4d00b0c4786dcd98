import { writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { DRILL_FILES, type DrillJob } from "../../model/job-config";
import type { Manifest } from "../../model/manifest";
import { messageOf, ReportedError } from "../../runtime/errors";
import { connectSocket } from "../postgres/connect";
import { lastWords, serverFailure } from "./server-files";

const START_TIMEOUT_MS = 120_000;

/** Gives the temporary server's container what it waits for. It starts while the backup is still being fetched. */
export async function startServer(
  { server }: Manifest,
  { serverParameters, jobs, durability = "off" }: Pick<DrillJob, "serverParameters" | "jobs" | "durability">,
): Promise<void> {
  const durable = durability === "on";
  await writeFile(DRILL_FILES.initdbArguments, lines(initdbArguments(server, durable)));
  await writeFile(DRILL_FILES.postgresArguments, lines(postgresArguments(server, serverParameters, jobs, durable)));
  await writeFile(DRILL_FILES.start, "");
}

/** Waits until the temporary server takes connections. A server that failed says so in a file. */
export async function waitForServer(user: string, signal: AbortSignal): Promise<void> {
  const end = Date.now() + START_TIMEOUT_MS;
  let last = "";
  while (Date.now() < end) {
    signal.throwIfAborted();
    const client = await tryConnect(user).catch((error: unknown) => {
      last = messageOf(error);
      return undefined;
    });
    if (client) return client.end();
    const failure = await serverFailure();
    if (failure !== undefined) {
      throw new ReportedError(`the temporary server did not start: ${failure}. ${await lastWords()}`);
    }
    await sleep(100, undefined, { signal });
  }
  throw new ReportedError(
    `the temporary server took no connection within ${START_TIMEOUT_MS / 1000} s (${last}); look at the log of the server's container. ${await lastWords()}`,
  );
}

function tryConnect(user: string): Promise<Client> {
  return connectSocket(DRILL_FILES.socket, "template1", user);
}

/**
 * The copy has the source's bootstrap superuser, so that what that role owns restores as it was. No data checksums
 * and no sync, unless the time that they take is to be measured: they protect data at rest, and this data lives until the
 * drill ends. The database itself is created by pg_restore, with the locale of the source.
 */
export function initdbArguments(
  server: Pick<Manifest["server"], "bootstrapSuperuser" | "encoding" | "major">,
  durable = false,
): string[] {
  return [
    `--username=${server.bootstrapSuperuser}`,
    `--encoding=${server.encoding}`,
    "--locale=C",
    "--auth=trust",
    "--no-instructions",
    ...(durable ? ["--data-checksums"] : ["--no-sync", ...(server.major >= 18 ? ["--no-data-checksums"] : [])]),
  ];
}

/**
 * Everything that only durability needs is off, unless the drill is to show how long a recovery takes with it; nothing
 * outside the pod can connect. What the source's expressions depend on is as it was recorded. `parameters` come last and
 * win, but over durability.
 * Sizes are modest, for the agent does not see the memory limit of the server's container.
 */
export function postgresArguments(
  { major, settings: recorded = {} }: Pick<Manifest["server"], "major" | "settings">,
  parameters: Record<string, string>,
  jobs: number,
  durable = false,
): string[] {
  const settings: Record<string, string> = {
    listen_addresses: "",
    unix_socket_directories: DRILL_FILES.socket,
    fsync: "off",
    synchronous_commit: "off",
    full_page_writes: "off",
    wal_level: "minimal",
    max_wal_senders: "0",
    // Whatever a restored subscription says, nothing connects to its publisher.
    max_logical_replication_workers: "0",
    archive_mode: "off",
    autovacuum: "off",
    max_wal_size: "4GB",
    checkpoint_timeout: "1h",
    shared_buffers: "256MB",
    maintenance_work_mem: "128MB",
    max_connections: String(40 + jobs),
    // Recording facts takes a lock on every table in one transaction.
    max_locks_per_transaction: "1024",
    // A pod's /dev/shm has 64 MB, too little for parallel queries.
    dynamic_shared_memory_type: "mmap",
    jit: "off",
    timezone: "UTC",
    lc_messages: "C",
    log_checkpoints: "off",
    // One that fires at every login may write, and the copy would no longer be what was backed up when it is compared.
    ...(major >= 17 ? { event_triggers: "off" } : {}),
    ...recorded,
    ...parameters,
    ...(durable ? DURABLE : {}),
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/** As a server has them whose data are worth something; with them a restore cannot leave out its WAL. */
const DURABLE = { fsync: "on", synchronous_commit: "on", full_page_writes: "on", wal_level: "replica" };

/** One argument a line: one with a line's end in it would be two, whatever was thought of it before. */
export function lines(items: string[]): string {
  const broken = items.find((item) => /[\0\r\n]/.test(item));
  if (broken !== undefined) {
    const start = JSON.stringify(broken.slice(0, 60));
    throw new ReportedError(`the temporary server was not started: its argument ${start} is more than one line`);
  }
  return `${items.join("\n")}\n`;
}
