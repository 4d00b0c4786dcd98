import { formatDuration } from "../../model/duration";
import { type Target, targetId } from "../../model/target";
import { counted, formatBytes } from "../../runtime/format";
import type { World } from "../world";
import { formatTime, styleOf } from "./style";

/** One database in what `--json` prints: `{"version": 1, "databases": […], "usedBytes": 1, "quotaBytes": null}`. */
export interface DatabaseStatistics {
  target: Target;
  good: number;
  unfinished: number;
  damaged: number;
  /** Of another stack or environment: in no other figure. */
  foreign: number;
  totalBytes: number;
  growth: { backups: number; bytesPerDay: number } | null;
  oldest: { id: string; takenAt: string } | null;
  newest: { id: string; takenAt: string } | null;
  /** Size on the server to size in the storage. */
  compressionRatio: number | null;
  secondsSinceGoodBackup: number | null;
  secondsSinceGoodDrill: number | null;
  /** The next run of the schedule; null when it is not known or suspended. */
  nextDue: string | null;
  suspended: boolean | null;
  /** When a backup was due and none came. */
  missedRuns: string[] | null;
}

interface Answer {
  databases: DatabaseStatistics[];
  usedBytes: number;
  quotaBytes: number | null;
}

/** A block of lines for each database, and the storage's use. */
export function renderStatistics(world: World, { databases, usedBytes, quotaBytes }: Answer): string {
  const style = styleOf(world);
  const blocks = databases.map((of) => [style.bold(targetId(of.target)), ...linesOf(of)].join("\n"));
  const quota = quotaBytes === null ? "" : ` of ${formatBytes(quotaBytes)} (${percent(usedBytes / quotaBytes)})`;
  const used = `used in all         ${formatBytes(usedBytes)}${quota}`;
  const over = quotaBytes !== null && usedBytes > quotaBytes;
  return [...blocks, over ? style.bad(`${used}: over the quota`) : used].join("\n\n");
}

function linesOf(of: DatabaseStatistics): string[] {
  const others = [
    ...(of.unfinished > 0 ? [`${of.unfinished} unfinished`] : []),
    ...(of.damaged > 0 ? [`${of.damaged} damaged`] : []),
    ...(of.foreign > 0 ? [`${of.foreign} of another stack or environment`] : []),
  ];
  const ago = (seconds: number | null) => (seconds === null ? "never" : `${formatDuration(seconds)} ago`);
  const known = (backup: DatabaseStatistics["newest"]) =>
    backup ? `${backup.id}, ${formatTime(backup.takenAt)}` : "none";
  return [
    ["backups", [`${of.good} good`, ...others].join(", ")],
    ["size", formatBytes(of.totalBytes)],
    ["growth", growthText(of.growth)],
    ["oldest good", known(of.oldest)],
    ["newest good", known(of.newest)],
    ["compression", of.compressionRatio === null ? "not known" : `${of.compressionRatio.toFixed(1)} : 1`],
    ["last good backup", ago(of.secondsSinceGoodBackup)],
    ["last good drill", ago(of.secondsSinceGoodDrill)],
    ["next due", of.suspended ? "suspended" : of.nextDue === null ? "not known" : formatTime(of.nextDue)],
    ["missed runs", missedText(of.missedRuns)],
  ].map(([name = "", value]) => `  ${name.padEnd(18)}${value}`);
}

function growthText(growth: DatabaseStatistics["growth"]): string {
  if (growth === null) return "not known: it takes two good backups";
  const { bytesPerDay, backups } = growth;
  if (Math.abs(bytesPerDay) < 1) return `none over the last ${backups}`;
  const size = formatBytes(Math.round(Math.abs(bytesPerDay)));
  return `${bytesPerDay < 0 ? "-" : "+"}${size} per day and backup, over the last ${backups}`;
}

/** So many are named. */
const NAMED = 3;

function missedText(missed: string[] | null): string {
  if (missed === null) return "not known";
  if (missed.length === 0) return "none";
  const named = missed.slice(-NAMED).map(formatTime).join(", ");
  return `${counted(missed.length, "run")}: ${missed.length > NAMED ? "… " : ""}${named}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
