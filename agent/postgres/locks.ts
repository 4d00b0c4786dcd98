import type { Client } from "pg";

/**
 * Runs `work` so that the locks it takes are given back at once, also inside a transaction, which would keep them to
 * its end: planning a count locks every index of the table, and next to pg_dump's own locks a database of thousands of
 * tables would run out of room for them (max_locks_per_transaction). Rolling back to a savepoint releases them, and
 * leaves the snapshot as it is. `work` may only read.
 */
export async function releasingLocks<T>(client: Client, work: () => Promise<T>): Promise<T> {
  if (client.getTransactionStatus() !== "T") return work();
  await client.query("SAVEPOINT reading");
  const result = await work();
  await client.query("ROLLBACK TO SAVEPOINT reading");
  return result;
}
