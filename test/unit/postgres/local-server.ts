import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { Client } from "pg";
import { connectSocket } from "../../../agent/postgres/connect";
import { quoteIdentifier } from "../../../agent/postgres/quote";
import { prepareSession } from "../../../agent/postgres/session";

/** Where Debian keeps the programs of each major version; elsewhere they are in PATH. */
const DEBIAN = "/usr/lib/postgresql";

/** The folder with initdb. A test that finds no server has failed: it has not looked. */
function programs(): string {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(DEBIAN, version, "bin")), ...(process.env.PATH ?? "").split(":")];
  const found = folders.find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "pg_dump")));
  if (found) return found;
  throw new Error("no PostgreSQL server is installed here, which these tests ask: apt-get install postgresql");
}

const DEFAULTS = { fsync: "off", listen_addresses: "", max_connections: "60", max_locks_per_transaction: "256" };

/**
 * A PostgreSQL server of the machine's own version, for what only a real one can answer. It listens on a socket in a folder
 * of its own, as a drill's does, and on no address.
 */
export class LocalServer {
  private constructor(
    /** The socket's folder; the port is PostgreSQL's own. */
    readonly socket: string,
    private readonly bin: string,
    private readonly user: { uid?: number; gid?: number },
  ) {}

  static start(settings: Record<string, string> = {}): LocalServer {
    const bin = programs();
    const folder = mkdtempSync(join(tmpdir(), "restorable-pg-"));
    chmodSync(folder, 0o755);
    const user = owner();
    if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
    const server = new LocalServer(folder, bin, user);
    try {
      server.run("initdb", [
        ...[`--pgdata=${folder}/data`, "--username=postgres", "--auth=trust", "--no-sync"],
        ...["--encoding=UTF8", "--locale=C"],
      ]);
      const all = Object.entries({ ...DEFAULTS, unix_socket_directories: folder, ...settings });
      server.run("pg_ctl", [
        ...["start", "--wait", "--silent", `--pgdata=${folder}/data`, `--log=${folder}/log`],
        `--options=${all.map(([name, value]) => `-c ${name}='${value}'`).join(" ")}`,
      ]);
      if (server.major < 16) server.withoutZstd();
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
    return server;
  }

  stop(): void {
    this.run("pg_ctl", ["stop", "--mode=immediate", "--silent", `--pgdata=${this.socket}/data`]);
    rmSync(this.socket, { recursive: true, force: true });
  }

  get major(): number {
    return Number(/\d+/.exec(this.run("postgres", ["--version"]))?.[0]);
  }

  /** PATH with this version's programs first; pg_dump before 16 knows no zstd, and leaves that option out. */
  get path(): string {
    return [join(this.socket, "bin"), this.bin, process.env.PATH].join(delimiter);
  }

  private withoutZstd(): void {
    const lines = [
      ...["#!/bin/bash", "args=()", 'for a in "$@"; do [[ $a == --compress=zstd* ]] || args+=("$a"); done'],
      `exec ${this.bin}/pg_dump "\${args[@]}"`,
    ];
    mkdirSync(join(this.socket, "bin"));
    writeFileSync(join(this.socket, "bin/pg_dump"), `${lines.join("\n")}\n`, { mode: 0o755 });
  }

  /** Gives what a program of PostgreSQL prints. It connects as `postgres` unless the arguments say otherwise. */
  run(program: string, args: string[], { input, ...more }: { input?: string } & Record<string, string> = {}): string {
    const env = { ...process.env, LC_ALL: "C", PGHOST: this.socket, PGUSER: "postgres", ...more };
    const options = { ...this.user, env, input, encoding: "utf8", maxBuffer: 2 ** 28, cwd: "/" } as const;
    const { status, stdout, stderr } = spawnSync(join(this.bin, program), args, options);
    if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
    return stdout;
  }

  /** Runs SQL as psql does, statement by statement. */
  sql(database: string, ...statements: string[]): string {
    const input = statements.join(";\n");
    return this.run("psql", ["-XAtq", "--set=ON_ERROR_STOP=1", `--dbname=${database}`], { input });
  }

  /** A new database with what `sql` makes in it. */
  database(name: string, sql = "", options = ""): void {
    this.sql("postgres", `CREATE DATABASE ${quoteIdentifier(name)} TEMPLATE template0 ${options}`);
    this.sql(name, sql);
  }

  /** A session as an application has it. */
  async connect(database = "postgres", user = "postgres", settings: object = {}): Promise<Client> {
    const client = new Client({ host: this.socket, port: 5432, database, user, ...settings });
    client.on("error", () => undefined);
    await client.connect();
    return client;
  }

  /** A session as the agent has it. */
  async agent(database: string, user = "postgres"): Promise<Client> {
    const client = await connectSocket(this.socket, database, user);
    await prepareSession(client);
    return client;
  }

  /** What `ask` gives in a session as the agent's. */
  async session<T>(database: string, ask: (client: Client) => Promise<T>, user = "postgres"): Promise<T> {
    const client = await this.agent(database, user);
    return ask(client).finally(() => client.end());
  }
}

/** Starts a server before the tests of the suite, and stops it after them. */
export function withLocalServer(settings: Record<string, string> = {}): { server: LocalServer } {
  const found = {} as { server: LocalServer };
  before(function () {
    this.timeout(60_000);
    found.server = LocalServer.start(settings);
  });
  after(function () {
    this.timeout(60_000);
    found.server?.stop();
  });
  return found;
}

/** PostgreSQL refuses to run as root. */
function owner(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout);
  const user = { uid: id("-u"), gid: id("-g") };
  if (user.uid > 0 && user.gid > 0) return user;
  throw new Error("there is no user postgres, as whom a server could run: apt-get install postgresql");
}
