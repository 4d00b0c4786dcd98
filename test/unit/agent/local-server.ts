import { execFileSync } from "node:child_process";
import { chown, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "pg";
import { connectSocket } from "../../../agent/postgres/connect";
import { prepareSession } from "../../../agent/postgres/session";

const INSTALLED = "/usr/lib/postgresql";

/** A PostgreSQL server of this machine's, in a temporary folder, on a socket alone. */
export class LocalServer {
  private constructor(
    private readonly bin: string,
    private readonly folder: string,
    private readonly user: { uid?: number; gid?: number },
  ) {}

  /** Undefined where no PostgreSQL is installed. */
  static async start(): Promise<LocalServer | undefined> {
    const [newest] = (await readdir(INSTALLED).catch(() => [])).sort((a, b) => Number(b) - Number(a));
    if (newest === undefined) return undefined;
    const folder = await mkdtemp(join(tmpdir(), "postgres-"));
    // PostgreSQL refuses to run as root.
    const id = (option: string) => Number(execFileSync("id", [option, "postgres"], { encoding: "utf8" }));
    const user = process.getuid?.() === 0 ? { uid: id("-u"), gid: id("-g") } : {};
    if (user.uid !== undefined && user.gid !== undefined) await chown(folder, user.uid, user.gid);
    const server = new LocalServer(join(INSTALLED, newest, "bin"), folder, user);
    const data = join(folder, "data");
    server.run("initdb", ["-D", data, "-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]);
    const options = `-k ${folder} -c listen_addresses= -c fsync=off -c autovacuum=off`;
    server.run("pg_ctl", ["-D", data, "-w", "-l", join(folder, "log"), "-o", options, "start"]);
    return server;
  }

  /** What a program of PostgreSQL's prints. */
  run(program: string, args: string[]): string {
    const env = { ...process.env, PGHOST: this.folder, PGUSER: "postgres" };
    return execFileSync(join(this.bin, program), args, {
      ...{ ...this.user, cwd: this.folder, env, encoding: "utf8" },
      // Not a pipe for what the server itself prints: it would hold it open.
      stdio: ["ignore", program === "pg_ctl" ? "ignore" : "pipe", "pipe"],
    });
  }

  /** A database made by `sql`, and a session in it as backups and drills have it. */
  async database(name: string, sql = "", options = ""): Promise<Client> {
    const admin = await connectSocket(this.folder, "template1", "postgres");
    await admin.query(`CREATE DATABASE "${name}" TEMPLATE template0 ${options}`).finally(() => admin.end());
    const maker = await connectSocket(this.folder, name, "postgres");
    if (sql !== "") await maker.query(sql).finally(() => maker.end());
    else await maker.end();
    return this.session(name);
  }

  async session(name: string, user = "postgres"): Promise<Client> {
    const client = await connectSocket(this.folder, name, user);
    await prepareSession(client);
    return client;
  }

  /** The database `into`, restored from a dump of `from`. */
  copy(from: string, into: string): void {
    const dump = join(this.folder, `${from}.dump`);
    this.run("pg_dump", ["-Fc", `--file=${dump}`, from]);
    this.run("createdb", ["--template=template0", into]);
    this.run("pg_restore", ["--exit-on-error", `--dbname=${into}`, dump]);
  }

  async stop(): Promise<void> {
    this.run("pg_ctl", ["-D", join(this.folder, "data"), "-m", "immediate", "-w", "stop"]);
    await rm(this.folder, { recursive: true, force: true });
  }
}
