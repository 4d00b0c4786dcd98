import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { isOurs, linuxProc, type ProcessRecord, type ProcFs, startTicksOf } from "../../../lab/cluster/ownership";

const stat = (state: string, ticks: string, command = "etcd") =>
  `42 (${command}) ${state} 1 42 42 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 ${ticks} 123456 789\n`;

const proc = (text: string | undefined, bootId = "boot-1"): ProcFs => ({ stat: () => text, bootId: () => bootId });

const record: ProcessRecord = { name: "etcd", pid: 42, startTicks: "5000", bootId: "boot-1", fingerprint: "f" };

describe("whether a recorded process is the lab's own", () => {
  it("is true while the process that was started runs", () => {
    assert.equal(isOurs(record, proc(stat("S", "5000"))), true);
  });

  it("is false when the process has ended", () => {
    assert.equal(isOurs(record, proc(undefined)), false);
  });

  it("is false when another process has been given its pid", () => {
    assert.equal(isOurs(record, proc(stat("S", "9999"))), false);
  });

  it("is false after a reboot, even with the same pid and the same start time", () => {
    assert.equal(isOurs(record, proc(stat("S", "5000"), "boot-2")), false);
  });

  it("is false for a process that has ended but was not collected", () => {
    assert.equal(isOurs(record, proc(stat("Z", "5000"))), false);
  });

  it("does not stumble over spaces and parentheses in a command's name", () => {
    assert.equal(startTicksOf(stat("R", "77", "a) b (c")), "77");
  });

  it("agrees with the kernel about a process of this machine", async () => {
    const child = spawn("sleep", ["30"]);
    const pid = child.pid as number;
    const startTicks = startTicksOf(linuxProc.stat(pid) ?? "") as string;
    const own: ProcessRecord = { name: "sleep", pid, startTicks, bootId: linuxProc.bootId(), fingerprint: "" };
    assert.equal(isOurs(own), true);
    child.kill();
    await once(child, "close");
    assert.equal(isOurs(own), false);
  });
});
