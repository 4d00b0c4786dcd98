import type { World } from "../world";
import { CLEAR_LINE } from "./shown";

/** What takes less is not talked about. */
const QUIET_MS = 2000;
const TERMINAL_EVERY_MS = 100;
const PLAIN_EVERY_MS = 10_000;

/**
 * How far something is, on standard error: one line that changes on a terminal; elsewhere, as in a pipeline's log, a line
 * now and then. Our own sixty lines: the libraries for it bring more code than the rest of the command has.
 */
export class Progress {
  private readonly started = performance.now();
  private shown = 0;
  private onLine = false;

  constructor(private readonly world: Pick<World, "err" | "terminal">) {}

  /** How far it is now. Called as often as one likes. */
  update(text: () => string): void {
    const now = performance.now();
    if (now - this.started < QUIET_MS) return;
    const { err, terminal } = this.world;
    if (now - this.shown < (terminal.err ? TERMINAL_EVERY_MS : PLAIN_EVERY_MS)) return;
    this.shown = now;
    if (!terminal.err) err(`${text()}\n`);
    else {
      err(`${CLEAR_LINE}${text()}`);
      this.onLine = true;
    }
  }

  /** A line that stays. */
  line(text: string): void {
    this.clear();
    this.world.err(`${text}\n`);
  }

  /** Takes the changing line away: before an answer, and at the end. */
  clear(): void {
    if (this.onLine) this.world.err(CLEAR_LINE);
    this.onLine = false;
  }

  seconds(): number {
    return (performance.now() - this.started) / 1000;
  }
}
