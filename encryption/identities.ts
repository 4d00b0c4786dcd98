import { readFile } from "node:fs/promises";
import { identityToRecipient } from "age-encryption";
import { identityFileProblem, identityLines } from "../model/identity-file";
import { EXIT, messageOf, ReportedError } from "../runtime/errors";

/** An age key pair: what opens, and the public name under which people know it. */
export interface Identity {
  /** AGE-SECRET-KEY-1…: it never gets into a message. */
  secret: string;
  /** age1… */
  recipient: string;
}

/** The identities in `file`. A file that cannot be read or holds no identity is an error that says so. */
export async function readIdentities(file: string): Promise<Identity[]> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw unusable(file, error.code === "ENOENT" ? "is missing" : `cannot be read: ${messageOf(error)}`);
  });
  return parseIdentities(text, file);
}

/** The identities in the text of an identity file, as age-keygen writes it. `file` is its name in messages. */
export async function parseIdentities(text: string, file: string): Promise<Identity[]> {
  const problem = identityFileProblem(text);
  if (problem) throw unusable(file, problem);
  return Promise.all(
    identityLines(text).map(async ({ secret, number }) => {
      // The library's own message may repeat the line.
      const recipient = await recipientOf(secret).catch(() => {
        throw unusable(file, `has in line ${number} an identity that was mistyped: its checksum is wrong`);
      });
      return { secret, recipient };
    }),
  );
}

/** The public half of an X25519 identity. */
export function recipientOf(secret: string): Promise<string> {
  return identityToRecipient(secret);
}

function unusable(file: string, why: string): ReportedError {
  return new ReportedError(
    `the identity file ${file} ${why}; give the identities of keys that the backups are encrypted for`,
    EXIT.badInput,
  );
}
