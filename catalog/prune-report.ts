import { formatDuration } from "../model/duration";
import type { Decision } from "../model/retention";
import { describeCounts } from "../model/retention-policy";
import { targetId } from "../model/target";
import { counted, formatBytes } from "../runtime/format";
import type { PruneOutcome } from "./prune";
import type { PrunedBackup, PrunePlan } from "./prune-plan";

/** The plan for people, a line for each backup, oldest first: what happens to it, its data's time, its size, and why. */
export function planLines({ target, policy, decisions }: PrunePlan): string[] {
  const rules = `everything younger than ${formatDuration(policy.keepSeconds)}, ${describeCounts(policy)}`;
  return [`${targetId(target)}: ${rules}; periods in ${policy.timeZone}`, ...decisions.map(line)];
}

function line({ backup, keep, reasons }: Decision<PrunedBackup>): string {
  const state = backup.state === "good" && backup.drilled === "not restorable" ? backup.drilled : backup.state;
  return [
    keep ? "keep  " : "remove",
    backup.id,
    (backup.snapshotAt?.toISOString().slice(0, 16).replace("T", " ") ?? "").padEnd(16),
    formatBytes(backup.bytes).padStart(9),
    state.padEnd(14),
    reasons.join("; "),
  ].join("  ");
}

/** What came of it, in a line or some. */
export function outcomeLines(outcome: PruneOutcome, dryRun: boolean): string[] {
  const { decisions, removed, removedBytes, spared } = outcome;
  const going = decisions.filter(({ keep }) => !keep).map(({ backup }) => backup);
  const kept = decisions.length - going.length;
  const bytes = going.reduce((sum, backup) => sum + backup.bytes, 0);
  const done = dryRun
    ? `would remove ${counted(going.length, "backup")} (${formatBytes(bytes)})`
    : `removed ${counted(removed.length, "backup")} (${formatBytes(removedBytes)})`;
  return [...spared.map(({ id, reason }) => `${id} ${reason}`), `${done}; ${counted(kept, "backup")} kept`];
}
