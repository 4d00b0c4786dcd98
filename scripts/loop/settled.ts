import { setTimeout as sleep } from "node:timers/promises";

/** Waits until `probe` gives something, asking every `everyMs`. The error says what was waited for. */
export async function eventually<T>(
  what: string,
  probe: () => Promise<T | undefined>,
  timeoutSeconds: number,
  everyMs = 500,
): Promise<T> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`waited ${timeoutSeconds} s in vain for ${what}`);
    await sleep(everyMs);
  }
}
