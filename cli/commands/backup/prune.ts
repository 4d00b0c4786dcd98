import type { Command } from "commander";
import type { PruneOutcome } from "../../../catalog/prune";
import type { PruneOptions, PrunePlan } from "../../../catalog/prune-plan";
import type { KeepCounts, RetentionPolicy } from "../../../model/retention-policy";
import type { Target } from "../../../model/target";
import { EXIT, type ExitCode, ReportedError } from "../../../runtime/errors";
import { counted } from "../../../runtime/format";
import { answering, badInput, newCommand } from "../../command";
import type { Selected } from "../../connection/databases";
import {
  type ConnectionOptions,
  type Copy,
  type JsonOption,
  withCopy,
  withDatabase,
  withJson,
  withOffSite,
  withStorage,
} from "../../connection/options";
import { json } from "../../output/json";
import type { World } from "../../world";

interface Options extends ConnectionOptions, JsonOption, Partial<KeepCounts> {
  copy: Copy;
  dryRun?: boolean;
  yes?: boolean;
  keep?: string;
  timeZone?: string;
  key?: string[];
}

/** What `--json` prints. */
export interface PrunedBackups {
  target: Target;
  policy: RetentionPolicy;
  dryRun: boolean;
  /** Oldest first. */
  backups: {
    id: string;
    action: "keep" | "remove";
    reasons: string[];
    state: "good" | "unfinished" | "damaged" | "foreign";
    /** What drills found out about the backup. */
    drilled: "restorable" | "not restorable" | null;
    takenAt: string | null;
    bytes: number;
  }[];
  removed: string[];
  removedBytes: number;
  /** What changed meanwhile, and so was not removed. */
  spared: { id: string; reason: string }[];
  /** Why nothing may be removed now: somebody must look first. */
  refused: string | null;
}

const COUNTS = ["hourly", "daily", "weekly", "monthly", "yearly"] as const satisfies (keyof KeepCounts)[];

export function pruneCommand(world: World): Command {
  const command = newCommand("prune", {
    summary: "remove the backups that no retention rule keeps",
    description:
      "Says of each backup why it stays or goes, asks, and removes those that no rule keeps: never the last good one, nor the last one that a drill restored. The rules are the stack's, or those of the options. Where nobody can be asked, --yes is needed.",
    examples: [
      "backup prune --dry-run --stack production --database orders",
      "backup prune --yes --stack production --database orders --json",
      "backup prune --dry-run --path /mnt/backups --keep 14d --daily 30 --monthly 12",
    ],
  })
    .option("--dry-run", "say what would be removed, and remove nothing")
    .option("--yes", "do not ask")
    .option("--keep <duration>", "keep everything younger, such as 14d (default: what the stack says)");
  for (const rule of COUNTS)
    command.option(`--${rule} <count>`, `keep the newest of so many ${PERIODS[rule]}`, countOf(rule));
  command
    .option("--time-zone <zone>", "in which days begin (default: what the stack says, or UTC)")
    .option("--key <file...>", "public keys (PEM) whose evidence counts, besides the stack's");
  return withOffSite(withStorage(withDatabase(withCopy(withJson(command))))).action(
    answering((options: Options) => prune(world, options)),
  );
}

const PERIODS = { hourly: "hours", daily: "days", weekly: "weeks", monthly: "months", yearly: "years" } as const;

function countOf(rule: string): (text: string) => number {
  return (text) => {
    if (!/^\d{1,5}$/.test(text)) throw badInput(`--${rule} is "${text}"; give a whole number`);
    return Number(text);
  };
}

async function prune(world: World, options: Options): Promise<ExitCode> {
  if (!options.dryRun && !options.yes && !world.terminal.in)
    throw badInput("nobody can be asked here: look with --dry-run first, then give --yes");
  const [{ Connection }, { ownerMeant }, { trustedKeys }, catalog, report] = await Promise.all([
    import("../../connection/connection"),
    import("../../connection/owners"),
    import("../../connection/evidence"),
    import("../../../catalog/prune"),
    import("../../../catalog/prune-report"),
  ]);
  const connection = new Connection(world, options);
  const keys = await trustedKeys(options.key, connection);
  // A dry run is for everybody who may read.
  const storage = await connection.storage(options.copy, options.dryRun ? "reader" : "pruner");
  const selected = await connection.database(storage);
  const say = (line: string) => world.err(`${line}\n`);
  const how: PruneOptions = {
    ...{ policy: await policyOf(options, selected), now: world.now(), copy: options.copy, trustedKeys: keys },
    owner: await ownerMeant(connection, storage, selected.target),
    say,
  };
  const run = (more: object) =>
    catalog.prune(storage.store, storage.prefix, selected.target, { ...how, ...more, signal: world.signal });
  const plan = await run({ dryRun: true });
  const text = (line: string) => (options.json ? say(line) : world.out(line));
  for (const line of report.planLines(plan)) text(line);
  const outcome = options.dryRun || plan.refused ? plan : await confirmed(world, options, plan, run);
  if (options.json) world.out(json(answerOf(outcome, options.dryRun === true)));
  else for (const line of report.outcomeLines(outcome, options.dryRun === true)) world.out(line);
  if (outcome.refused) throw new ReportedError(outcome.refused);
  return EXIT.good;
}

/** Removes what was agreed to, and nothing else. */
async function confirmed(
  world: World,
  options: Options,
  plan: PruneOutcome,
  run: (more: object) => Promise<PruneOutcome>,
): Promise<PruneOutcome> {
  const going = idsGoing(plan);
  if (going.size === 0) return plan;
  if (!options.yes && !(await world.confirm(`Remove ${counted(going.size, "backup")}? They cannot be had back here.`)))
    throw new ReportedError("nothing was removed");
  const onPlan = (now: PrunePlan) => {
    const others = [...idsGoing(now)].filter((id) => !going.has(id));
    if (others.length > 0)
      throw new ReportedError(`meanwhile ${others.join(", ")} would go, too: nothing was removed; run it again`);
  };
  return run({ onPlan });
}

function idsGoing({ decisions }: PrunePlan): Set<string> {
  return new Set(decisions.flatMap(({ keep, backup }) => (keep ? [] : [backup.id])));
}

/** The stack's rules, or those of the options, which then are all of them. */
async function policyOf(options: Options, { declared }: Selected): Promise<RetentionPolicy> {
  const given = options.keep !== undefined || COUNTS.some((rule) => options[rule] !== undefined);
  const [{ retentionPolicySchema }, { parseDuration }, { InvalidInputError, parseInput }] = await Promise.all([
    import("../../../model/retention-policy"),
    import("../../../model/duration"),
    import("../../../model/problems"),
  ]);
  if (given && options.keep === undefined)
    throw badInput("how long is everything kept? Give --keep, such as 14d, beside the counts");
  if (!given && declared?.retention?.keepSeconds === undefined)
    throw badInput(
      "which backups are kept? Give --keep (and --daily and so on), or --stack of a stack with a retention",
    );
  const timeZone = options.timeZone ?? declared?.timeZone ?? "UTC";
  const counts = Object.fromEntries(COUNTS.map((rule) => [rule, options[rule] ?? 0]));
  try {
    const rules = given ? { keepSeconds: parseDuration(options.keep ?? ""), ...counts } : declared?.retention;
    return parseInput(retentionPolicySchema, { ...rules, timeZone }, "the retention");
  } catch (error) {
    throw badInput(error instanceof InvalidInputError ? error.message : `--keep: ${(error as Error).message}`);
  }
}

function answerOf(
  { target, policy, decisions, removed, removedBytes, spared, refused }: PruneOutcome,
  dryRun: boolean,
) {
  const answer: PrunedBackups = {
    ...{ target, policy, dryRun },
    backups: decisions.map(({ backup, keep, reasons }) => ({
      id: backup.id,
      action: keep ? "keep" : "remove",
      reasons,
      state: backup.state,
      drilled: backup.drilled ?? null,
      takenAt: backup.snapshotAt?.toISOString() ?? null,
      bytes: backup.bytes,
    })),
    ...{ removed, removedBytes, spared, refused: refused ?? null },
  };
  return answer;
}
