import { createHash } from "node:crypto";
import { messageOf, ReportedError } from "../runtime/errors";
import { NotFoundError } from "../store/errors";
import type { Store } from "../store/store";

export type Side = "source" | "destination";

/** What went wrong while copying, and on which side. */
export class CopyError extends ReportedError {
  constructor(
    message: string,
    readonly side: Side,
    /** Whether it says something of one backup alone: the others can still be copied. */
    readonly ofOneBackup: boolean,
  ) {
    super(message);
  }
}

/** `work` on one side of a copy: an error of it names the side. An error of the other side passes as it is. */
export async function onSide<T>(side: Side, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw sided(side, error);
  }
}

/** What a manifest says of an object. */
export interface Expected {
  bytes: number;
  /** Hex. */
  sha256: string;
}

/**
 * Copies one object in one pass. It is held against `expected` while it passes, before the destination has all of it:
 * what is not as its manifest says never appears there, and can take nobody else's good copy away.
 */
export async function copyObject(
  from: { store: Store; key: string },
  to: { store: Store; key: string },
  expected: Expected,
  onBytes: (count: number) => void = () => undefined,
): Promise<void> {
  const body = await onSide("source", () => from.store.read(from.key));
  const passing = verified(body, expected, `${from.key} in ${from.store.place}`, onBytes);
  try {
    const stored = await onSide("destination", () => to.store.upload(to.key, passing, expected.bytes));
    if (stored.bytes === expected.bytes && stored.sha256 === expected.sha256) return;
    await onSide("destination", () => to.store.remove(to.key));
    throw new CopyError(
      `the destination stored ${stored.bytes} bytes with another digest as ${to.key} in ${to.store.place}, where ` +
        `${expected.bytes} were read as the manifest says; the object was removed again; copy again, and look at that storage`,
      "destination",
      true,
    );
  } finally {
    body.destroy();
  }
}

/** `body` as it comes, up to where it turns out not to be as expected. */
async function* verified(
  body: AsyncIterable<Buffer>,
  expected: Expected,
  what: string,
  onBytes: (count: number) => void,
): AsyncGenerator<Buffer> {
  const hash = createHash("sha256");
  let bytes = 0;
  const refuse = (why: string) =>
    new CopyError(
      `the source is not what its manifest says: ${what} ${why}; that backup cannot be relied on and was not copied: take a new one`,
      "source",
      true,
    );
  const chunks = body[Symbol.asyncIterator]();
  for (;;) {
    const { done, value } = await onSide("source", () => nextOf(chunks, what));
    if (done) break;
    bytes += value.length;
    if (bytes > expected.bytes) throw refuse(`is longer than ${expected.bytes} bytes`);
    hash.update(value);
    onBytes(value.length);
    yield value;
  }
  if (bytes < expected.bytes) throw refuse(`has ${bytes} bytes, not ${expected.bytes}: it was cut off`);
  const sha256 = hash.digest("hex");
  if (sha256 === expected.sha256) return;
  throw refuse(`has the digest ${sha256.slice(0, 16)}…, not ${expected.sha256.slice(0, 16)}…: its content was changed`);
}

async function nextOf(chunks: AsyncIterator<Buffer>, what: string): Promise<IteratorResult<Buffer>> {
  try {
    return await chunks.next();
  } catch (error) {
    if (error instanceof ReportedError) throw error;
    throw new ReportedError(`cannot read all of ${what}: ${messageOf(error)}; look at that storage, then copy again`);
  }
}

function sided(side: Side, error: unknown): unknown {
  if (error instanceof CopyError || !(error instanceof ReportedError)) return error;
  // What is gone from the source was removed there in the meantime: the backup is not to be copied any more.
  return new CopyError(`the ${side}: ${error.message}`, side, side === "source" && error instanceof NotFoundError);
}
