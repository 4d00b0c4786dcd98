import { step } from "../../lab/report";
import { readEvidence, type ShownEvidence } from "./evidence";
import { findDrillJob, finishJob, jobName, startJob } from "./jobs";
import type { LocalDatabase, LocalStack } from "./local-stack";

/** One round: a backup of a database, taken now, and the drill that its completion starts. */
export async function backupAndDrill(database: LocalDatabase, pollMs?: number): Promise<void> {
  const { namespace, backupCronJob, drillNamespace } = database;
  let id = "";
  await step(`backup of ${database.database}`, async () => {
    const name = jobName(backupCronJob, "now");
    await startJob(namespace, backupCronJob, name);
    const job = await finishJob(namespace, name, 600, pollMs);
    if (!job.succeeded) throw new Error(`the backup failed:\n${job.logs}`);
    id = /backup (\d{8}T\d{6}Z-[0-9a-f]{4}) is stored/.exec(job.logs)?.[1] ?? "";
    if (!id) throw new Error(`the backup's log names no backup:\n${job.logs}`);
  });
  await step(`drill of ${database.database}, backup ${id}`, async () => {
    const job = await finishJob(drillNamespace, await findDrillJob(drillNamespace, id), 600, pollMs);
    if (!job.succeeded) throw new Error(`the drill failed:\n${job.logs}`);
  });
}

export function newestEvidence(stack: LocalStack, database: LocalDatabase): Promise<ShownEvidence | undefined> {
  const { drillNamespace, evidenceConfigMap, fingerprint } = database;
  return readEvidence(drillNamespace, evidenceConfigMap, fingerprint, stack.publicKey());
}

/** Evidence counts for 26 hours by default; it is renewed when half a day is left, so that nobody meets the edge. */
const RENEW_AFTER_HOURS = 14;

/** Why `evidence` should be renewed, or undefined while it is good. */
export function renewalReason(evidence: ShownEvidence | undefined, now = new Date()): string | undefined {
  if (!evidence) return "there is no evidence for this restore path yet";
  const { predicate } = evidence;
  if (!predicate.passed) return "the last drill failed";
  if (predicate.contents.rows === 0) return "the last drill restored an empty database";
  const hours = (now.getTime() - Date.parse(predicate.drill.finishedAt)) / 3_600_000;
  return hours > RENEW_AFTER_HOURS ? `the last drill is ${Math.round(hours)} hours old` : undefined;
}
