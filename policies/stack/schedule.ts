import * as aws from "../../model/aws-schedule";
import { cronProblem, timeZoneProblem } from "../../model/cron";
import { type CronFields, cronRecurrence } from "../../model/cron-recurrence";
import { goSeconds } from "../../model/go-duration";
import { longestGapOf, today } from "../../model/recurrence";
import { oneLine } from "../../model/text";
import type { Reading } from "../known";
import type { Schedule } from "./facts";

/** Seconds between two runs, at the longest; or why its product cannot read the schedule, or reads it as another. */
export type Gap = Reading<number> | { state: "problem"; problem: string };

/**
 * The longest time between two runs of `schedule`: endless when it stops, or never runs twice. Unknown when the
 * expression or its time zone is. Without a time zone it is UTC, which is what containers and AWS run in.
 */
export function gapOf(schedule: Schedule): Gap {
  const { expression, fields, timeZone } = schedule;
  if (expression.state !== "known") return expression;
  const zone = timeZone.state === "known" ? timeZone.value : "UTC";
  const gap = measured(expression.value, fields, zone);
  // A schedule that cannot be read in any zone need not wait for one.
  return gap.state === "known" && timeZone.state === "unknown" ? timeZone : gap;
}

/** Rules ask for the same gaps again and again, and many backups have the same schedule. */
const gaps = new Map<string, Gap>();

function measured(expression: string, fields: Schedule["fields"], zone: string): Gap {
  const key = JSON.stringify([expression, fields, zone, today().getTime()]);
  const gap = gaps.get(key) ?? measure(expression, fields, zone);
  gaps.set(key, gap);
  return gap;
}

function measure(expression: string, fields: Schedule["fields"], zone: string): Gap {
  try {
    const wrongZone = timeZoneProblem(zone);
    if (wrongZone !== undefined) throw new Error(wrongZone);
    return { state: "known", value: seconds(expression, fields, zone) };
  } catch (error) {
    return { state: "problem", problem: oneLine((error as Error).message, 300) };
  }
}

/** Throws an Error that is a whole reason: it names the expression. */
function seconds(expression: string, fields: Schedule["fields"], zone: string): number {
  const dialect = DIALECTS[fields];
  if (dialect) return secondsOfMacros(expression, dialect, zone);
  if (fields === 5 || fields === 6) return secondsOfCron(expression, fields, zone);
  const problem = aws.problem(expression);
  if (problem !== undefined) throw new Error(problem);
  return aws.longestGap(expression, zone);
}

function secondsOfCron(expression: string, fields: CronFields, zone: string): number {
  const problem = cronProblem(expression, fields, zone);
  if (problem !== undefined) throw new Error(problem);
  try {
    return longestGapOf(cronRecurrence(expression, fields), zone);
  } catch (error) {
    throw new Error(`"${expression}" is not a cron schedule (${(error as Error).message})`);
  }
}

/** What a product takes that reads macros, too. */
interface Dialect {
  fields: CronFields;
  /** `CRON_TZ=Europe/Zurich` before it. */
  zone: boolean;
  /** `@daily-random` and the like. */
  random: boolean;
}

const DIALECTS: Partial<Record<Schedule["fields"], Dialect>> = {
  any: { fields: 5, zone: true, random: false },
  // Kubernetes refuses a time zone in the schedule: there is a field for it (its validation of batch/v1).
  cronjob: { fields: 5, zone: false, random: false },
  k8up: { fields: 5, zone: true, random: true },
  cnpg: { fields: 6, zone: false, random: false },
};

/** What github.com/robfig/cron takes beside the fields (its parser.go). */
const MACROS: Record<string, string> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

function secondsOfMacros(expression: string, dialect: Dialect, zone: string): number {
  const [, prefix, rest] = /^(?:CRON_)?TZ=(\S+)\s+(.*)$/.exec(expression.trim()) ?? [];
  if (prefix !== undefined && rest !== undefined && dialect.zone) {
    const problem = timeZoneProblem(prefix);
    if (problem !== undefined) throw new Error(problem);
    return secondsOfMacros(rest, dialect, prefix);
  }
  if (prefix !== undefined)
    throw new Error(
      `"${expression.trim()}" has a time zone in it, which is not read here; give it in a field of its own`,
    );
  const text = expression.trim();
  if (text.startsWith("@every ")) return everySeconds(text);
  if (!text.startsWith("@")) return secondsOfCron(text, dialect.fields, zone);
  // K8up picks the time, once for each of its schedules (its randomizer.go): they are as regular as without it.
  const macro =
    MACROS[dialect.random ? text.replace(/^(@(?:hourly|daily|weekly|monthly|yearly))-random$/, "$1") : text];
  if (macro === undefined) {
    const fields = dialect.fields === 5 ? "five" : "six";
    throw new Error(`"${text}" is none of ${Object.keys(MACROS).join(", ")} or @every; write the ${fields} fields out`);
  }
  return longestGapOf(cronRecurrence(macro, 5), zone);
}

/** `@every 1h30m`: a duration as Go writes it, in whole seconds and never less than one (its constantdelay.go). */
function everySeconds(expression: string): number {
  const seconds = goSeconds(expression.slice("@every ".length));
  if (seconds === undefined) throw new Error(`"${expression}" has no duration that Go can read, such as 24h or 1h30m`);
  return Math.max(1, Math.floor(seconds));
}

/** The schedule for people: its expression, and its time zone if it has one. */
export function scheduleText({ expression, timeZone }: Schedule): string {
  if (expression.state !== "known") return "a schedule";
  const zone = timeZone.state === "known" ? ` (${timeZone.value})` : "";
  return oneLine(`"${expression.value}"${zone}`, 120);
}

const UNITS = [
  ["d", 86_400],
  ["h", 3600],
  ["m", 60],
  ["s", 1],
] as const;

/** Every unit of `seconds`, not only the largest: what is a minute over an objective must not look like it. */
export function durationText(seconds: number): string {
  let rest = Math.round(seconds);
  const parts = UNITS.flatMap(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count > 0 ? `${count}${unit}` : [];
  });
  return parts.join(" ") || "0s";
}
