import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "../errors";
import { sha256 } from "../files";
import { logsDir, netnsPath } from "../paths";
import { until } from "../run";
import { forget, isOurs, readRecord, writeRecord } from "./ownership";

/** One long-running process of the lab. */
export interface ProcessSpec {
  name: string;
  argv: readonly [string, ...string[]];
  /** Configuration files that it reads at start: when one changes, the process is restarted. */
  configs?: readonly string[];
  env?: Record<string, string>;
}

export function logPath(name: string): string {
  return join(logsDir, `${name}.log`);
}

/** The end of a process's log, for error messages. */
export function logTail(name: string, lines = 12): string {
  const path = logPath(name);
  return existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n").slice(-lines).join("\n") : "(no log)";
}

export function fingerprintOf(spec: ProcessSpec): string {
  const [binary] = spec.argv;
  // Tools are symlinks to a folder named by their inputs: size and time of the target tell one build from another.
  const { size, mtimeMs } = statSync(binary);
  const configs = (spec.configs ?? []).map((path) => readFileSync(path, "utf8"));
  return sha256(JSON.stringify([spec.argv, spec.env ?? {}, size, mtimeMs, configs]));
}

export function isRunning(name: string): boolean {
  const record = readRecord(name);
  return record !== undefined && isOurs(record);
}

/** Starts the process unless the same one, with the same configuration, runs already. True when it was started. */
export async function ensureRunning(spec: ProcessSpec): Promise<boolean> {
  const fingerprint = fingerprintOf(spec);
  const record = readRecord(spec.name);
  if (record && isOurs(record)) {
    if (record.fingerprint === fingerprint) return false;
    await stop(spec.name);
  }
  await start(spec, fingerprint);
  return true;
}

async function start(spec: ProcessSpec, fingerprint: string): Promise<void> {
  mkdirSync(logsDir, { recursive: true });
  const log = openSync(logPath(spec.name), "a");
  // nsenter, not `ip netns exec`: the latter mounts a new /sys, which hides the cgroups from kubelet. nsenter becomes
  // the command without a fork, so the pid is the component's own.
  const child = spawn("nsenter", [`--net=${netnsPath}`, ...spec.argv], {
    detached: true,
    stdio: ["ignore", log, log],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...spec.env },
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (error) => reject(new LabError(`cannot start ${spec.name}`, { why: error.message })));
  });
  child.unref();
  if (child.pid !== undefined) writeRecord(spec.name, child.pid, fingerprint);
}

/** An error when a component that should run has ended, with the end of its log. */
export function checkAlive(specs: readonly ProcessSpec[]): void {
  for (const { name } of specs) {
    if (isRunning(name)) continue;
    throw new LabError(`${name} ended right after it was started`, {
      where: logPath(name),
      why: logTail(name),
      todo: "mend what the log names, then run `up` again: it starts only what does not run",
    });
  }
}

/** Ends a process that the lab started, and only that one: SIGTERM, then SIGKILL. True when there was one to end. */
export async function stop(name: string, graceMs = 15_000): Promise<boolean> {
  const record = readRecord(name);
  if (!record) return false;
  const wasRunning = isOurs(record);
  if (wasRunning) {
    process.kill(record.pid, "SIGTERM");
    try {
      await until(`${name} to end`, async () => !isOurs(record), { timeoutMs: graceMs, intervalMs: 50 });
    } catch {
      if (isOurs(record)) process.kill(record.pid, "SIGKILL");
      await until(`${name} to end after SIGKILL`, async () => !isOurs(record), { timeoutMs: 5_000, intervalMs: 50 });
    }
  }
  forget(name);
  return wasRunning;
}
