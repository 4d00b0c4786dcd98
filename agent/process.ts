import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";

/** How a child process ended. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The end of what it wrote to stderr, at most STDERR_LIMIT characters. */
  stderr: string;
}

export interface Running {
  stdout: Readable;
  ended: Promise<Ended>;
  kill(): void;
}

export interface StartOptions {
  env: NodeJS.ProcessEnv;
  /** Ends the process with SIGTERM, and with SIGKILL five seconds later. */
  signal?: AbortSignal;
  /** Whether stdout is read by the caller; otherwise it is thrown away. */
  stdout?: "pipe" | "ignore";
  /** Whether what it has started is ended with it. @default false */
  group?: boolean;
}

const STDERR_LIMIT = 64 * 1024;

/** Starts a program. `ended` never rejects for how the program ends; a program that is not there ends with code 127. */
export function start(command: string, args: string[], options: StartOptions): Running {
  const child: ChildProcess = spawn(command, args, {
    env: options.env,
    stdio: ["ignore", options.stdout ?? "ignore", "pipe"],
    detached: options.group ?? false,
  });
  const send = (name: NodeJS.Signals) => (options.group ? signalGroup(child.pid, name) : child.kill(name));
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-STDERR_LIMIT);
  });
  let killTimer: NodeJS.Timeout | undefined;
  const kill = () => {
    send("SIGTERM");
    killTimer ??= setTimeout(() => send("SIGKILL"), 5000);
    killTimer.unref();
  };
  const ended = new Promise<Ended>((resolve) => {
    child.once("error", (error) =>
      resolve({ code: 127, signal: null, stderr: `${command} could not be started: ${error.message}` }),
    );
    child.once("close", (code, signal) => resolve({ code, signal, stderr }));
  }).finally(() => {
    clearTimeout(killTimer);
    options.signal?.removeEventListener("abort", kill);
  });
  if (options.signal?.aborted) kill();
  options.signal?.addEventListener("abort", kill, { once: true });
  return { stdout: child.stdout as Readable, ended, kill };
}

/** To a program that leads a group, and to all in it. Nothing happens when they are gone. */
function signalGroup(leader: number | undefined, name: NodeJS.Signals): void {
  try {
    if (leader !== undefined) process.kill(-leader, name);
  } catch {
    // It has ended.
  }
}

/** Runs a program to its end, and gives how it ended and all it printed. */
export async function run(
  command: string,
  args: string[],
  options: Omit<StartOptions, "stdout">,
): Promise<Ended & { stdout: string }> {
  const running = start(command, args, { ...options, stdout: "pipe" });
  const chunks: Buffer[] = [];
  running.stdout?.on("data", (chunk: Buffer) => chunks.push(chunk));
  const ended = await running.ended;
  return { ...ended, stdout: Buffer.concat(chunks).toString("utf8") };
}

/** `exit code 1` or `signal SIGKILL`, for messages. */
export function howItEnded(ended: Ended): string {
  return ended.signal ? `signal ${ended.signal}` : `exit code ${ended.code}`;
}
