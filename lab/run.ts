import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { LabError } from "./errors";

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Written to the command's standard input. */
  input?: string | Readable;
  /** What to advise when the command fails. */
  todo?: string;
  timeoutMs?: number;
}

export interface RunResult {
  code: number;
  stdout: string;
  stderr: string;
}

const running = new Set<ChildProcess>();

/** Ends the commands still running: called when the lab itself is interrupted, so that no build outlives it. */
export function endRunning(): void {
  for (const child of running) child.kill("SIGTERM");
}

/** Runs a command to its end and gives its output and exit code, whatever the code is. */
export async function tryRun(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const [command, ...args] = argv as [string, ...string[]];
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    timeout: options.timeoutMs,
  });
  running.add(child);
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => stderr.push(chunk));
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        new LabError(`cannot start ${command}`, {
          why: error.message,
          todo:
            error.code === "ENOENT" ? `install ${command}, or run \`up\`, which installs what is missing` : undefined,
        }),
      ),
    );
    child.once("close", (code, signal) => resolve(code ?? (signal ? 128 : 1)));
  });
  // A command that ends before it has read its input says so with its exit code; EPIPE adds nothing.
  const fed = feed(child, options.input).catch(() => undefined);
  try {
    const code = await ended;
    await fed;
    return { code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
  } finally {
    running.delete(child);
  }
}

/** Runs a command and gives its standard output; a failure is an error that quotes the end of what it said. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const result = await tryRun(argv, options);
  if (result.code === 0) return result.stdout;
  const said = (result.stderr.trim() || result.stdout.trim()).split("\n").slice(-15).join("\n");
  throw new LabError(`${argv[0]} failed with exit code ${result.code}`, {
    where: shorten(argv.join(" ")) + (options.cwd ? ` (in ${options.cwd})` : ""),
    why: said || "it said nothing",
    todo: options.todo,
  });
}

async function feed(child: ChildProcess, input: string | Readable | undefined): Promise<void> {
  if (input === undefined || !child.stdin) return;
  if (typeof input === "string") child.stdin.end(input);
  else await pipeline(input, child.stdin);
}

function shorten(text: string): string {
  return text.length > 400 ? `${text.slice(0, 400)} …` : text;
}

/** Waits until `probe` is true; the error says what was waited for and what was seen last. */
export async function until(
  what: string,
  probe: () => Promise<boolean | string>,
  options: { timeoutMs: number; todo?: string; intervalMs?: number },
): Promise<void> {
  const end = Date.now() + options.timeoutMs;
  let last: boolean | string = false;
  for (;;) {
    last = await probe();
    if (last === true) return;
    if (Date.now() > end) break;
    await new Promise((resolve) => setTimeout(resolve, options.intervalMs ?? 250));
  }
  throw new LabError(`waited ${Math.round(options.timeoutMs / 1000)} s in vain: ${what}`, {
    why: typeof last === "string" ? last : undefined,
    todo: options.todo,
  });
}
