import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { SERVER_FAILED, SERVER_LOG } from "../../model/temporary-server";
import { oneLine } from "../../model/text";

/** As much as is of use to people, from the end. */
const MOST_BYTES = 4096;

/** Why the temporary server did not start, in its own words; undefined as long as it does not say so. */
export function serverFailure(file = SERVER_FAILED): Promise<string | undefined> {
  return endOf(file);
}

/** The last that it logged. */
export async function lastWords(file = SERVER_LOG): Promise<string> {
  const end = (await endOf(file)) ?? "";
  return end === "" ? "It logged nothing." : `It logged: ${end}`;
}

/**
 * The end of a file of the temporary server's, on one line. The server is not trusted: it may have put a link to a secret of
 * the agent's in the file's place, or something that never ends.
 */
async function endOf(path: string): Promise<string | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stat = await file.stat();
      if (!stat.isFile()) return "(what it wrote is not a file, and was not read)";
      const buffer = Buffer.alloc(MOST_BYTES);
      const { bytesRead } = await file.read(buffer, 0, MOST_BYTES, Math.max(0, stat.size - MOST_BYTES));
      const lines = buffer.subarray(0, bytesRead).toString("utf8").trim().split("\n").slice(-5);
      return oneLine(lines.join(" | "), 1500);
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ELOOP") return "(what it wrote is a link, and was not followed)";
    return undefined;
  }
}
