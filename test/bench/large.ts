import { spawnSync } from "node:child_process";
import Table from "cli-table3";
import { inLab, labEnv } from "../../lab";
import { messageOf } from "../../lab/errors";
import { say, seconds, step } from "../../lab/report";
import { finishJob, type JobSpec, jobName, startJob } from "../../scripts/loop/jobs";
import { kubectl, listObjects, type Pod } from "../../scripts/loop/kubectl";
import { type LocalDatabase, LocalStack } from "../../scripts/loop/local-stack";
import { newestEvidence } from "../../scripts/loop/rounds";
import { psql } from "../../scripts/loop/sample";

/**
 * The agent's memory as the database grows: a backup and a drill of a table of over 1 GB and of one of over 5 GB. The
 * table is unlogged, so that it is there once and not on every replica; pg_dump and the drill treat it like any other.
 */
const SIZES = [8_000_000, 40_000_000];
const TABLE = "bench_large";
/** Promised of the agent; it is also the limit of its container. */
const MEGABYTES = 300;

interface Figures {
  seconds: number;
  megabytes: number;
}

async function main(): Promise<void> {
  const stack = new LocalStack();
  const { namespace, clusterName, databases } = await stack.outputs();
  const cluster = { namespace, cluster: clusterName };
  const bench = databases.find(({ database }) => database === "bench") as LocalDatabase;
  const table = new Table({
    head: ["database", "backup", "memory", "drill", "memory"],
    style: { head: [], border: [] },
  });
  let kept = true;
  try {
    for (const rows of SIZES) {
      await step(`${(rows / 1e6).toFixed(0)} million rows`, () => fill(cluster, rows));
      const bytes = Number((await psql(cluster, "bench", "select pg_database_size(current_database())")).trim());
      const size = `${(bytes / 1e9).toFixed(1)} GB`;
      const backup = await told(`backup of ${size}`, () =>
        measured(bench.namespace, bench.backupCronJob, "backup", withoutDrill),
      );
      const drill = await told(`drill of ${size}`, () =>
        measured(bench.drillNamespace, bench.drillCronJob, "drill", withRoom),
      );
      const evidence = await newestEvidence(stack, bench);
      if (!evidence?.predicate.passed || evidence.predicate.contents.rows < rows)
        throw new Error(`the drill of ${size} left no passing evidence of all its rows`);
      kept &&= Math.max(backup.megabytes, drill.megabytes) < MEGABYTES;
      table.push([
        size,
        ...[backup, drill].flatMap((f) => [seconds(1000 * f.seconds), `${f.megabytes.toFixed(0)} MB`]),
      ]);
    }
  } finally {
    await psql(cluster, "bench", `drop table if exists ${TABLE}`);
  }
  say(`\n${table.toString()}\nmemory of the agent at its peak; promise: under ${MEGABYTES} MB ${kept ? "✔" : "✖"}`);
  if (!kept) process.exitCode = 1;
}

async function fill(cluster: { namespace: string; cluster: string }, rows: number): Promise<void> {
  const batch = 4_000_000; // a statement must end before kubectl loses patience
  await psql(
    cluster,
    "bench",
    `set role bench_owner; drop table if exists ${TABLE};
    create unlogged table ${TABLE} (aid int primary key, bid int, abalance int, filler char(84))`,
  );
  for (let from = 1; from <= rows; from += batch) {
    const to = Math.min(rows, from + batch - 1);
    await psql(
      cluster,
      "bench",
      `insert into ${TABLE} select i, i % 1000, i, '' from generate_series(${from}, ${to}) i`,
    );
  }
}

/** The Job's time, and the peak memory of the agent in it: its container's first process. */
async function measured(
  namespace: string,
  cronJob: string,
  container: string,
  change: (spec: JobSpec) => void,
): Promise<Figures> {
  const name = jobName(cronJob, "large");
  const started = performance.now();
  await startJob(namespace, cronJob, name, change);
  let peak = 0;
  let ended = false;
  const finishing = finishJob(namespace, name, 1800, 2000).finally(() => {
    ended = true;
  });
  while (!ended) {
    peak = Math.max(peak, await peakSoFar(namespace, name, container));
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  const job = await finishing;
  if (!job.succeeded) throw new Error(`Job ${namespace}/${name} failed:\n${job.logs}`);
  if (peak === 0) throw new Error(`the memory of Job ${namespace}/${name} could not be read`);
  return { seconds: (performance.now() - started) / 1000, megabytes: peak / 1024 };
}

/** Kilobytes; 0 while there is no process to ask. */
async function peakSoFar(namespace: string, job: string, container: string): Promise<number> {
  const [pod] = await listObjects<Pod>(namespace, "pods", `batch.kubernetes.io/job-name=${job}`);
  if (!pod) return 0;
  const read = ["exec", pod.metadata.name, "-c", container, "--", "grep", "VmHWM", "/proc/1/status"];
  const line = await kubectl(["-n", namespace, ...read]).catch(() => "");
  return Number(/(\d+) kB/.exec(line)?.[1] ?? 0);
}

const withoutDrill = (spec: JobSpec) => {
  for (const container of spec.template.spec.containers as { args?: string[] }[])
    container.args = [...(container.args ?? []), "--no-drill"];
};

/** The stack's drills have room for what it holds, not for this. */
const withRoom = (spec: JobSpec) => {
  const { volumes } = spec.template.spec as unknown as {
    volumes: { name: string; emptyDir?: { sizeLimit: string } }[];
  };
  for (const volume of volumes) if (volume.name === "drill" && volume.emptyDir) volume.emptyDir.sizeLimit = "30Gi";
};

/** A step with a result. */
async function told<T>(title: string, work: () => Promise<T>): Promise<T> {
  let result: T | undefined;
  await step(title, async () => {
    result = await work();
  });
  return result as T;
}

/** Everything happens in the lab's network, where the cluster is. */
function reenter(): never {
  const [file, ...args] = inLab([process.execPath, "--import", "tsx", __filename]) as [string, ...string[]];
  const { status } = spawnSync(file, args, { stdio: "inherit", env: { ...labEnv(), RESTORABLE_LAB: "1" } });
  process.exit(status ?? 1);
}

if (!process.env.RESTORABLE_LAB) reenter();
main().then(
  () => process.exit(),
  (error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(1);
  },
);
