import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { clearDeadLocks, type Host } from "../../../scripts/loop/stack-lock";

describe("a stack's lock", () => {
  let state: string;
  let folder: string;
  const dead: Host = { name: "here", runsPulumi: () => false };
  const living: Host = { name: "here", runsPulumi: (pid) => pid === 42 };
  const lock = (name: string, content: unknown, of = folder) => {
    writeFileSync(join(of, `${name}.json`), typeof content === "string" ? content : JSON.stringify(content));
    writeFileSync(join(of, `${name}.json.attrs`), "{}");
  };
  const by = (pid: number, host = "here") => ({
    ...{ pid, username: "anna", hostname: host, timestamp: "2026-11-21T02:00:00Z" },
  });

  beforeEach(() => {
    state = mkdtempSync(join(tmpdir(), "lock-"));
    folder = join(state, ".pulumi", "locks", "organization", "restorable", "local");
    mkdirSync(folder, { recursive: true });
  });
  afterEach(() => rmSync(state, { recursive: true }));

  it("goes when the Pulumi that made it is dead, with what stands beside it", () => {
    lock("one", by(42));
    lock("two", by(43));
    const said: string[] = [];
    clearDeadLocks(state, "local", dead, (line) => said.push(line));
    assert.match(
      said[0] ?? "",
      /^the lock of anna@here \(pid 42\) at .* on the stack local was removed: that process is no/,
    );
    assert.equal(said.length, 2);
    assert.deepEqual(readdirSync(folder), []);
  });

  it("stays when its Pulumi runs, and says which and what to do", () => {
    lock("one", by(42));
    assert.throws(() => clearDeadLocks(state, "local", living), {
      name: "LabError",
      message: [
        "the stack local is locked by anna@here (pid 42) at 2026-11-21T02:00:00Z",
        `  where: ${join(folder, "one.json")}`,
        "  why:   another Pulumi works on the stack",
        "  do:    wait for it to end, or end it (kill 42), then run this again",
      ].join("\n"),
    });
    assert.equal(readdirSync(folder).length, 2);
  });

  it("stays when it is another host's, or cannot be read: nobody here can tell", () => {
    lock("one", by(43, "elsewhere"));
    assert.throws(
      () => clearDeadLocks(state, "local", dead),
      /locked by anna@elsewhere .*\n.*\n.*it was made on elsewhere, and this is here\n.*see whether Pulumi still runs there/,
    );
    rmSync(join(folder, "one.json"));
    for (const content of ["{", '{"pid": "x"}']) {
      lock("two", content);
      assert.throws(() => clearDeadLocks(state, "local", dead), /the lock cannot be read\n.*delete the file/);
    }
    assert.equal(readdirSync(folder).length, 3);
  });

  it("of another stack is left alone, and there need be none at all", () => {
    const other = join(state, ".pulumi", "locks", "organization", "restorable", "production");
    mkdirSync(other);
    lock("one", by(42), other);
    clearDeadLocks(state, "local", living);
    assert.equal(readdirSync(other).length, 2);
    clearDeadLocks(join(state, "nowhere"), "local", living);
  });

  it("is dead when its number belongs to a process that is no Pulumi, or to none", async () => {
    const child = spawn("sleep", ["60"]);
    try {
      for (const pid of [child.pid ?? 0, 2 ** 22 + 1]) {
        lock("one", by(pid, hostname()));
        clearDeadLocks(state, "local", undefined, () => undefined);
        assert.deepEqual(readdirSync(folder), []);
      }
    } finally {
      child.kill();
    }
  });
});
