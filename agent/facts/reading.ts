import type { Client } from "pg";
import { ReportedError } from "../../runtime/errors";
import { messageWithoutValues } from "../drill/checks";
import { releasingLocks } from "../postgres/locks";

/** Runs `work` as releasingLocks() does; when it fails inside a transaction, that can go on all the same. */
export async function readingAlone<T>(client: Client, work: () => Promise<T>): Promise<T> {
  try {
    return await releasingLocks(client, work);
  } catch (error) {
    if (client.getTransactionStatus() === "E") await client.query("ROLLBACK TO SAVEPOINT reading");
    throw error;
  }
}

/** The same, with an error that says what could not be read, and nothing of what is in it: a type's own code may raise it. */
export async function reading<T>(client: Client, what: string, work: () => Promise<T>): Promise<T> {
  return readingAlone(client, work).catch((error: unknown) => {
    throw new ReportedError(`${what}: ${messageWithoutValues(error)}`);
  });
}
