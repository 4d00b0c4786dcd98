import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { LabError } from "../../lab/errors";
import { say } from "../../lab/report";

/** What Pulumi writes into a lock's file on a local backend. */
interface Lock {
  pid: number;
  username: string;
  hostname: string;
  timestamp: string;
}

/** This machine, as far as it tells whose lock it is. */
export interface Host {
  name: string;
  /** Whether a process of this number is running, and is Pulumi: numbers are given out again. */
  runsPulumi(pid: number): boolean;
}

const thisHost: Host = {
  name: hostname(),
  runsPulumi(pid) {
    try {
      process.kill(pid, 0);
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "EPERM";
    }
    const comm = `/proc/${pid}/comm`;
    return !existsSync(comm) || readFileSync(comm, "utf8").startsWith("pulumi");
  },
};

/**
 * Takes away the locks of `stack` that Pulumi processes left when they were killed, as `pulumi cancel` does, but those of
 * the dead alone. A lock of one that runs, or of another host, of which nobody here can tell, is an error.
 */
export function clearDeadLocks(state: string, stack: string, host: Host = thisHost, print = say): void {
  for (const { file, lock } of locksOf(state, stack)) {
    const holder = lock
      ? `${lock.username}@${lock.hostname} (pid ${lock.pid}) at ${lock.timestamp}`
      : "nobody can tell whom";
    const locked = (why: string, todo: string) =>
      new LabError(`the stack ${stack} is locked by ${holder}`, { where: file, why, todo });
    if (!lock)
      throw locked(
        "the lock cannot be read",
        "when no Pulumi works on the stack, delete the file, then run this again",
      );
    if (lock.hostname !== host.name)
      throw locked(
        `it was made on ${lock.hostname}, and this is ${host.name}`,
        "see whether Pulumi still runs there; when it does not, delete the file, then run this again",
      );
    if (host.runsPulumi(lock.pid))
      throw locked(
        "another Pulumi works on the stack",
        `wait for it to end, or end it (kill ${lock.pid}), then run this again`,
      );
    rmSync(file, { force: true });
    rmSync(`${file}.attrs`, { force: true });
    print(
      `the lock of ${holder} on the stack ${stack} was removed: that process is no more, it was killed in the middle`,
    );
  }
}

/** In `<state>/.pulumi/locks/organization/<project>/<stack>/`, a file for each. */
function locksOf(state: string, stack: string): { file: string; lock: Lock | undefined }[] {
  const projects = join(state, ".pulumi", "locks", "organization");
  return namesIn(projects)
    .map((project) => join(projects, project, stack))
    .flatMap((folder) => namesIn(folder).map((name) => join(folder, name)))
    .filter((file) => file.endsWith(".json"))
    .flatMap((file) => {
      const lock = read(file);
      return lock === "gone" ? [] : [{ file, lock }];
    });
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** One that ended a moment ago took its lock along. */
function read(file: string): Lock | undefined | "gone" {
  try {
    const lock = JSON.parse(readFileSync(file, "utf8")) as Partial<Lock>;
    return Number.isInteger(lock.pid) && typeof lock.hostname === "string" ? (lock as Lock) : undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? "gone" : undefined;
  }
}
