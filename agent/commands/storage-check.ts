import type { StorageAccess } from "../../model/storage-access";
import { STORAGE_CHECK_FOLDERS, type StorageCheckJob, storageCheckJobSchema } from "../../model/storage-check-job";
import type { StorageUse } from "../../model/storage-promises";
import { EXIT, type ExitCode, ReportedError } from "../../runtime/errors";
import { print } from "../../runtime/print";
import { readJob } from "../config";
import { type JobOptions, jobCommand } from "./command";

interface Options extends JobOptions {
  json?: boolean;
}

/** Tries what the storage keeps, prints it, and fails when something that is required is not kept. */
async function storageCheck({ config, json }: Options): Promise<ExitCode> {
  const job = await readJob(config, storageCheckJobSchema);
  const { brokenPromises, tableOf } = await import("../../catalog/storage-check");
  const { place, results, versionsLeft } = await check(job);
  const lines = json
    ? [JSON.stringify({ place, results, versionsLeft }, undefined, 2)]
    : [place, "", ...tableOf(results, versionsLeft)];
  for (const line of lines) print(line);
  return brokenPromises(results).length === 0 ? EXIT.good : EXIT.failed;
}

async function check({ uses, prefix, require }: StorageCheckJob) {
  const { checkBucket, checkFolder } = await import("../../catalog/storage-check");
  const entries = Object.entries(uses) as [StorageUse, StorageAccess][];
  const [, first] = entries[0] as [StorageUse, StorageAccess];
  if (first.kind === "nfs")
    return { place: `The volume at ${first.path}`, ...(await checkFolder(first.path, prefix, require)) };
  const { readBucketSecret } = await import("../../store/bucket");
  const buckets = Object.fromEntries(
    await Promise.all(
      entries.map(async ([use, access]) => {
        if (access.kind === "nfs") throw mixed();
        if (access.kind === "s3-compatible") return [use, await readBucketSecret(STORAGE_CHECK_FOLDERS[use])] as const;
        const { kind: _, ...bucket } = access;
        return [use, bucket] as const;
      }),
    ),
  );
  const places = new Set(
    Object.values(buckets).map(({ bucket, endpoint }) => `The bucket ${bucket} at ${endpoint ?? "Amazon S3"}`),
  );
  const [place] = places;
  if (place === undefined || places.size > 1) throw mixed();
  return { place, ...(await checkBucket(buckets, prefix, require)) };
}

function mixed(): ReportedError {
  return new ReportedError(
    "the keys are not all of one storage: their Secrets must name the same bucket and endpoint",
    EXIT.badInput,
  );
}

export const storageCheckCommand = jobCommand(
  "storage-check",
  "Finds out by doing what a storage keeps of what backups rely on, with throw-away objects. Fails when something that is required is not kept.",
  storageCheck,
).option("--json", "print the results as JSON");
