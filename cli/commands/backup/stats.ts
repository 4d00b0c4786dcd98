import type { Command } from "commander";
import type { Schedule, Statistics } from "../../../catalog/statistics";
import type { Target } from "../../../model/target";
import { EXIT, type ExitCode } from "../../../runtime/errors";
import { answering, badInput, newCommand, positive } from "../../command";
import type { Connection } from "../../connection/connection";
import type { Selected } from "../../connection/databases";
import { type ConnectionOptions, type JsonOption, withDatabase, withJson, withStorage } from "../../connection/options";
import type { Storage } from "../../connection/storages";
import { json } from "../../output/json";
import { type DatabaseStatistics, renderStatistics } from "../../output/statistics";
import type { World } from "../../world";

interface Options extends ConnectionOptions, JsonOption {
  quota?: number;
  last: number;
  window: number;
  schedule?: string;
  timeZone?: string;
  key?: string[];
}

export function statsCommand(world: World): Command {
  const command = newCommand("stats", {
    summary: "figures of each database's backups",
    description:
      "How many backups there are, how large, how they grow, how old the newest good backup and drill are, when the next backup is due, and which did not come. With --quota, exit code 1 says that more is used.",
    examples: [
      "backup stats --stack production",
      "backup stats --stack production --quota 500GB --json",
      'backup stats --path /mnt/backups --schedule "0 2 * * *" --window 7d',
    ],
  })
    .option("--quota <size>", "how much may be used, such as 500GB or 2TiB", parseSize)
    .option("--last <count>", "of how many backups the trend is made", positive("--last"), 10)
    .option("--window <duration>", "how far back missed runs are looked for, such as 24h or 7d", parseWindow, 86_400)
    .option("--schedule <cron>", "when backups are due, five fields (default: the CronJob's)")
    .option("--time-zone <zone>", "the schedule's time zone (default: the CronJob's, or UTC)")
    .option("--key <file...>", "public keys (PEM) whose signatures count, besides the stack's");
  return withStorage(withDatabase(withJson(command))).action(answering((options: Options) => stats(world, options)));
}

async function stats(world: World, options: Options): Promise<ExitCode> {
  const [{ Connection }, { trustedKeys }] = await Promise.all([
    import("../../connection/connection"),
    import("../../connection/evidence"),
  ]);
  const connection = new Connection(world, options);
  const keys = await trustedKeys(options.key, connection);
  const storage = await connection.storage("primary", "reader");
  const databases: DatabaseStatistics[] = [];
  for (const selected of await connection.databases(storage))
    databases.push(await statsOf(world, { connection, storage, keys, options }, selected));
  const usedBytes = databases.reduce((sum, { totalBytes }) => sum + totalBytes, 0);
  const answer = { databases, usedBytes, quotaBytes: options.quota ?? null };
  world.out(options.json ? json(answer) : renderStatistics(world, answer));
  return options.quota !== undefined && usedBytes > options.quota ? EXIT.failed : EXIT.good;
}

interface Source {
  connection: Connection;
  storage: Storage;
  keys: string[];
  options: Options;
}

async function statsOf(world: World, source: Source, selected: Selected): Promise<DatabaseStatistics> {
  const { storage, keys, options, connection } = source;
  const { target } = selected;
  const [{ ownersMeant }, { listBackups }, { statisticsOf }, { nextRun }] = await Promise.all([
    import("../../connection/owners"),
    import("../../../catalog/list"),
    import("../../../catalog/statistics"),
    import("../../../model/cron-runs"),
  ]);
  const owners = await ownersMeant(connection, storage, target);
  const backups = await listBackups(storage.store, storage.prefix, target, owners);
  const due = await scheduleOf(connection, selected, options);
  const now = world.now();
  const figures = statisticsOf(backups, {
    trendOf: options.last,
    windowSeconds: options.window,
    schedule: due,
    now,
  });
  const next = due && !due.suspended ? nextRun(due.schedule, due.timeZone, now) : undefined;
  return {
    target,
    ...plain(figures),
    secondsSinceGoodDrill: await sinceGoodDrill(storage, target, keys, now),
    nextDue: next?.toISOString() ?? null,
    suspended: due?.suspended ?? null,
  };
}

function plain(figures: Statistics) {
  const { good, unfinished, damaged, foreign, totalBytes } = figures;
  return {
    ...{ good, unfinished, damaged, foreign, totalBytes },
    growth: figures.growth ?? null,
    oldest: figures.oldest ?? null,
    newest: figures.newest ?? null,
    compressionRatio: figures.compressionRatio ?? null,
    secondsSinceGoodBackup: figures.secondsSinceGood ?? null,
    missedRuns: figures.missedRuns?.map((run) => run.toISOString()) ?? null,
  };
}

/** What a run may take when nobody says it. */
const GRACE_SECONDS = 3600;

async function scheduleOf(
  connection: Connection,
  { target, declared }: Selected,
  options: Options,
): Promise<(Schedule & { suspended: boolean }) | undefined> {
  if (options.schedule !== undefined) {
    const { cronProblem, timeZoneProblem } = await import("../../../model/cron");
    const timeZone = options.timeZone ?? "UTC";
    const problem = timeZoneProblem(timeZone) ?? cronProblem(options.schedule, 5, timeZone);
    if (problem) throw badInput(`--schedule: ${problem}`);
    return { schedule: options.schedule, timeZone, graceSeconds: GRACE_SECONDS, suspended: false };
  }
  if (declared?.backupCronJob === undefined) return undefined;
  const cronJob = await (await connection.cluster()).cronJob(target.namespace, declared.backupCronJob);
  if (!cronJob?.spec) return undefined;
  const { schedule, timeZone, suspend, jobTemplate } = cronJob.spec;
  return {
    schedule,
    timeZone: timeZone ?? "UTC",
    graceSeconds: jobTemplate.spec?.activeDeadlineSeconds ?? GRACE_SECONDS,
    suspended: suspend ?? false,
  };
}

/** Drills run in turn: the first that passed, from the newest on, is the answer. */
async function sinceGoodDrill(storage: Storage, target: Target, keys: string[], now: Date): Promise<number | null> {
  const { listEvidence, readEvidence } = await import("../../connection/evidence");
  for (const found of await listEvidence(storage.store, storage.prefix, target)) {
    const { signature, predicate } = await readEvidence(storage.store, found, target, keys);
    if (signature !== "refused" && predicate?.passed)
      return (now.getTime() - Date.parse(predicate.drill.finishedAt)) / 1000;
  }
  return null;
}

const UNITS: Record<string, number> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, PB: 1e15 };
const BINARY: Record<string, number> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40, PiB: 2 ** 50 };

function parseSize(text: string): number {
  const [, count = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)$/.exec(text) ?? [];
  const factor = UNITS[unit] ?? BINARY[unit];
  if (factor === undefined)
    throw badInput(`--quota is "${text}"; give a number and a unit, such as 500GB (10^9) or 2TiB (2^40)`);
  return Number(count) * factor;
}

function parseWindow(text: string): number {
  const [, count = "", unit = ""] = /^([1-9]\d{0,5})(h|d|w)$/.exec(text) ?? [];
  const seconds = { h: 3600, d: 86_400, w: 604_800 }[unit];
  if (seconds === undefined) throw badInput(`--window is "${text}"; give a whole number and h, d or w, such as 7d`);
  return Number(count) * seconds;
}
