import { formatDuration } from "../../model/duration";
import type { DrillPredicate } from "../../model/evidence";
import type { Manifest } from "../../model/manifest";

type Measured = DrillPredicate["measured"];

/** What a disaster just before this backup was complete would have lost: everything since the snapshot of the one before. */
export function measuredRpo(manifest: Pick<Manifest, "completedAt" | "previous" | "snapshot">): number {
  const from = manifest.previous?.snapshotAt ?? manifest.snapshot.at;
  return Math.max(0, (Date.parse(manifest.completedAt) - Date.parse(from)) / 1000);
}

/** The objectives that were missed, one line each. */
export function missedObjectives(measured: Measured, objectives: DrillPredicate["objectives"]): string[] {
  const missed: string[] = [];
  if (measured.rpoSeconds > objectives.rpoSeconds) {
    missed.push(
      `RPO: expected at most ${formatDuration(objectives.rpoSeconds)}; measured ${formatDuration(measured.rpoSeconds)} ` +
        "from the snapshot of the backup before to the end of this one: back up more often",
    );
  }
  if (measured.rtoSeconds > objectives.rtoSeconds) {
    missed.push(
      `RTO: expected at most ${formatDuration(objectives.rtoSeconds)}; measured ${formatDuration(measured.rtoSeconds)} ` +
        "until the application could read and write: give the restore more jobs or faster storage, or raise the objective",
    );
  }
  return missed;
}
