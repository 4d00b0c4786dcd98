import { spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Client } from "pg";
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

/** A PostgreSQL server of the machine's own version, for tests of SQL: on a socket in a folder of its own, for no longer. */
export class LocalServer {
  private constructor(
    readonly socket: string,
    private readonly folder: string,
    private readonly bin: string,
    private readonly user: { uid?: number; gid?: number },
  ) {}

  static start(settings: Record<string, string> = {}): LocalServer {
    const bin = programs();
    const folder = mkdtempSync(join(tmpdir(), "restorable-pg-"));
    const user = owner();
    if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
    const server = new LocalServer(folder, folder, bin, user);
    try {
      server.run("initdb", [
        `--pgdata=${folder}/data`,
        "--username=postgres",
        "--auth=trust",
        "--no-sync",
        "--encoding=UTF8",
      ]);
      const options = Object.entries({ fsync: "off", ...settings }).map(([name, value]) => `-c ${name}='${value}'`);
      server.run("pg_ctl", [
        ...["start", "--wait", "--silent", `--pgdata=${folder}/data`, `--log=${folder}/log`],
        `--options=-c listen_addresses= -k ${folder} ${options.join(" ")}`,
      ]);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
    return server;
  }

  stop(): void {
    this.run("pg_ctl", ["stop", "--mode=immediate", "--silent", `--pgdata=${this.folder}/data`]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Gives what a program of PostgreSQL prints. It connects as `postgres` unless the arguments say otherwise. */
  run(program: string, args: string[], { input, ...env }: { input?: string } & Record<string, string> = {}): string {
    const ended = this.try(program, args, input, env);
    if (ended.status !== 0) throw new Error(`${program} ended with ${ended.status}: ${ended.stderr}`);
    return ended.stdout;
  }

  try(
    program: string,
    args: string[],
    input?: string,
    extra: Record<string, string> = {},
  ): { status: number | null; stdout: string; stderr: string } {
    const env = { ...process.env, PATH: this.path, LC_ALL: "C", PGHOST: this.socket, PGUSER: "postgres", ...extra };
    const options = { ...this.user, env, input, encoding: "utf8", maxBuffer: 2 ** 28, cwd: "/" } as const;
    return spawnSync(join(this.bin, program), args, options);
  }

  /** PATH with this version's programs first. */
  get path(): string {
    return [this.bin, process.env.PATH].join(delimiter);
  }

  /** Runs SQL as psql does, statement by statement. */
  sql(database: string, sql: string): string {
    return this.run("psql", ["-XAtq", "--set=ON_ERROR_STOP=1", `--dbname=${database}`], { input: sql });
  }

  /** A new database with what `sql` makes in it. */
  database(name: string, sql = "", options = ""): void {
    this.sql("postgres", `CREATE DATABASE ${quoteIdentifier(name)} TEMPLATE template0 ${options}`);
    this.sql(name, sql);
  }

  connect(database: string, user = "postgres"): Promise<Client> {
    return connectSocket(this.socket, database, user);
  }

  /** What `ask` gives in a session as the agent's. */
  async session<T>(database: string, ask: (client: Client) => Promise<T>, user = "postgres"): Promise<T> {
    const client = await this.connect(database, user);
    try {
      await prepareSession(client);
      return await ask(client);
    } finally {
      await client.end();
    }
  }
}

/** PostgreSQL refuses to run as root. */
function owner(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout);
  const user = { uid: id("-u"), gid: id("-g") };
  if (user.uid > 0 && user.gid > 0) return user;
  throw new Error("there is no user postgres, as whom a server could run: apt-get install postgresql");
}
