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
}

const STDERR_LIMIT = 64 * 1024;

/** Starts a program. `ended` never rejects for how the program ends; a program that is not there ends with code 127. */
export function start(command: string, args: string[], options: StartOptions): Running {
  const child: ChildProcess = spawn(command, args, {
    env: options.env,
    stdio: ["ignore", options.stdout ?? "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-STDERR_LIMIT);
  });
  let killTimer: NodeJS.Timeout | undefined;
  const kill = () => {
    child.kill("SIGTERM");
    killTimer ??= setTimeout(() => child.kill("SIGKILL"), 5000);
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
