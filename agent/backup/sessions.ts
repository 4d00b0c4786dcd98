import type { Client } from "pg";
import { messageOf } from "../../runtime/errors";
import { connectSource, endOnAbort, row, type SourceAddress } from "../postgres/connect";
import { prepareSession } from "../postgres/session";
import { MOMENT_MS } from "./giving-way";

/** The connections of one attempt at a backup. */
export interface Sessions {
  /** Holds the snapshot and the locks. */
  facts: Client;
  /** Holds nothing: it reads what no snapshot has, and looks whether anybody waits for the other. */
  beside: Client;
  /** Afterwards the server holds nothing for them any more, whatever they were asked last. */
  close(): Promise<void>;
}

export async function openSession(address: SourceAddress): Promise<Client> {
  const client = await connectSource(address);
  try {
    await prepareSession(client);
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}

/** How long a session that is told to end may take. */
const HANGING_MS = 5000;

/** Opens both. Aborting `signal` ends what the first was asked, also in the server. */
export async function openSessions(address: SourceAddress, signal: AbortSignal): Promise<Sessions> {
  const opened = await Promise.allSettled([openSession(address), openSession(address)]);
  const clients = opened.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const [facts, beside] = clients;
  const failed = opened.find((one) => one.status === "rejected");
  if (failed || facts === undefined || beside === undefined) {
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
    throw failed?.reason ?? new Error(`no session was opened: ${messageOf(signal.reason)}`);
  }
  const { pid } = await row<{ pid: string }>(facts, "SELECT pg_backend_pid() AS pid");
  // Counting runs beside the dump and is done long before it: with workers it would only take the dump's cores.
  await facts.query("SET max_parallel_workers_per_gather = 0");
  await beside.query(`SET lock_timeout = ${MOMENT_MS}`);
  // A server does not notice at once that a client has gone while it works for it, and keeps its locks until then.
  const terminate = () => beside.query("SELECT pg_terminate_backend($1)", [pid]).catch(() => undefined);
  let terminated: Promise<unknown> | undefined;
  const interrupt = () => {
    terminated ??= terminate();
    // A server that has vanished answers nobody.
    for (const client of [facts, beside]) endOnAbort(client, AbortSignal.timeout(HANGING_MS));
  };
  signal.addEventListener("abort", interrupt, { once: true });
  if (signal.aborted) interrupt();
  return {
    facts,
    beside,
    close: async () => {
      signal.removeEventListener("abort", interrupt);
      await terminated;
      await Promise.all([facts, beside].map((client) => client.end().catch(() => undefined)));
    },
  };
}
