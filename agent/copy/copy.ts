import { copyBackups } from "../../catalog/copy";
import type { CopyJob } from "../../model/copy-job";
import { SECRET_FOLDERS } from "../../model/job-config";
import { targetId } from "../../model/target";
import { counted, formatBytes, formatSeconds } from "../../runtime/format";
import type { Run } from "../../runtime/run";
import { openStore } from "../../store/open";

/** When the copying of one backup says for the first time how far it is, and how often afterwards, in milliseconds. */
const FIRST_MS = 2_000;
const THEN_MS = 10_000;

/** Copies what the other storage does not have. Throws when a backup could not be copied; the others are, then. */
export async function copyNow(job: CopyJob, { signal, say }: Pick<Run, "signal" | "say">): Promise<void> {
  const open = ({ storage }: CopyJob["from"], secrets: string) => openStore(storage, secrets, signal);
  const from = { store: await open(job.from, SECRET_FOLDERS.storage), prefix: job.from.prefix };
  const owner = { environment: job.environment, stack: job.stack };
  const to = { store: await open(job.to, SECRET_FOLDERS.offSite), prefix: job.to.prefix };
  say(`copying the backups of ${targetId(job.target)} from ${from.store.place} to ${to.store.place}`);
  const { copied, present, left, gone } = await copyBackups(from, to, job.target, owner, {
    signal,
    maxAgeSeconds: job.maxAgeSeconds,
    onProgress: progress(say),
    onCopied: ({ id, bytes, seconds }) =>
      say(`✔ ${id}  ${formatSeconds(seconds)}  ${formatBytes(bytes)}, digests as recorded`),
  });
  say(
    `${counted(copied.length, "backup")} copied, ${present.length} there already` +
      `${left.length > 0 ? `, ${left.length} too old to be copied` : ""}` +
      `${gone.length > 0 ? `, ${gone.length} removed from the first storage meanwhile (${gone.join(", ")})` : ""}`,
  );
}

/** Lines about what takes long, and about nothing else. */
export function progress(say: (line: string) => void, now: () => number = () => performance.now()) {
  let current = "";
  let due = 0;
  return ({ id, bytes, of }: { id: string; bytes: number; of: number }) => {
    const time = now();
    if (id !== current) {
      current = id;
      due = time + FIRST_MS;
    }
    if (time < due || bytes >= of) return;
    due = time + THEN_MS;
    say(`  ${id}  ${formatBytes(bytes)} of ${formatBytes(of)}, ${Math.floor((bytes / of) * 100)} %`);
  };
}
