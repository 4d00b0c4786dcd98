import type { Client } from "pg";
import type { Facts } from "../../model/facts";

/**
 * Every new database has a schema public, and no dump says that it was dropped: where the source had none, `client`,
 * which is connected to the copy, drops it. Without CASCADE, since it can hold nothing then.
 */
export async function dropPublic(client: Client, { schemas }: Pick<Facts["sections"], "schemas">): Promise<void> {
  if (Object.hasOwn(schemas, "public")) return;
  await client.query("SET session_replication_role = replica"); // an event trigger may forbid it
  await client.query("DROP SCHEMA IF EXISTS public");
}
