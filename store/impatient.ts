import { finished, Readable } from "node:stream";

/** So much is read ahead: a chunk of the network's. With more, chunks are joined, and copied, before they are passed on. */
export const READ_AHEAD = 64 * 1024;

/**
 * `body`, which ends in an error when it is asked for more and nothing comes for `idleMs`. The time in which nobody
 * asks does not count: whoever passes it on to a slow place pauses for longer than a store may be silent.
 */
export function impatient(body: Readable, idleMs: number): Readable {
  let asked = false;
  const silence = setTimeout(() => {
    if (asked) body.destroy(silent(idleMs));
  }, idleMs);
  const passing = new Readable({
    highWaterMark: READ_AHEAD,
    read() {
      asked = true;
      silence.refresh();
      body.resume();
    },
    destroy(error, done) {
      clearTimeout(silence);
      body.destroy();
      done(error);
    },
  });
  body.pause();
  body.on("data", (chunk: Buffer) => {
    silence.refresh();
    asked = passing.push(chunk);
    if (!asked) body.pause();
  });
  finished(body, { writable: false }, (error) => {
    clearTimeout(silence);
    if (error) passing.destroy(error);
    else passing.push(null);
  });
  return passing;
}

function silent(idleMs: number): Error {
  return Object.assign(new Error(`nothing came for ${idleMs / 1000} s`), { name: "TimeoutError" });
}
