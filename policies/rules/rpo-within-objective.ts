import { z } from "zod";
import { DURATION_PATTERN, parseDuration } from "../../model/duration";
import { ABSENT } from "../known";
import type { Finding } from "../message";
import { type Rule, type RuleContext, stackPolicy } from "../rule";
import { coverageOf, sameSubject } from "../stack/coverage";
import { DESCRIPTOR_REMEDY } from "../stack/declared";
import type { Backup, Schedule } from "../stack/facts";
import type { StackIndex } from "../stack/index-stack";
import { durationText, gapOf, scheduleText } from "../stack/schedule";
import { serverText } from "../stack/view";

const duration = z.string().regex(DURATION_PATTERN, { error: "must be a whole number and a unit, such as 26h or 7d" });

const settings = z.strictObject({
  objective: duration
    .optional()
    .describe(
      "How much may be lost at most where nothing else says it. Default: 26h, and what is over it is shown and not refused.",
    ),
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
  check: (context) =>
    context.index.backups.flatMap((backup) => [...overLimit(backup, context), ...judged(backup, context)]),
};

/** A day, and two hours for the run. */
const USUAL = parseDuration("26h");

export const rpoWithinObjective = stackPolicy(rule);

function judged(backup: Backup, { index, config }: RuleContext<Settings>): Finding[] {
  const { urn, id, schedules } = backup;
  const made = schedules.length > 0;
  // What somebody takes once, before a change, stands beside what is taken by a schedule.
  const regular = index.backups.filter(isRegular);
  if (!made && regular.some((other) => sameSubject(backup, other))) return [];
  const declared = objectiveOf(backup, index, config);
  if (typeof declared === "string") {
    const verdict = `${id}: nobody can tell how much may be lost.`;
    return [{ urn, verdict, reasons: [declared], remedies: [DESCRIPTOR_REMEDY] }];
  }
  const worst = made ? worstCase(backup, config) : ONCE;
  if (worst.seconds !== undefined && worst.seconds <= (declared ?? USUAL)) return [];
  const { reasons } = worst;
  const remedies = remediesFor(backup, worst);
  if (declared !== undefined) {
    const verdict = `${id}: ${lossText(worst.seconds)}, and its objective is ${durationText(declared)}.`;
    return [{ urn, verdict, reasons, remedies }];
  }
  const verdict = `${id}: ${lossText(worst.seconds)}, and nobody has declared how much may be.`;
  // No objective allows for a loss without limit.
  return [{ urn, verdict, reasons, remedies, ...(worst.seconds === Number.POSITIVE_INFINITY ? {} : { shown: true }) }];
}

/** Whoever is measured must not be who says how much may be lost. */
function overLimit({ urn, id, what }: Backup, { index, gate }: RuleContext<Settings>): Finding[] {
  const max = gate.ok ? gate.settings.maxObjectives.rpoSeconds : undefined;
  const own = index.ownBackups.find((backup) => backup.urn === urn)?.descriptor;
  if (!gate.ok || max === undefined || !own || own.rpoSeconds <= max) return [];
  return [
    {
      urn,
      verdict: `${id}: its objective is longer than ${gate.settings.environment} allows.`,
      reasons: [
        `the objective for the recovery point (RPO) is ${durationText(own.rpoSeconds)}, and restore-gate's maxRpo is ${durationText(max)}`,
      ],
      remedies: [
        `lower the rpo of the ${what.replace(/^an? /, "")}, or agree on another limit with those who answer for the gate`,
      ],
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

/** In seconds; undefined when nobody has declared one; a reason when it cannot be told. */
function objectiveOf(backup: Backup, index: StackIndex, config: Settings): number | string | undefined {
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
  const configured = durations.length > 0 ? durations : [config.objective];
  return (
    strictest(configured.flatMap((text) => (text === undefined ? [] : parseDuration(text)))) ?? ofDrills(backup, index)
  );
}

/** What the drills that restore it are held to. */
function ofDrills(backup: Backup, index: StackIndex): number | undefined {
  return strictest(coverageOf(backup, index).drills.map(({ objectives }) => objectives.rpoSeconds));
}

const strictest = (seconds: number[]) => (seconds.length === 0 ? undefined : Math.min(...seconds));

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
