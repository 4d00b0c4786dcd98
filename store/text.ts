import { ReportedError } from "../runtime/errors";

/** Manifests, evidence and markers have some kilobytes, a manifest of 100,000 excluded tables some megabytes. */
export const MOST_TEXT_BYTES = 16 * 1024 * 1024;

/** An object that is to be read as a text and is too large to be one of ours. */
export class TooLargeError extends ReportedError {
  constructor(what: string) {
    super(
      `cannot read ${what} as a text: it has more than ${MOST_TEXT_BYTES / 1024 / 1024} MiB, which nothing has that Restorable ` +
        "wrote there; find out who did, and remove it",
    );
  }
}

/** The whole of `body`. No more than the limit is ever held: `what` says of which object, for the error. */
export async function limitedText(body: AsyncIterable<Buffer>, what: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MOST_TEXT_BYTES) throw new TooLargeError(what);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
