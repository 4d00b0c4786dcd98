import { performance } from "node:perf_hooks";

/** What a step does; what it gives is said instead of its time: `cached` and the like. */
// biome-ignore lint/suspicious/noConfusingVoidType: most steps give nothing, and need not say so
export type StepWork = () => Promise<string | undefined | void>;

const heartbeatMs = 30_000;

/** Seconds as people read them: 0.4 s, 18 s, 3 min 7 s. */
export function seconds(ms: number): string {
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)} s`;
  const whole = Math.round(ms / 1000);
  return whole < 100 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/**
 * Runs one step and prints one line for it: plain text, the same on a terminal and in a CI log.
 * A long step shows signs of life: a CI system may end a job that says nothing for minutes.
 */
export async function step(title: string, work: StepWork): Promise<void> {
  const tty = process.stdout.isTTY;
  const started = performance.now();
  if (tty) process.stdout.write(`… ${title}`);
  const heartbeat = setInterval(() => {
    const line = `… ${title} (${seconds(performance.now() - started)} so far)`;
    process.stdout.write(tty ? `\r\x1b[K${line}` : `${line}\n`);
  }, heartbeatMs);
  try {
    const note = await work();
    finish(tty, `✔ ${title} (${note ?? seconds(performance.now() - started)})`);
  } catch (error) {
    finish(tty, `✖ ${title} (${seconds(performance.now() - started)})`);
    throw error;
  } finally {
    clearInterval(heartbeat);
  }
}

/** A line outside any step. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function finish(tty: boolean, line: string): void {
  process.stdout.write(`${tty ? "\r\x1b[K" : ""}${line}\n`);
}
