import { ReportedError } from "../runtime/errors";

const INTRO = Buffer.from("age-encryption.org/v1\n");

/** Some hundred recipients. What has no end by then is no header. */
const LIMIT = 64 * 1024;

export interface AgeFile {
  header: Buffer;
  /** The file from its beginning, header included. */
  whole: AsyncGenerator<Buffer>;
  /** For who does not read `whole` after all. */
  close(): Promise<void>;
}

/**
 * The header of the age file `body`, and the whole file again, header included: who opens it can be found out before its
 * content is read. `what` is its name in messages.
 */
export async function splitHeader(body: AsyncIterable<Buffer>, what: string): Promise<AgeFile> {
  const rest = body[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  for (;;) {
    const end = endOfHeader(head);
    if (end !== undefined) {
      return {
        header: head.subarray(0, end),
        whole: rejoined(head, rest),
        close: async () => void (await rest.return?.()),
      };
    }
    const problem = problemOf(head);
    if (problem) {
      await rest.return?.();
      throw new ReportedError(`${what} cannot be decrypted: ${problem}`);
    }
    const next = await rest.next();
    if (next.done) throw new ReportedError(`${what} cannot be decrypted: it was cut off before the end of its header`);
    head = Buffer.concat([head, next.value]);
  }
}

function problemOf(head: Buffer): string | undefined {
  const length = Math.min(head.length, INTRO.length);
  if (!head.subarray(0, length).equals(INTRO.subarray(0, length)))
    return "it is no age file: it was stored without encryption, changed or replaced";
  return head.length > LIMIT ? "its header has no end: it was changed" : undefined;
}

/** Behind the line of the header's authentication code, which begins with three hyphens. */
function endOfHeader(head: Buffer): number | undefined {
  if (!head.subarray(0, INTRO.length).equals(INTRO)) return undefined;
  const line = head.indexOf("\n--- ");
  const end = line < 0 ? -1 : head.indexOf("\n", line + 1);
  return end < 0 ? undefined : end + 1;
}

async function* rejoined(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield head;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
