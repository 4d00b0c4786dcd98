import { agentDigest } from "./agent-images";
import { CHECKLIST } from "./checklist";
import { changedSince, type DeclaredBackups } from "./declared-storage";
import { formatDuration } from "./duration";
import { type DrillPredicate, lacking } from "./evidence";
import { CLOCK_SKEW_SECONDS, contradictionsIn, listed, uncheckedPoints, whatFailed } from "./evidence-contradictions";
import type { Refusal, RefusalKind } from "./refusal";
import { oneLine } from "./text";

/** What is asked of a drill that has ended, whoever's it is. */
export interface Demands {
  objectives: { rpoSeconds: number; rtoSeconds: number };
  maxAgeSeconds: number;
  now: Date;
  /** Digests of the agents that may sign. Absent: every agent may. */
  agentImages?: readonly string[];
  /** A program that declares the backups, too, is not believed. */
  byPlatform?: boolean;
  /** Where the stack's backups go now. */
  declared?: DeclaredBackups;
}

interface Testified {
  source: string;
  from: "own" | "previous";
  predicate: DrillPredicate;
}

/** Everything that keeps `testimony` from being proof. An empty list: it passed, here and now, for this restore path. */
export function objections({ predicate, source, from }: Testified, demands: Demands): Refusal[] {
  const of = (kind: RefusalKind, reasons: string[]) => reasons.map((reason): Refusal => ({ kind, source, reason }));
  const own = from === "own";
  return [
    ...failed(predicate, source),
    ...of("contradictory", contradictionsIn(predicate)),
    ...of("incomplete", unchecked(predicate)),
    // Other tools' evidence may be of either version: it never had a chain.
    ...of("outdated", predicate.restorePath.kind === "external" ? [] : lacking(predicate)),
    ...ofItsTime(predicate, source, demands),
    ...of("foreign-agent", foreignAgent(predicate, demands)),
    ...of("self-attested", selfAttested(predicate, demands)),
    // Another environment's sizes, schedule, hardware and storage say nothing about a recovery here.
    ...of("other-storage", own && demands.declared ? changedSince(predicate, demands.declared) : []),
    ...of("objective", own ? missedObjectives(predicate, demands) : []),
  ];
}

function failed(predicate: DrillPredicate, source: string): Refusal[] {
  if (predicate.passed) return [];
  const why = listed(whatFailed(predicate));
  const drill = `the drill of ${predicate.drill.finishedAt}`;
  if (predicate.verdict !== "not restorable") return [{ kind: "failing", source, reason: `${drill} failed: ${why}` }];
  const backup = predicate.backup ? `backup ${predicate.backup.id}` : "the backup";
  return [{ kind: "not-restorable", source, reason: `${drill} found that ${backup} is not restorable: ${why}` }];
}

function unchecked(predicate: DrillPredicate): string[] {
  const missing = uncheckedPoints(predicate);
  if (missing.length === 0) return [];
  return [`nothing was checked of ${missing.map((point) => `${point} (${CHECKLIST[point]})`).join(", ")}`];
}

function ofItsTime({ drill, backup }: DrillPredicate, source: string, { now, maxAgeSeconds }: Demands): Refusal[] {
  const age = (now.getTime() - Date.parse(drill.finishedAt)) / 1000;
  const found: Refusal[] = [];
  if (age > maxAgeSeconds) {
    const reason = `the drill ended ${formatDuration(age)} ago; evidence counts for ${formatDuration(maxAgeSeconds)}`;
    found.push({ kind: "stale", source, reason });
  }
  if (age < -CLOCK_SKEW_SECONDS) {
    const reason = `the drill ended ${formatDuration(-age)} in the future (${drill.finishedAt}): a clock is wrong`;
    found.push({ kind: "future", source, reason });
  }
  if (backup && isLater(backup.snapshotAt, drill.finishedAt)) {
    const reason = `its backup is of ${backup.snapshotAt}, after the drill that restored it (${drill.finishedAt}): a clock is wrong`;
    found.push({ kind: "future", source, reason });
  }
  return found;
}

/** Whether `time` is later than `than` by more than clocks may be apart. */
export function isLater(time: string, than: string | Date): boolean {
  const limit = typeof than === "string" ? Date.parse(than) : than.getTime();
  return Date.parse(time) > limit + CLOCK_SKEW_SECONDS * 1000;
}

function foreignAgent({ restorePath }: DrillPredicate, { agentImages }: Demands): string[] {
  if (!agentImages || restorePath.kind === "external") return [];
  const { agent } = restorePath.images;
  const digest = agentDigest(agent);
  if (digest !== undefined && agentImages.includes(digest)) return [];
  return [`the agent that signed it (${oneLine(agent, 200)}) is none of agentImages`];
}

function selfAttested({ attestation, restorePath }: DrillPredicate, { byPlatform }: Demands): string[] {
  if (!byPlatform || restorePath.kind === "external" || attestation === "platform") return [];
  return ["its drill was declared by a program that declares backups, too, and only a platform's own counts here"];
}

function missedObjectives(predicate: DrillPredicate, { objectives }: Demands): string[] {
  const missed: string[] = [];
  const over = (what: string, measured: number, objective: number) => {
    if (measured > objective)
      missed.push(`${what} was ${formatDuration(measured)}; the objective is ${formatDuration(objective)}`);
  };
  over("the measured recovery time (RTO)", predicate.measured.rtoSeconds, objectives.rtoSeconds);
  over("the measured recovery point (RPO)", predicate.measured.rpoSeconds, objectives.rpoSeconds);
  // Without this, daily drills of one old backup would stay green after the backups have stopped.
  if (predicate.backup) {
    const age = (Date.parse(predicate.drill.startedAt) - Date.parse(predicate.backup.snapshotAt)) / 1000;
    over("the age of the newest backup when it was drilled", age, objectives.rpoSeconds);
  }
  return missed;
}
