import { messageOf, ReportedError } from "../../runtime/errors";
import { formatBytes } from "../../runtime/format";
import type { SourceAddress } from "../postgres/connect";
import { conninfoValue } from "../postgres/quote";
import { startOptions } from "../postgres/session-settings";
import { type Ended, howItEnded, type Running, start } from "../process";
import { MOMENT_MS } from "./giving-way";

/** What pg_dump's custom format begins with. */
const MAGIC = Buffer.from("PGDMP");

/**
 * The environment of PostgreSQL's programs: the password goes this way, never as an argument, and messages are in
 * English, since some are read here.
 */
export function clientEnvironment(source: Pick<SourceAddress, "password">, major: number): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: "/tmp",
    LC_ALL: "C",
    PGAPPNAME: "restorable-agent",
    PGOPTIONS: startOptions("dump", major),
    PGPASSWORD: source.password,
  };
}

/** libpq's connection string. A server that vanishes in the middle is noticed within about a minute. */
export function connectionString(source: SourceAddress): string {
  const values = {
    host: source.host,
    port: String(source.port),
    user: source.user,
    dbname: source.database,
    connect_timeout: "30",
    keepalives_idle: "20",
    keepalives_interval: "10",
    keepalives_count: "3",
    tcp_user_timeout: "60000",
    ...(source.authority ? { sslmode: "verify-full", sslrootcert: source.authority.file } : {}),
  };
  return Object.entries(values)
    .map(([key, value]) => `${key}=${conninfoValue(value)}`)
    .join(" ");
}

export interface DumpOptions {
  /** The server's major version. */
  major: number;
  snapshot: string;
  compressionLevel: number;
  /** Further options, which leave something out. */
  exclude?: string[];
  /** Told what pg_dump said though it ended well, line by line. */
  warn?: (line: string) => void;
  signal?: AbortSignal;
}

/**
 * pg_dump's output, from its first bytes on: they come when pg_dump has all its locks and has read the catalog. It gives way
 * to whoever has locked a table. The stream ends well only if pg_dump did: whatever consumes it cannot take a torn dump for
 * a whole one. Who does not consume it must abort `options.signal`.
 */
export async function beginDump(source: SourceAddress, options: DumpOptions): Promise<AsyncGenerator<Buffer>> {
  const args = [
    "--format=custom",
    `--compress=zstd:${options.compressionLevel}`,
    `--snapshot=${options.snapshot}`,
    `--lock-wait-timeout=${MOMENT_MS}`,
    "--no-password",
    ...(options.exclude ?? []),
    `--dbname=${connectionString(source)}`,
  ];
  const pgDump = start("pg_dump", args, {
    env: clientEnvironment(source, options.major),
    signal: options.signal,
    stdout: "pipe",
  });
  const output = consume(pgDump, options);
  const first = await output.next();
  return prepended(first, output);
}

async function* consume(pgDump: Running, options: DumpOptions): AsyncGenerator<Buffer> {
  let bytes = 0;
  let head: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of pgDump.stdout as AsyncIterable<Buffer>) {
      if (head.length < MAGIC.length) head = Buffer.concat([head, chunk.subarray(0, MAGIC.length - head.length)]);
      bytes += chunk.length;
      yield chunk;
    }
    const ended = await pgDump.ended;
    if (ended.code !== 0 && isInTheWay(ended.stderr)) throw new DumpLockedOutError(ended.stderr.trim());
    const problem = dumpProblem(ended, bytes, head, options.signal);
    if (problem) throw new ReportedError(problem);
    for (const line of ended.stderr.split("\n").filter((text) => text.trim() !== "")) options.warn?.(line);
  } finally {
    pgDump.kill(); // when the consumer stopped early; otherwise it has ended
  }
}

async function* prepended(first: IteratorResult<Buffer>, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (first.done) return;
    yield first.value;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

/** pg_dump could not have a lock, or what it was about to lock is gone: nothing is wrong with the database. */
export class DumpLockedOutError extends ReportedError {}

/** By the statement, in pg_dump's own words: the server's may be in another language. */
export function isInTheWay(stderr: string): boolean {
  if (/permission denied/.test(stderr)) return false;
  return /Query was: LOCK TABLE/.test(stderr) || /deadlock detected/.test(stderr);
}

/** Why what pg_dump wrote is no backup, or undefined when it is. */
export function dumpProblem(ended: Ended, bytes: number, head: Buffer, signal?: AbortSignal): string | undefined {
  const nothing = "nothing was stored as a backup";
  if (ended.code !== 0) {
    const stopped = signal?.aborted ? messageOf(signal.reason) : undefined;
    const memory =
      ended.signal === "SIGKILL" ? "it may have run out of memory: raise the Job's memory limit" : undefined;
    const why = ended.stderr.trim() || stopped || memory || "it gave no reason";
    return `pg_dump was ended by ${howItEnded(ended)} after ${formatBytes(bytes)}; ${nothing}: ${why}`;
  }
  if (!head.subarray(0, MAGIC.length).equals(MAGIC)) {
    return `pg_dump ended with exit code 0 but wrote ${formatBytes(bytes)} that are no archive; ${nothing}: ${ended.stderr.trim() || "it gave no reason"}`;
  }
  return undefined;
}
