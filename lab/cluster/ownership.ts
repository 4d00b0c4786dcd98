import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readJson, remove, writeIfChanged } from "../files";
import { pidsDir } from "../paths";

/**
 * What the lab remembers of a process it started. A pid alone proves nothing: pids are used again, so the time the
 * process started (in clock ticks since boot) and the boot itself must match before the lab ends anything.
 */
export interface ProcessRecord {
  name: string;
  pid: number;
  startTicks: string;
  bootId: string;
  /** Hash of the command line and of the configuration it was started with; another hash means restart. */
  fingerprint: string;
}

export interface ProcFs {
  /** The text of /proc/PID/stat, or undefined when there is no such process. */
  stat(pid: number): string | undefined;
  bootId(): string;
}

export const linuxProc: ProcFs = {
  stat(pid) {
    try {
      return readFileSync(`/proc/${pid}/stat`, "utf8");
    } catch {
      return undefined;
    }
  },
  bootId: () => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(),
};

/** Field 22 of /proc/PID/stat, or undefined for a zombie: a process that has ended but is not collected yet. */
export function startTicksOf(stat: string): string | undefined {
  // The command name is in parentheses and may hold spaces and parentheses itself: count after the last one.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state] = fields;
  return state === "Z" || state === "X" ? undefined : fields[19];
}

/** True when the recorded process still runs and is the very one that was started. */
export function isOurs(record: ProcessRecord, proc: ProcFs = linuxProc): boolean {
  if (record.bootId !== proc.bootId()) return false;
  const stat = proc.stat(record.pid);
  return stat !== undefined && startTicksOf(stat) === record.startTicks;
}

export function recordPath(name: string): string {
  return join(pidsDir, `${name}.json`);
}

export function readRecord(name: string): ProcessRecord | undefined {
  return readJson<ProcessRecord>(recordPath(name));
}

export function writeRecord(name: string, pid: number, fingerprint: string, proc: ProcFs = linuxProc): void {
  const stat = proc.stat(pid);
  const startTicks = stat && startTicksOf(stat);
  if (!startTicks) return; // it has ended already: the caller finds out when it waits for it
  mkdirSync(pidsDir, { recursive: true });
  const record: ProcessRecord = { name, pid, startTicks, bootId: proc.bootId(), fingerprint };
  writeIfChanged(recordPath(name), `${JSON.stringify(record)}\n`);
}

export function forget(name: string): void {
  remove(recordPath(name));
}

/** Names of all processes that the lab has started and not forgotten. */
export function recordedNames(): string[] {
  try {
    return readdirSync(pidsDir)
      .filter((file) => file.endsWith(".json"))
      .map((file) => file.slice(0, -".json".length));
  } catch {
    return [];
  }
}
