import type { Client } from "pg";
import { ReportedError } from "../../runtime/errors";
import { messageWithoutValues } from "../drill/checks";
import { releasingLocks } from "../postgres/locks";

/** Runs `work` as releasingLocks() does; when it fails inside a transaction, that can go on all the same. */
export async function readingAlone<T>(client: Client, work: () => Promise<T>): Promise<T> {
  // Asked before: an error is told before the status that it brings about.
  const inTransaction = client.getTransactionStatus() === "T";
  try {
    return await releasingLocks(client, work);
  } catch (error) {
    if (inTransaction) await client.query("ROLLBACK TO SAVEPOINT reading").catch(() => undefined);
    throw error;
  }
}

/** Says what could not be read, and nothing of what is in it: a type's own code may have raised `error`. */
export function unreadable(what: string, error: unknown): ReportedError {
  return new ReportedError(`${what}: ${messageWithoutValues(error)}`);
}

/** Runs `work` as readingAlone() does, with an error that says `what` could not be read. */
export async function reading<T>(client: Client, what: string, work: () => Promise<T>): Promise<T> {
  return readingAlone(client, work).catch((error: unknown) => {
    throw unreadable(what, error);
  });
}
