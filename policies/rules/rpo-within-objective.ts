import { z } from "zod";
import { DURATION_PATTERN, parseDuration } from "../../model/duration";
import { ABSENT } from "../known";
import type { Finding } from "../message";
import { type Rule, stackPolicy } from "../rule";
import { sameSubject } from "../stack/coverage";
import { DESCRIPTOR_REMEDY } from "../stack/declared";
import type { Backup, Schedule } from "../stack/facts";
import type { StackIndex } from "../stack/index-stack";
import { durationText, gapOf, scheduleText } from "../stack/schedule";
import { serverText } from "../stack/view";

const duration = z.string().regex(DURATION_PATTERN, { error: "must be a whole number and a unit, such as 26h or 7d" });

const settings = z.strictObject({
  objective: duration.default("26h").describe("How much may be lost at most where nothing else says it."),
  databases: z
    .record(z.string(), duration)
    .default({})
    .describe('The same for single databases, by `namespace/name`: {"app/orders": "1h"}; for RDS, `aws/identifier`.'),
  backups: z
    .record(z.string(), duration)
    .default({})
    .describe("The same for single backups, by the identity that findings begin with; it goes before its database's."),
  walSeconds: z
    .int()
    .min(1)
    .default(300)
    .describe("How long WAL may wait for its archiving, in seconds: archive_timeout, and the time it takes."),
});
type Settings = z.output<typeof settings>;

/**
 * The most that a disaster can cost, by each backup's schedule: everything since the run before the one that was under
 * way, unless WAL is archived all the time.
 *
 * Severity: high. Page: docs/policies/rpo-within-objective.md
 */
export const rule: Rule<typeof settings> = {
  name: "rpo-within-objective",
  description: "What each backup can lose at worst, by its schedule, is within its recovery point objective.",
  level: "mandatory",
  severity: "high",
  remedy: "Run the backup more often, shorten its deadline, archive WAL all the time, or raise the objective.",
  config: settings,
  check: ({ index, config }) => index.backups.flatMap((backup) => judged(backup, index, config)),
};

export const rpoWithinObjective = stackPolicy(rule);

function judged(backup: Backup, index: StackIndex, config: Settings): Finding[] {
  const { urn, id, schedules } = backup;
  const made = schedules.length > 0;
  // What somebody takes once, before a change, stands beside what is taken by a schedule.
  const regular = index.backups.filter(isRegular);
  if (!made && regular.some((other) => sameSubject(backup, other))) return [];
  const objective = objectiveOf(backup, index, config);
  if (typeof objective === "string") {
    const verdict = `${id}: nobody can tell how much may be lost.`;
    return [{ urn, verdict, reasons: [objective], remedies: [DESCRIPTOR_REMEDY] }];
  }
  const worst = made ? worstCase(backup, config) : ONCE;
  if (worst.seconds !== undefined && worst.seconds <= objective) return [];
  return [
    {
      urn,
      verdict: `${id}: ${lossText(worst.seconds)}, and its objective is ${durationText(objective)}.`,
      reasons: worst.reasons,
      remedies: remediesFor(backup, worst),
    },
  ];
}

const isRegular = ({ certain, schedules, doesNotCount }: Backup) =>
  certain && schedules.length > 0 && doesNotCount === undefined;

interface Worst {
  /** Undefined when nobody can tell. */
  seconds: number | undefined;
  reasons: string[];
}

const ONCE: Worst = {
  seconds: Number.POSITIVE_INFINITY,
  reasons: ["it has no schedule: what was written since somebody last made it is lost"],
};

function worstCase(
  { schedules, continuous, deadlineSeconds, behindSeconds = ABSENT }: Backup,
  { walSeconds }: Settings,
): Worst {
  const gaps = schedules.map((schedule) => ({ schedule, gap: gapOf(schedule) }));
  const readable = gaps.flatMap(({ schedule, gap }) => (gap.state === "known" ? { schedule, gap: gap.value } : []));
  const reasons = schedules.flatMap(unreadable);
  const [first, ...others] = readable;
  if (!first) return { seconds: undefined, reasons };
  if (continuous.state === "known" && continuous.value)
    return { seconds: walSeconds, reasons: [`WAL waits up to ${durationText(walSeconds)} for its archiving`] };
  // Each schedule makes backups, so that together they leave no longer gap than the most frequent of them.
  const { schedule, gap } = others.reduce((best, other) => (other.gap < best.gap ? other : best), first);
  if (continuous.state === "unknown")
    reasons.push(`whether WAL is archived all the time is unknown at preview (${continuous.path})`);
  if (deadlineSeconds.state === "unknown") {
    reasons.unshift(`how long a run may take is unknown at preview (${deadlineSeconds.path})`);
    return { seconds: gap === Number.POSITIVE_INFINITY ? gap : undefined, reasons };
  }
  const deadline = deadlineSeconds.state === "known" ? deadlineSeconds.value : 0;
  if (behindSeconds.state === "unknown") {
    reasons.unshift(`how old what it copies may be is unknown at preview (${behindSeconds.path})`);
    return { seconds: gap === Number.POSITIVE_INFINITY ? gap : undefined, reasons };
  }
  const behind = behindSeconds.state === "known" ? behindSeconds.value : 0;
  reasons.unshift(gapText(schedule, gap, deadline));
  if (behind > 0)
    reasons.unshift(
      `what it copies may be ${durationText(behind)} old already, so that up to ${durationText(behind + gap + deadline)} are missing from the copy`,
    );
  return { seconds: behind + gap + deadline, reasons };
}

function gapText(schedule: Schedule, gap: number, deadline: number): string {
  const text = scheduleText(schedule);
  if (gap === Number.POSITIVE_INFINITY) return `${text} comes to an end, or never runs twice`;
  const between = `up to ${durationText(gap)} pass between runs of ${text}`;
  if (deadline === 0) return between;
  return `${between} and a run may take ${durationText(deadline)}, ${durationText(gap + deadline)} in all`;
}

function unreadable(schedule: Schedule): string[] {
  const gap = gapOf(schedule);
  if (gap.state === "problem") return [gap.problem];
  if (gap.state === "absent") return ["a schedule of it is empty"];
  return gap.state === "unknown" ? [`its schedule is unknown at preview (${gap.path})`] : [];
}

function lossText(seconds: number | undefined): string {
  if (seconds === undefined) return "nobody can tell how much can be lost";
  if (seconds === Number.POSITIVE_INFINITY) return "there is no limit to what can be lost";
  return `up to ${durationText(seconds)} can be lost`;
}

/** In seconds; a reason when it cannot be told. */
function objectiveOf(backup: Backup, index: StackIndex, config: Settings): number | string {
  const own = index.ownBackups.find(({ urn }) => urn === backup.urn);
  if (own) return own.descriptor?.rpoSeconds ?? own.problem ?? "it registered no descriptor";
  const forBackup = config.backups[backup.id];
  if (forBackup !== undefined) return parseDuration(forBackup);
  const databases = index.databases.filter(({ urn }) => backup.databaseUrns.includes(urn));
  const servers = [...(backup.server ? [backup.server] : []), ...databases.map(({ id }) => id)];
  const named = servers.every(({ namespace, name }) => namespace.state === "known" && name.state === "known");
  // A server whose name is not known yet may be any of those that the settings name.
  const durations = named
    ? servers.map((server) => config.databases[serverText(server)] ?? config.objective)
    : [config.objective, ...Object.values(config.databases)];
  return Math.min(...(durations.length > 0 ? durations : [config.objective]).map(parseDuration));
}

function remediesFor({ origin, schedules, continuous, behindSeconds }: Backup, worst: Worst): string[] {
  if (origin === "restorable")
    return [
      behindSeconds === undefined
        ? "run the LogicalBackup more often, give it a shorter deadline, or raise its rpo"
        : "run the LogicalBackup or the BackupCopy more often, give them shorter deadlines, or raise the copy's rpo",
    ];
  const raise = `or raise its objective, in the configuration of ${rule.name}`;
  if (schedules.length === 0) return ["give it a schedule, or the database another backup that has one", raise];
  if (worst.seconds === undefined)
    return ["give its schedule and its deadline as plain values that its product can read", raise];
  if (continuous.state === "known" && continuous.value)
    return ["archive WAL more often (archive_timeout) and lower walSeconds accordingly", raise];
  return ["run it more often, give it a shorter deadline, or archive WAL all the time", raise];
}
