import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

export interface Measure {
  bytes: number;
  /** Hex. */
  sha256: string;
}

/** `body`, measured on its way. An error of its own is kept apart: it says more than what it broke. */
export function measured(body: AsyncIterable<Buffer>) {
  const hash = createHash("sha256");
  let bytes = 0;
  let failure: unknown;
  async function* passing() {
    try {
      for await (const chunk of body) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
    } catch (error) {
      failure = error;
      throw error;
    }
  }
  return {
    body: passing(),
    error: () => failure,
    /** Once, when the body has ended. */
    result: (): Measure => ({ bytes, sha256: hash.digest("hex") }),
  };
}

/** Writes `body` to `file`, and measures it on the way. */
export async function writeMeasured(body: Readable, file: string, signal?: AbortSignal): Promise<Measure> {
  const hash = createHash("sha256");
  let bytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  await pipeline(body, measure, createWriteStream(file), { signal });
  return { bytes, sha256: hash.digest("hex") };
}
