import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";

/**
 * A PostgreSQL server of this machine, for tests that only a real one can answer. It listens on a socket in a folder of
 * its own, as a drill's does, and on no address.
 */
export interface LocalServer {
  /** The socket's folder; the port is PostgreSQL's own. */
  socket: string;
  major: number;
  /** With the server's own programs; pg_dump's zstd is left out where they were built without it. */
  path: string;
  connect(database?: string, user?: string, settings?: object): Promise<Client>;
  /** Runs statements in `database`, one after the other. */
  run(database: string, ...statements: string[]): Promise<void>;
  /** A new database, of this template. */
  create(database: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a server before the tests of the suite and stops it after them; without PostgreSQL here, they are skipped. */
export function withLocalServer(parameters: Record<string, string> = {}): { server: LocalServer } {
  const found = {} as { server: LocalServer };
  before(async function () {
    this.timeout(60_000);
    const programs = serverPrograms();
    if (programs === undefined) {
      console.log("    PostgreSQL's server is not on this machine");
      this.skip();
    }
    found.server = await startLocalServer(programs, parameters);
  });
  after(async () => {
    await found.server?.stop();
  });
  return found;
}

/** The folder of the newest server's programs: where Debian puts them, or on the PATH. */
function serverPrograms(): string | undefined {
  const debian = "/usr/lib/postgresql";
  const majors = existsSync(debian) ? readdirSync(debian).map(Number).filter(Boolean) : [];
  const folders = majors.sort((a, b) => b - a).map((major) => join(debian, String(major), "bin"));
  return [...folders, ...(process.env.PATH ?? "").split(":")].find((folder) => existsSync(join(folder, "initdb")));
}

/** PostgreSQL refuses to run as root: then it is another user's. */
const ROOT = process.getuid?.() === 0;
const asServer = ROOT ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];

async function startLocalServer(programs: string, parameters: Record<string, string>): Promise<LocalServer> {
  const folder = mkdtempSync(join(tmpdir(), "pg-"));
  const data = join(folder, "data");
  chmodSync(folder, 0o755);
  for (const name of ["data", "socket"]) {
    mkdirSync(join(folder, name), { mode: name === "data" ? 0o700 : 0o755 });
    if (ROOT) chownSync(join(folder, name), idOf("-u"), idOf("-g"));
  }
  const command = (program: string, ...args: string[]) => [...asServer, join(programs, program), ...args] as const;
  const [initdb = "", ...initdbArgs] = command(
    "initdb",
    ...["-D", data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"],
  );
  execFileSync(initdb, initdbArgs, { stdio: "ignore", cwd: "/" });
  const socket = join(folder, "socket");
  const settings = {
    ...{ listen_addresses: "", unix_socket_directories: socket, fsync: "off" },
    ...{ max_connections: "60", max_locks_per_transaction: "256", jit: "off", ...parameters },
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const [postgres = "", ...postgresArgs] = command("postgres", "-D", data, ...options);
  const child = spawn(postgres, postgresArgs, { stdio: "ignore", cwd: "/" });

  const connect = async (database = "postgres", user = "postgres", more: object = {}) => {
    const client = new Client({ host: socket, port: 5432, database, user, ...more });
    client.on("error", () => undefined);
    await client.connect();
    return client;
  };
  const run = async (database: string, ...statements: string[]) => {
    const client = await connect(database);
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  };
  const major = await whenUp(connect);
  const server: LocalServer = {
    ...{ socket, major, connect, run },
    path: `${ownPrograms(folder, programs, major)}:${programs}:${process.env.PATH}`,
    create: (database) => run("postgres", `CREATE DATABASE "${database}"`),
    stop: async () => {
      await ended(child, "SIGINT");
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return server;
}

function idOf(option: string): number {
  return Number(execFileSync("id", [option, "postgres"], { encoding: "utf8" }));
}

async function whenUp(connect: () => Promise<Client>): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    try {
      const client = await connect();
      const { rows } = await client.query<{ number: string }>("SELECT current_setting('server_version_num') AS number");
      await client.end();
      return Math.floor(Number(rows[0]?.number) / 10_000);
    } catch (error) {
      if (attempt === 200) throw error;
      await sleep(50);
    }
  }
}

/** pg_dump before 16 knows no zstd: a script in its place leaves that option out. */
function ownPrograms(folder: string, programs: string, major: number): string {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  if (major >= 16) return bin;
  const script = `#!/bin/bash\nargs=()\nfor a in "$@"; do [[ $a == --compress=zstd* ]] || args+=("$a"); done\nexec ${programs}/pg_dump "\${args[@]}"\n`;
  writeFileSync(join(bin, "pg_dump"), script, { mode: 0o755 });
  return bin;
}

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill(signal);
  });
}
