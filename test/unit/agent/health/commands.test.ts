import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runCheck } from "../../../../agent/health/commands";
import { drillJob } from "../jobs";

describe("the container of the application's commands", () => {
  let folder: string;
  let said: string[];
  const secret = "RESTORABLE_TEST_SECRET";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "commands-"));
    said = [];
    process.env[secret] = "hunter2";
    process.env.AWS_WEB_IDENTITY_TOKEN_FILE = "/var/run/secrets/eks/token";
  });
  afterEach(async () => {
    delete process.env[secret];
    delete process.env.AWS_WEB_IDENTITY_TOKEN_FILE;
    await rm(folder, { recursive: true, force: true });
  });

  const check = (script: string, { signal = new AbortController().signal, limitMs = 60_000, index = 1 } = {}) => {
    const sql = { name: "answers", sql: "SELECT true" };
    const command = { name: "own", command: ["/bin/sh", "-c", script] };
    const job = { ...drillJob, applicationChecks: [sql, command] };
    return runCheck(job, index, { signal, say: (line) => said.push(line) }, limitMs);
  };

  it("answers with the command's exit code, and keeps what it printed out of the evidence", async () => {
    const { code, ended } = await check("echo Ada Lovelace; echo '1815' >&2; exit 3");
    assert.deepEqual([code, ended], [3, "exit code 3"]);
    assert.deepEqual(said, ["  Ada Lovelace", "  1815"]);
  });

  it("gives the command nothing of the agent's environment, such as the way to an identity of the cloud", async () => {
    const { code } = await check(`env > ${folder}/env`);
    assert.equal(code, 0);
    const names = (await readFile(join(folder, "env"), "utf8")).split("\n").map((line) => line.split("=")[0]);
    const own = ["PWD", "SHLVL", "OLDPWD", "_", ""];
    assert.deepEqual(names.filter((name) => !own.includes(name ?? "")).sort(), [
      ...["HOME", "LC_ALL", "PATH", "PGDATABASE", "PGHOST", "PGUSER"],
    ]);
  });

  it("runs what the settings declare, by its number, and nothing else", async () => {
    for (const index of [0, 2, 99]) await assert.rejects(check("true", { index }), /there is no command number/);
  });

  it("ends a command whose time is up, which has not passed then", async () => {
    const { code, ended } = await check("trap 'exit 0' TERM; sleep 30 & wait", { limitMs: 200 });
    assert.equal(code, null);
    assert.match(ended, /after its time of 0.2 s was up/);
  });

  it("ends what a command has started together with it when the drill is stopped", async () => {
    const stop = new AbortController();
    const beat = join(folder, "beat");
    const running = check(`(while true; do date +%N > ${beat}; sleep 0.05; done) & wait`, { signal: stop.signal });
    await writeFile(beat, "");
    await sleep(300);
    stop.abort();
    assert.notEqual((await running).code, 0);
    const last = await readFile(beat, "utf8");
    await sleep(300);
    assert.equal(await readFile(beat, "utf8"), last);
  });

  it("takes no more of what a command prints into its memory than it keeps", async () => {
    await check("head -c 20000000 /dev/zero | tr '\\0' x; echo; echo the end");
    assert.equal(said.at(-1), "  the end");
    assert.ok(said.join("").length < 20_000);
  });
});
