import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { isOurs, linuxProc, type ProcessRecord, startTicksOf } from "./cluster/ownership";
import { LabError } from "./errors";
import { readJson, remove } from "./files";
import { cacheDir } from "./paths";
import { say } from "./report";
import { until } from "./run";

const lockFile = join(cacheDir, "lab.lock");

/**
 * Does the work while no other `up`, `down`, `clean` or build does its own. Waits for the other to end; a lock whose
 * holder is gone is taken over.
 */
export async function locked<T>(work: () => Promise<T>): Promise<T> {
  mkdirSync(cacheDir, { recursive: true });
  if (!take()) {
    say("… another command works on the lab: waiting for it to end");
    await until("the other command to end", async () => take(), {
      timeoutMs: 45 * 60_000,
      todo: `see what holds ${lockFile}, and end it`,
    });
  }
  try {
    return await work();
  } finally {
    remove(lockFile);
  }
}

function take(): boolean {
  const holder = readJson<ProcessRecord>(lockFile);
  if (holder && !isOurs(holder)) remove(lockFile);
  const startTicks = startTicksOf(linuxProc.stat(process.pid) ?? "");
  if (!startTicks) throw new LabError("cannot read /proc", { todo: "mount /proc" });
  const record: ProcessRecord = {
    name: "lock",
    pid: process.pid,
    startTicks,
    bootId: linuxProc.bootId(),
    fingerprint: "",
  };
  try {
    const file = openSync(lockFile, "wx");
    writeSync(file, JSON.stringify(record));
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}
