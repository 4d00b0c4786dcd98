import { Command } from "commander";
import { EXIT, type ExitCode, ReportedError } from "../runtime/errors";

/** What Ctrl-C ends with: 128 and the signal's number, as shells have it. */
export const INTERRUPTED = 130 as const;

export type Answer = ExitCode | typeof INTERRUPTED;

export const EXIT_CODES = `
Exit codes:
  0    good
  1    failed, or not good: the message says what, where and why
  2    bad input: wrong options, no such stack, database or backup, credentials missing; nothing was tried
  3    the backup is good, but its drill could not be asked for
  4    the backup is good, but a database of the server has none
  130  interrupted`;

interface Texts {
  /** One line, for the list of commands. */
  summary: string;
  /** What it does and what it leaves alone; the summary when absent. */
  description?: string;
  /** Each a command line, without `restorable`. */
  examples?: string[];
}

/** A command with its help: examples and exit codes. Wrong usage throws, and is for main to report. */
export function newCommand(name: string, { summary, description, examples = [] }: Texts): Command {
  const shown = examples.length === 0 ? "" : `\nExamples:\n${examples.map((e) => `  $ restorable ${e}`).join("\n")}\n`;
  return new Command(name)
    .summary(summary)
    .description(description ?? summary)
    .addHelpText("after", shown + EXIT_CODES)
    .helpOption("-h, --help", "show this help")
    .helpCommand(false)
    .exitOverride();
}

/** Makes `run`'s answer the exit code of the command. */
export function answering<A extends unknown[]>(run: (...args: A) => Promise<Answer>): (...args: A) => Promise<void> {
  return async (...args) => {
    process.exitCode = await run(...args);
  };
}

/** Wrong or missing input: nothing was tried. */
export function badInput(message: string): ReportedError {
  return new ReportedError(message, EXIT.badInput);
}

/** The value of an option that must be a whole number of at least one. */
export function positive(option: string): (text: string) => number {
  return (text) => {
    if (!/^[1-9]\d{0,8}$/.test(text)) throw badInput(`${option} is "${text}"; give a whole number of at least 1`);
    return Number(text);
  };
}
