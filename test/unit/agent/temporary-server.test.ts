import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DRILL_FOLDER } from "../../../model/job-config";
import { TEMPORARY_SERVER_SCRIPT } from "../../../model/temporary-server";

/** The script in a folder of its own, with programs that write down how they were called. */
describe("the temporary server's script", () => {
  let folder: string;
  let child: ChildProcess;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "server-"));
    for (const name of ["bin", "start", "server", "data"]) await mkdir(join(folder, name));
    await program("initdb", `printf '%s|' "$@" > ${folder}/initdb.called; mkdir ${folder}/data/pgdata`);
    await program("postgres", `printf '%s|' "$@" > ${folder}/postgres.called; exec sleep 30`);
    await writeFile(join(folder, "start", "initdb.args"), "--username=post gres\n--no-sync\n");
    await writeFile(join(folder, "start", "postgres.args"), "-c\nfsync=off\n-c\nname='it s'\n");
  });
  afterEach(async () => {
    child.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  });

  const program = async (name: string, body: string) => {
    const file = join(folder, "bin", name);
    await writeFile(file, `#!/bin/sh\n${body}\n`);
    await chmod(file, 0o755);
  };
  const launch = () => {
    const script = TEMPORARY_SERVER_SCRIPT.replaceAll(`${DRILL_FOLDER}/`, `${folder}/`);
    child = spawn("/bin/sh", ["-c", script], { env: { PATH: `${folder}/bin:/usr/bin:/bin` }, stdio: "ignore" });
    return new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  };
  const appears = async (name: string) => {
    for (let i = 0; i < 100; i++) {
      const text = await readFile(join(folder, name), "utf8").catch(() => "");
      if (text !== "") return text;
      await sleep(20);
    }
    throw new assert.AssertionError({ message: `${name} did not appear` });
  };

  it("waits for the agent, then runs initdb and the server with one argument a line", async () => {
    void launch();
    await sleep(100);
    await writeFile(join(folder, "start", "start"), "");
    assert.equal(await appears("postgres.called"), `-D|${folder}/data/pgdata|-c|fsync=off|-c|name='it s'|`);
    assert.equal(
      await readFile(join(folder, "initdb.called"), "utf8"),
      `--pgdata=${folder}/data/pgdata|--username=post gres|--no-sync|`,
    );
  });

  it("ends at once when it is told to, while it still waits and while it serves", async () => {
    for (const start of [false, true]) {
      await rm(join(folder, "data", "pgdata"), { recursive: true, force: true });
      if (start) await writeFile(join(folder, "start", "start"), "");
      const exited = launch();
      if (start) await appears("postgres.called");
      else await sleep(100);
      const told = performance.now();
      child.kill("SIGTERM");
      assert.equal(await exited, 0);
      assert.ok(performance.now() - told < 3000, "it took long");
    }
  });

  it("refuses to start over data that is already there, and says so to the agent", async () => {
    await mkdir(join(folder, "data", "pgdata"));
    await writeFile(join(folder, "start", "start"), "");
    assert.equal(await launch(), 1);
    assert.match(
      await readFile(join(folder, "server", "server.failed"), "utf8"),
      /is already there: a temporary server starts once/,
    );
  });

  it("tells the agent when initdb or the server fails", async () => {
    await writeFile(join(folder, "start", "start"), "");
    await program("initdb", "exit 3");
    assert.equal(await launch(), 1);
    assert.match(await readFile(join(folder, "server", "server.failed"), "utf8"), /initdb ended with exit code 3/);
    await rm(join(folder, "server", "server.failed"));
    await program("initdb", `mkdir ${folder}/data/pgdata`);
    await program("postgres", "exit 1");
    assert.equal(await launch(), 1);
    assert.match(await readFile(join(folder, "server", "server.failed"), "utf8"), /the server ended with exit code 1/);
  });
});
