import { formatDuration } from "../../model/duration";
import type { DrillPredicate } from "../../model/evidence";
import type { Manifest } from "../../model/manifest";
import type { CopyName } from "./copies";

type Measured = DrillPredicate["measured"];

/**
 * Of the primary copy: what a disaster just before this backup was complete would have lost, everything since the
 * snapshot of the one before. Of the off-site copy: what the loss of all else would have cost when the drill began,
 * everything since this backup's snapshot; for how far a copy lags behind, no manifest tells.
 */
export function measuredRpo(
  manifest: Pick<Manifest, "completedAt" | "previous" | "snapshot">,
  copy: CopyName,
  drillStartedAt: Date,
): number {
  const seconds = (from: string, until: number) => Math.max(0, (until - Date.parse(from)) / 1000);
  if (copy === "off-site") return seconds(manifest.snapshot.at, drillStartedAt.getTime());
  return seconds(manifest.previous?.snapshotAt ?? manifest.snapshot.at, Date.parse(manifest.completedAt));
}

/** The objectives that were missed, one line each. */
export function missedObjectives(
  measured: Measured,
  objectives: DrillPredicate["objectives"],
  copy: CopyName,
): string[] {
  const missed: string[] = [];
  if (measured.rpoSeconds > objectives.rpoSeconds) {
    missed.push(
      `RPO: expected at most ${formatDuration(objectives.rpoSeconds)}; measured ${formatDuration(measured.rpoSeconds)} ` +
        (copy === "primary"
          ? "from the snapshot of the backup before to the end of this one: back up more often"
          : "from the snapshot of the backup in the off-site copy until the drill: look whether the copying runs, and copy more often"),
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
