import { Readable } from "node:stream";

/**
 * `body`, which ends in an error when it is asked for more and nothing comes for `idleMs`. The time in which nobody
 * asks does not count: whoever passes it on to a slow place pauses for longer than a store may be silent.
 */
export function impatient(body: Readable, idleMs: number): Readable {
  async function* passing(): AsyncGenerator<Buffer> {
    const chunks: AsyncIterator<Buffer> = body[Symbol.asyncIterator]();
    try {
      for (;;) {
        const silence = setTimeout(() => body.destroy(silent(idleMs)), idleMs);
        const { done, value } = await chunks.next().finally(() => clearTimeout(silence));
        if (done) return;
        yield value;
      }
    } finally {
      body.destroy();
    }
  }
  return Readable.from(passing(), { objectMode: false });
}

function silent(idleMs: number): Error {
  return Object.assign(new Error(`nothing came for ${idleMs / 1000} s`), { name: "TimeoutError" });
}
