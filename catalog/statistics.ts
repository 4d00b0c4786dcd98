import { runsBetween } from "../model/cron-runs";
import type { StoredBackup } from "./list";

/** When backups are due. */
export interface Schedule {
  /** Five cron fields. */
  schedule: string;
  timeZone: string;
  /** How long after its time a run may still be under way. */
  graceSeconds: number;
}

export interface StatisticsOptions {
  /** How many of the newest good backups the trend is made of. */
  trendOf: number;
  /** How far back runs that did not bring a backup are looked for. */
  windowSeconds: number;
  /** Absent: it is not known. */
  schedule?: Schedule;
  now: Date;
}

interface Known {
  id: string;
  /** ISO 8601. */
  takenAt: string;
}

/** Figures of one database's backups. Sizes are bytes as stored. */
export interface Statistics {
  good: number;
  unfinished: number;
  damaged: number;
  /** Of another stack or environment: in no other figure. */
  foreign: number;
  /** Of all of them, the unfinished and damaged ones included. */
  totalBytes: number;
  /** How a backup's size changes, by least squares; undefined with fewer than two good ones. */
  growth?: { backups: number; bytesPerDay: number };
  oldest?: Known;
  newest?: Known;
  /** The newest good one: the database's size on its server to what is stored. */
  compressionRatio?: number;
  /** From the newest good one's snapshot until now. */
  secondsSinceGood?: number;
  /** Times at which a run was due and no good backup was begun until the next; undefined without a schedule. */
  missedRuns?: Date[];
}

/** What `backups` of one database, oldest first, amount to. */
export function statisticsOf(all: StoredBackup[], options: StatisticsOptions): Statistics {
  const backups = all.filter(({ state }) => state !== "foreign");
  const good = backups.flatMap((backup) =>
    backup.state === "good" && backup.manifest
      ? [{ bytes: backup.bytes, manifest: backup.manifest, at: Date.parse(backup.manifest.snapshot.at) }]
      : [],
  );
  const newest = good.at(-1);
  const known = (of: (typeof good)[number] | undefined) =>
    of && { id: of.manifest.id, takenAt: of.manifest.snapshot.at };
  return {
    good: good.length,
    unfinished: backups.filter(({ state }) => state === "unfinished").length,
    damaged: backups.filter(({ state }) => state === "damaged").length,
    foreign: all.length - backups.length,
    totalBytes: backups.reduce((sum, { bytes }) => sum + bytes, 0),
    growth: growthOf(good.slice(-options.trendOf)),
    oldest: known(good[0]),
    newest: known(newest),
    ...(newest && {
      compressionRatio: newest.manifest.server.databaseBytes / newest.bytes,
      secondsSinceGood: (options.now.getTime() - newest.at) / 1000,
    }),
    missedRuns: missedRuns(
      good.map(({ manifest }) => Date.parse(manifest.startedAt)),
      options,
    ),
  };
}

const DAY = 86_400_000;

/** The slope of the straight line that is nearest to the sizes. */
function growthOf(points: { at: number; bytes: number }[]): Statistics["growth"] {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const at = mean(points.map((point) => point.at));
  const bytes = mean(points.map((point) => point.bytes));
  const spread = points.reduce((sum, point) => sum + (point.at - at) ** 2, 0);
  if (points.length < 2 || spread === 0) return undefined;
  const slope = points.reduce((sum, point) => sum + (point.at - at) * (point.bytes - bytes), 0) / spread;
  return { backups: points.length, bytesPerDay: slope * DAY };
}

function missedRuns(begun: number[], { schedule, windowSeconds, now }: StatisticsOptions): Date[] | undefined {
  const first = begun[0];
  if (!schedule) return undefined;
  if (first === undefined) return [];
  // Before the first backup nothing was missed, and what is due just now may be under way.
  const from = new Date(Math.max(first, now.getTime() - windowSeconds * 1000));
  const until = new Date(now.getTime() - schedule.graceSeconds * 1000);
  if (until <= from) return [];
  const due = runsBetween(schedule.schedule, schedule.timeZone, from, until);
  return due.filter((run, index) => {
    const next = due[index + 1]?.getTime() ?? now.getTime();
    return !begun.some((at) => at >= run.getTime() && at < next);
  });
}
