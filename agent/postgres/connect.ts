import { Client, type ClientConfig, type QueryResult } from "pg";
import { messageOf, ReportedError } from "../../runtime/errors";

export interface SourceAddress {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
}

/**
 * A connection to the source, with TLS where the server offers it, as libpq's default sslmode=prefer: pg_dump, which
 * connects beside, does the same.
 */
export async function connectSource(source: SourceAddress): Promise<Client> {
  const config: ClientConfig = {
    ...source,
    application_name: "restorable-agent",
    connectionTimeoutMillis: 30_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
  };
  try {
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

/** A connection to the temporary server, over its socket. */
export async function connectSocket(folder: string, database: string, user: string): Promise<Client> {
  return connect({
    host: folder,
    database,
    user,
    application_name: "restorable-drill",
    connectionTimeoutMillis: 30_000,
  });
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

function advice(error: unknown): string {
  const code = (error as { code?: string }).code;
  if (code === "28P01" || code === "28000") return "check username and password in the backup role's Secret";
  if (code === "3D000") return "the database does not exist: check the target's database";
  if (code === "53300") return "the server has no free connection: raise max_connections or try later";
  return "check that the server runs and that the network policies let the backup Job reach it";
}
