import { spawnSync } from "node:child_process";
import Table from "cli-table3";
import { inLab, labEnv } from "../../lab";
import { messageOf } from "../../lab/errors";
import { say, seconds, step } from "../../lab/report";
import { CONFIG_FILE } from "../../model/job-config";
import { type LocalDatabase, LocalStack } from "../../scripts/loop/local-stack";
import { backupAndDrill, newestEvidence } from "../../scripts/loop/rounds";
import { psql } from "../../scripts/loop/sample";
import { discard, GENERATED, generate } from "./generated";
import { compare, type Measured, median } from "./measure";
import { BenchPod } from "./pod";

/**
 * `make bench`: the figures that Restorable promises, measured side by side in one run on the lab: on the real schema,
 * and on two generated tables of over 1 GB each. What is promised is a ratio; absolute times are this machine's.
 */
const PAIRS = 3;
/** Asking how a Job is getting on takes a tenth of a second of a core: while something is measured, it is asked seldom. */
const POLL_MS = 4000;

interface Row {
  what: string;
  a: string;
  b: string;
  ratio: number;
  promise: string;
  kept: boolean;
}

async function main(): Promise<void> {
  const stack = new LocalStack();
  const { namespace, clusterName, databases } = await stack.outputs();
  const cluster = { namespace, cluster: clusterName };
  const find = (name: string) => databases.find(({ database }) => database === name) as LocalDatabase;
  const rows: Row[] = [];
  const memory: string[] = [];
  const measure = async (database: LocalDatabase, what: string) => {
    const bytes = await psql(cluster, database.database, "select pg_database_size(current_database())");
    const name = `${what} (${(Number(bytes.trim()) / 1e6).toFixed(0)} MB)`;
    const pod = await BenchPod.start(namespace, database.backupCronJob, `bench-${database.database}`);
    try {
      rows.push(...(await backups(pod, clusterName, database, name, memory)));
      rows.push(await restores(stack, pod, clusterName, database, name));
    } finally {
      await pod.remove();
    }
  };
  await measure(find("zabbix"), "zabbix");
  for (const generated of GENERATED) {
    await step(`${generated.name}, generated in bench: over 1 GB`, () => generate(cluster, generated));
    try {
      await measure(find("bench"), generated.name);
    } finally {
      await step(`${generated.name} dropped`, () => discard(cluster, generated));
    }
  }
  await backupAndDrill(find("bench"));
  const table = new Table({
    head: ["", "Restorable", "bare tool", "ratio", "promise", ""],
    style: { head: [], border: [] },
  });
  for (const { what, a, b, ratio, promise, kept } of rows)
    table.push([what, a, b, ratio.toFixed(2), promise, kept ? "✔" : "✖"]);
  say(`\nmedians of ${PAIRS} pairs, run in turn; ratio: median over the pairs\n${table.toString()}`);
  for (const line of memory) say(line);
}

/** The agent's backup against bare pg_dump with the same options, and against what people use without it. */
async function backups(
  pod: BenchPod,
  cluster: string,
  { database, namespace }: LocalDatabase,
  name: string,
  memory: string[],
): Promise<Row[]> {
  await pod.exec(`umask 077
    printf '%s:5432:*:%s:%s\\n' "${cluster}-rw.${namespace}.svc" "$(cat /var/run/restorable/source/username)" "$(cat /var/run/restorable/source/password)" > /bench/pgpass`);
  const dump = (options: string, file: string) => async (): Promise<Measured> => {
    const connection = `-h ${cluster}-rw.${namespace}.svc -U "$(cat /var/run/restorable/source/username)" -d ${database}`;
    const measured = await pod.measure(`env PGPASSFILE=/bench/pgpass pg_dump ${connection} -Fc ${options} -f ${file}`);
    return { ...measured, bytes: await pod.size(file) };
  };
  const agent = async (options = ""): Promise<Measured> => {
    const measured = await pod.measure(`restorable-agent backup --no-drill ${options}`);
    const bytes = Number(/([\d.]+) MB \(zstd\)/.exec(await pod.exec("cat /bench/stdout"))?.[1] ?? Number.NaN) * 1e6;
    return { ...measured, bytes };
  };
  // A share of next to nothing: what is left of the digests is the counting of rows.
  await pod.exec(`sed -E 's/("everyRowUpToBytes": *)[0-9]+/\\165536/' ${CONFIG_FILE} > /bench/few.json
    grep -q 65536 /bench/few.json`);
  const withoutDigests = () => agent("--config /bench/few.json");
  const zstd = dump("--compress=zstd:3", "/bench/zstd.dump");
  const gzip = dump("-Z9", "/bench/gzip.dump");
  await zstd(); // the first reader of a new table writes hint bits and fills the cache
  const same = await told(`backups of ${name}, with zstd side by side`, () => compare(() => agent(), zstd, PAIRS));
  const usual = await told(`backups of ${name}, against pg_dump -Fc -Z9`, () => compare(() => agent(), gzip, PAIRS));
  const digests = await told(`backups of ${name}, with and without a digest of every row`, () =>
    compare(() => agent(), withoutDigests, PAIRS),
  );
  const peak = Math.max(...[...same.a, ...usual.a, ...digests.a].map((m) => m.peakMegabytes ?? 0));
  memory.push(
    `memory of the agent, backing up ${name}: ${peak.toFixed(0)} MB at most (promise: under 300) ${peak < 300 ? "✔" : "✖"}`,
  );
  const sizes = median(usual.a.map((m) => m.bytes ?? 0)) / median(usual.b.map((m) => m.bytes ?? 0));
  return [
    { what: `backup ${name}: same options`, ...times(same), promise: "at most 1.15", kept: same.ratio <= 1.15 },
    { what: `backup ${name}: no digests`, ...times(digests), promise: "at most 1.30", kept: digests.ratio <= 1.3 },
    { what: `backup ${name}: -Fc -Z9`, ...times(usual), promise: "at most 0.33", kept: usual.ratio <= 1 / 3 },
    {
      what: `size ${name}: -Fc -Z9`,
      a: megabytes(usual.a),
      b: megabytes(usual.b),
      ratio: sizes,
      promise: "at most 1.00",
      kept: sizes <= 1,
    },
  ];
}

/** The drill's restore against bare pg_restore -j2 into a server as initdb makes it, in turn. */
async function restores(
  stack: LocalStack,
  pod: BenchPod,
  cluster: string,
  database: LocalDatabase,
  name: string,
): Promise<Row> {
  const drill = async (): Promise<Measured> => {
    await backupAndDrill(database, POLL_MS);
    const evidence = await newestEvidence(stack, database);
    const stage = evidence?.predicate.stages.find((candidate) => candidate.name === "restore");
    if (!evidence?.predicate.passed || !stage)
      throw new Error("the drill left no passing evidence with a restore stage");
    const checking = evidence.predicate.stages.find((candidate) => candidate.name === "checks");
    say(
      `  the drill of ${name}: restored in ${seconds(1000 * stage.seconds)}, checked in ${seconds(1000 * (checking?.seconds ?? 0))}`,
    );
    return { seconds: stage.seconds };
  };
  const bare = async (): Promise<Measured> => {
    await pod.exec(`
      export PGHOST=/bench/socket
      rm -rf /bench/data /bench/socket; mkdir -p /bench/socket
      initdb -D /bench/data -U postgres --auth=trust >/dev/null
      pg_ctl -D /bench/data -w -l /bench/server.log -o "-k /bench/socket -c listen_addresses=" start >/dev/null
      psql -q -U postgres -d postgres -f /bench/roles.sql >/dev/null 2>&1`);
    try {
      return await pod.measure("pg_restore -h /bench/socket -U postgres --create -j2 -d postgres /bench/zstd.dump");
    } finally {
      await pod.exec("pg_ctl -D /bench/data -m immediate stop >/dev/null; rm -rf /bench/data");
    }
  };
  const user = '"$(cat /var/run/restorable/source/username)"';
  await pod.exec(
    `env PGPASSFILE=/bench/pgpass pg_dumpall -h ${cluster}-rw.${database.namespace}.svc -U ${user} -l ${database.database} --roles-only --no-role-passwords > /bench/roles.sql`,
  );
  const compared = await told(`restores of ${name}, side by side`, () => compare(drill, bare, PAIRS));
  return {
    what: `restore ${name}: pg_restore -j2`,
    ...times(compared),
    promise: "under 1.00",
    kept: compared.ratio < 1,
  };
}

/** A step with a result. */
async function told<T>(title: string, work: () => Promise<T>): Promise<T> {
  let result: T | undefined;
  await step(title, async () => {
    result = await work();
  });
  return result as T;
}

function times({ a, b, ratio }: Awaited<ReturnType<typeof compare>>) {
  return {
    a: seconds(1000 * median(a.map((m) => m.seconds))),
    b: seconds(1000 * median(b.map((m) => m.seconds))),
    ratio,
  };
}

function megabytes(measured: Measured[]): string {
  return `${(median(measured.map((m) => m.bytes ?? 0)) / 1e6).toFixed(1)} MB`;
}

/** Everything happens in the lab's network, where the cluster is. */
function reenter(): never {
  const [file, ...args] = inLab([process.execPath, "--import", "tsx", __filename]) as [string, ...string[]];
  const { status } = spawnSync(file, args, { stdio: "inherit", env: { ...labEnv(), RESTORABLE_LAB: "1" } });
  process.exit(status ?? 1);
}

if (!process.env.RESTORABLE_LAB) reenter();
main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(1);
  },
);
