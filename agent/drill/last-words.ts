import { setTimeout as sleep } from "node:timers/promises";

/** How long a drill that is told to stop waits for its own steps to end: well within what the signer waits for its word. */
const UNWINDING_MS = 15_000;

/**
 * The result of `work`, or its error; and an error as well when it has not ended a while after `signal`. Statements, programs
 * and calls end with the signal themselves; but the server that they talk to is somebody else's, and whichever of them still
 * waits must not keep the drill from saying what it has found.
 */
export async function orGiveUp<T>(work: Promise<T>, signal: AbortSignal, unwindingMs = UNWINDING_MS): Promise<T> {
  const ended = new AbortController();
  const late = async (): Promise<never> => {
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
      ended.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await sleep(unwindingMs, undefined, { signal: ended.signal });
    throw signal.reason;
  };
  const giveUp = late();
  giveUp.catch(() => undefined);
  try {
    return await Promise.race([work, giveUp]);
  } finally {
    ended.abort();
    work.catch(() => undefined);
  }
}
