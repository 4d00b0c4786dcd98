import type { Socket } from "node:net";
import { Client, type ClientConfig, type QueryResult } from "pg";
import { messageOf, ReportedError } from "../../runtime/errors";
import { advice } from "./connect-advice";

export interface SourceAddress {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
  /** Who signed the server's certificate: the connection is encrypted, and the server is proved to be `host`. */
  authority?: { pem: string; file: string };
}

/**
 * A connection to the source, encrypted as pg_dump's, which connects beside: with an authority as libpq's
 * sslmode=verify-full; without one where the server offers it, as libpq's default sslmode=prefer.
 */
export async function connectSource({ authority, ...source }: SourceAddress): Promise<Client> {
  const config: ClientConfig = {
    ...source,
    application_name: "restorable-agent",
    // A short one of the role or the database would end what is asked first, before prepareSession() has switched it off.
    options: "-c statement_timeout=0",
    connectionTimeoutMillis: 30_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
  };
  try {
    // The name is given for addresses, too, of which the client would ask nothing.
    if (authority) return await connect({ ...config, ssl: { ca: authority.pem, host: source.host } });
    return await connect({ ...config, ssl: { rejectUnauthorized: false } }).catch((error: unknown) => {
      if (messageOf(error).includes("does not support SSL")) return connect({ ...config, ssl: false });
      throw error;
    });
  } catch (error) {
    throw new ReportedError(
      `cannot connect to ${source.database} at ${source.host}:${source.port} as ${source.user}: ${messageOf(error)}; ${advice(error)}`,
    );
  }
}

/** A connection to the temporary server, over its socket, with `options` as PGOPTIONS has them. */
export async function connectSocket(folder: string, database: string, user: string, options = ""): Promise<Client> {
  return connect({
    host: folder,
    database,
    user,
    ...(options === "" ? {} : { options }),
    application_name: "restorable-drill",
    connectionTimeoutMillis: 30_000,
  });
}

/**
 * Breaks `client`'s connection when `signal` is aborted: a statement that never ends must not outlive a drill that is told
 * to stop. Gives what takes this back.
 */
export function endOnAbort(client: Client, signal: AbortSignal): () => void {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  const end = () => void stream.destroy(new Error(messageOf(signal.reason)));
  if (signal.aborted) end();
  signal.addEventListener("abort", end, { once: true });
  return () => signal.removeEventListener("abort", end);
}

async function connect(config: ClientConfig): Promise<Client> {
  const client = new Client(config);
  // A connection that breaks rejects the query under way; without a listener it would end the process as well.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

/** The rows of `sql`, every value as text or null. */
export async function rows<R extends Record<string, string | null>>(
  client: Client,
  sql: string,
  values: unknown[] = [],
): Promise<R[]> {
  const result: QueryResult<R> = await client.query<R>({ text: sql, values, types: { getTypeParser: () => asText } });
  return result.rows;
}

/** The first row of `sql`, which must give one. */
export async function row<R extends Record<string, string | null>>(
  client: Client,
  sql: string,
  values: unknown[] = [],
): Promise<R> {
  const [first] = await rows<R>(client, sql, values);
  if (first === undefined) throw new Error(`no row came from: ${sql.slice(0, 80)}`);
  return first;
}

const asText = (value: string) => value;
