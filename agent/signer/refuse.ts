import type { Announcement, Outcome } from "../../model/drill-protocol";
import { CLOCK_TOLERANCE_SECONDS } from "../../model/retention";
import { ReportedError } from "../../runtime/errors";
import type { Copy } from "../drill/copies";

/**
 * Throws when the agent speaks of something else than what it was told to drill: another storage, another backup, or one
 * that no clock has come to yet. Such a result is not signed, whatever it says.
 */
export function refuseOfOthers(outcome: Outcome, copy: Copy, announced: Announcement, now = new Date()): void {
  const { storage, backup, error } = outcome;
  const refused = (what: string) => new ReportedError(`what its agent found is not signed: ${what}`);
  if (backup && !storage) throw refused("it names a backup, and no storage");
  if (storage && (storage.kind !== copy.storage.kind || storage.prefix !== copy.prefix))
    throw refused(`it is of another storage than the ${copy.name} copy's`);
  const exactly = copy.name === "primary" || announced.asked ? announced.backupId : undefined;
  if (backup && exactly !== undefined && backup.id !== exactly)
    throw refused(`it is of the backup ${backup.id}, and ${exactly} was asked for`);
  const latest = now.getTime() + CLOCK_TOLERANCE_SECONDS * 1000;
  // A drill that broke off for just that may say so.
  const ahead = backup && Math.max(Date.parse(backup.snapshotAt), Date.parse(backup.completedAt)) > latest;
  if (ahead && error === undefined) throw refused("its backup is from the future");
}
