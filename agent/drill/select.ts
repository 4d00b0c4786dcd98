import { type DrillJob, RUN_VARIABLES } from "../../model/job-config";
import { ID_PATTERN, layout, MANIFEST, timeOfId } from "../../model/layout";
import { type Manifest, parseManifest } from "../../model/manifest";
import { CLOCK_TOLERANCE_SECONDS } from "../../model/retention";
import { describeOwner, sameOwner } from "../../model/storage-identity";
import { targetId } from "../../model/target";
import { EXIT, ReportedError } from "../../runtime/errors";
import type { Store } from "../../store/store";

export type Trigger = "after-backup" | "schedule" | "deployment" | "manual";
const TRIGGERS: readonly string[] = ["after-backup", "schedule", "deployment", "manual"] satisfies Trigger[];

/** What this run's variables ask for. */
export function readRunVariables(env: NodeJS.ProcessEnv): {
  backupId: string | undefined;
  trigger: Trigger;
  acceptShrinkage: boolean;
} {
  const trigger = env[RUN_VARIABLES.trigger] || "schedule";
  const backupId = env[RUN_VARIABLES.backupId] || undefined;
  if (!TRIGGERS.includes(trigger)) {
    throw new ReportedError(
      `${RUN_VARIABLES.trigger} is "${trigger}"; it must be one of ${TRIGGERS.join(", ")}`,
      EXIT.badInput,
    );
  }
  if (backupId !== undefined && !ID_PATTERN.test(backupId)) {
    throw new ReportedError(
      `${RUN_VARIABLES.backupId} is "${backupId}"; a backup's id looks like 20261121T021500Z-9f3a`,
      EXIT.badInput,
    );
  }
  const accept = env[RUN_VARIABLES.acceptShrinkage] || undefined;
  if (accept !== undefined && accept !== "yes") {
    throw new ReportedError(
      `${RUN_VARIABLES.acceptShrinkage} is "${accept}"; it must be yes, or not set`,
      EXIT.badInput,
    );
  }
  return { backupId, trigger: trigger as Trigger, acceptShrinkage: accept === "yes" };
}

/**
 * The backup to drill: the one asked for, or the newest with a manifest. No backup is a failure: a drill that finds
 * nothing to restore has proved that nothing can be restored.
 */
export async function selectBackup(
  store: Pick<Store, "folders" | "readTextIfThere">,
  job: Pick<DrillJob, "prefix" | "target" | "environment" | "stack">,
  backupId: string | undefined,
  say: (line: string) => void,
): Promise<Manifest> {
  const folder = layout.backups(job.prefix, job.target);
  if (backupId !== undefined) {
    const key = layout.backup(job.prefix, job.target, backupId) + MANIFEST;
    const text = await store.readTextIfThere(key);
    if (text !== undefined) return parse(text, key);
    throw new ReportedError(
      `the backup ${backupId} has no manifest (${key}): it did not end well, or it was deleted; run the backup again`,
    );
  }
  const ids = (await store.folders(folder))
    .filter((name) => ID_PATTERN.test(name))
    .sort()
    .reverse();
  for (const id of ids) {
    const key = layout.backup(job.prefix, job.target, id) + MANIFEST;
    const text = await store.readTextIfThere(key);
    const manifest = text === undefined ? undefined : parse(text, key);
    if (manifest && sameOwner(manifest, job)) return manifest;
    const why = manifest
      ? `belongs to the ${describeOwner(manifest)}`
      : "has no manifest: that backup is under way or did not end well";
    say(`note: ${id} ${why}, and does not count`);
  }
  const found =
    ids.length === 0 ? "there is nothing" : `none of ${ids.length} has a manifest that is of the ${describeOwner(job)}`;
  throw new ReportedError(`no backup to drill: ${found} under ${folder}; run the backup first`);
}

/** `backupId` where it is there already. What was taken a moment ago may not be copied yet: then the newest will do. */
export async function ifCopied(
  store: Pick<Store, "readTextIfThere">,
  { prefix, target }: Pick<DrillJob, "prefix" | "target">,
  backupId: string | undefined,
  say: (line: string) => void,
): Promise<string | undefined> {
  if (backupId === undefined) return undefined;
  if ((await store.readTextIfThere(layout.backup(prefix, target, backupId) + MANIFEST)) !== undefined) return backupId;
  say(`note: ${backupId} is not in the off-site copy yet: the newest backup there is drilled`);
  return undefined;
}

function parse(text: string, key: string): Manifest {
  try {
    return parseManifest(text, key);
  } catch (error) {
    throw new ReportedError((error as Error).message);
  }
}

/** Why the backup is not one of this drill's target and restore path, or undefined when it is. */
export function mismatch(
  manifest: Manifest,
  job: Pick<DrillJob, "target" | "restorePath" | "fingerprint" | "environment" | "stack">,
): string | undefined {
  if (targetId(manifest.target) !== targetId(job.target)) {
    return `the manifest is of ${targetId(manifest.target)}, not of ${targetId(job.target)}: it was copied from elsewhere`;
  }
  if (!sameOwner(manifest, job)) {
    return (
      `the backup belongs to the ${describeOwner(manifest)}, and this drill to the ${describeOwner(job)}: it is of another ` +
      "database under the same name; give one of both another bucket or prefix"
    );
  }
  if (manifest.fingerprint === job.fingerprint) return undefined;
  const differences = differingPaths(manifest.restorePath, job.restorePath);
  return (
    `the backup was taken by another restore path (${manifest.fingerprint.slice(0, 12)}…, not ${job.fingerprint.slice(0, 12)}…)` +
    `${differences.length > 0 ? `: ${differences.join("; ")} differ` : ""}; take a backup with the path as declared now, then drill that`
  );
}

/** Why no time that is measured of the backup would be true, or undefined: one of its own lies after `now`. */
export function fromTheFuture(
  { id, snapshot, completedAt }: Pick<Manifest, "id" | "snapshot" | "completedAt">,
  now: Date,
): string | undefined {
  const newest = Math.max(timeOfId(id).getTime(), Date.parse(snapshot.at), Date.parse(completedAt));
  if (newest <= now.getTime() + CLOCK_TOLERANCE_SECONDS * 1000) return undefined;
  return (
    `the backup ${id} is from the future: it says ${new Date(newest).toISOString()}, and it is ${now.toISOString()} by this ` +
    "clock and the storage's; the clock of the node that took it was wrong, and it would count as the newest until then: " +
    "set that clock, take a new backup, and remove this one by hand"
  );
}

/** The settings in which two JSON values differ, with both values. */
function differingPaths(before: unknown, after: unknown, path = ""): string[] {
  const isObject = (v: unknown): v is Record<string, unknown> =>
    typeof v === "object" && v !== null && !Array.isArray(v);
  if (isObject(before) && isObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => differingPaths(before[key], after[key], path === "" ? key : `${path}.${key}`));
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  return [`${path} (was ${JSON.stringify(before)}, is ${JSON.stringify(after)})`];
}
