import type { Stage } from "../model/evidence";
import { messageOf } from "./errors";
import { formatSeconds } from "./format";
import { print as printLine } from "./print";

/** Writes one line for people. Replaced in tests. */
export type Print = (line: string) => void;

/**
 * The stages of one run: each is timed, printed when it ends (`✔ dump     3.2 s  45.1 MB (zstd)`), and kept for the
 * evidence.
 */
export class Stages {
  readonly done: Stage[] = [];
  /** The stage that failed, if one did: what was not reached afterwards names it. */
  failed: string | undefined;
  /** Set while all stages under way are broken off, to be run once more: none of them has failed. */
  brokenOff = false;
  private readonly running = new Set<string>();

  constructor(private readonly print: Print = printLine) {}

  /** Runs `work`; what it passes to `note` is printed behind the time. An error marks the stage and goes on upwards. */
  async run<T>(name: string, work: (note: (text: string) => void) => Promise<T>): Promise<T> {
    const started = performance.now();
    let text = "";
    this.running.add(name);
    try {
      const result = await work((note) => {
        text = note;
      });
      this.finish(name, started, true, text);
      return result;
    } catch (error) {
      if (this.brokenOff) {
        this.finish(name, started, false, "broken off, to be tried again");
        throw error;
      }
      // A stage that ends because another one failed is stopped by it, and tells nothing of its own.
      const message = this.failed === undefined ? messageOf(error) : `stopped, because ${this.failed} failed`;
      this.failed ??= name;
      this.finish(name, started, false, message);
      throw error;
    }
  }

  /** The stages under way now: what an interruption names. */
  current(): string {
    return [...this.running].join(", ") || "start";
  }

  private finish(name: string, started: number, passed: boolean, message: string): void {
    const seconds = Math.round(performance.now() - started) / 1000;
    this.running.delete(name);
    this.done.push({ name, seconds, passed, ...(message === "" ? {} : { message }) });
    // A failure's whole message goes to stderr, once, from main: here the line only marks the stage.
    const note = passed || message.startsWith("stopped") || this.brokenOff ? message : "failed";
    const mark = passed ? "✔" : this.brokenOff ? "↻" : "✘";
    this.print(`${mark} ${name.padEnd(10)} ${formatSeconds(seconds).padStart(9)}  ${note}`.trimEnd());
  }
}
