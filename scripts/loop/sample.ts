import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { zabbixSql } from "../../lab/sample/zabbix";
import { primaryOf } from "./cluster";
import { kubectl } from "./kubectl";

/**
 * Real input: the schema and initial data of Zabbix, a production application, and a pgbench database. Loaded as the
 * role that owns the database, so that owners and default privileges are what they are where people use them.
 */
export interface SampleTarget {
  namespace: string;
  cluster: string;
}

/** kubectl waits for ever when the container it talks to ends in mid-sentence, such as for want of memory. */
const LIMIT = {
  timeoutMs: 300_000,
  todo: "see whether the primary was restarted (kubectl get pods): it may lack memory, see postgres.resources of the settings",
};

/** SQL on the primary as the superuser, over the pod's own socket. */
export async function psql(
  target: SampleTarget,
  database: string,
  sql: string | Readable,
  options: string[] = [],
): Promise<string> {
  const pod = await primaryOf(target.namespace, target.cluster);
  const command = [
    "psql",
    "-X",
    "-q",
    "-A",
    "-t",
    "-v",
    "ON_ERROR_STOP=1",
    "-U",
    "postgres",
    "-d",
    database,
    ...options,
    "-f",
    "-",
  ];
  const exec = ["-n", target.namespace, "exec", "-i", pod, "-c", "postgres", "--", ...command];
  return kubectl(exec, { input: sql, ...LIMIT });
}

/** Loads Zabbix's tables into `database`, in one transaction: all of it or nothing. True when there was something to do. */
export async function loadZabbix(target: SampleTarget, database: string, owner: string): Promise<boolean> {
  if ((await psql(target, database, "select to_regclass('public.dbversion') is not null")).trim() === "t") return false;
  const file = await zabbixSql();
  const sql = Readable.from(
    (async function* () {
      yield `SET ROLE "${owner}";\n`;
      // The file commits on its own half-way; here it is one transaction.
      for await (const line of createInterface({ input: createReadStream(file) }))
        if (!/^(BEGIN|START TRANSACTION|COMMIT);$/.test(line)) yield `${line}\n`;
    })(),
  );
  await psql(target, database, sql, ["--single-transaction"]);
  return true;
}

/** Fills `database` by `pgbench -i`: 100,000 accounts (15 MB) for each unit of `scale`. True when there was something to do. */
export async function loadPgbench(
  target: SampleTarget,
  database: string,
  owner: string,
  scale: number,
): Promise<boolean> {
  const complete = "select count(*) from pg_constraint where conname = 'pgbench_accounts_pkey'";
  if ((await psql(target, database, complete)).trim() === "1") return false;
  const pod = await primaryOf(target.namespace, target.cluster);
  const command = [
    "env",
    `PGOPTIONS=-c role=${owner}`,
    "pgbench",
    "-i",
    "-q",
    "-s",
    String(scale),
    "-U",
    "postgres",
    database,
  ];
  await kubectl(["-n", target.namespace, "exec", pod, "-c", "postgres", "--", ...command], LIMIT);
  return true;
}
