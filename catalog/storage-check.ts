import {
  type PromiseId,
  promisesTried,
  STORAGE_PROMISES,
  STORAGE_USES,
  type StorageUse,
} from "../model/storage-promises";
import { messageOf, ReportedError } from "../runtime/errors";
import type { Asker } from "../store/remedies";
import type { Bucket } from "../store/s3-store";
import { checksums, storedChecksums } from "./storage-check/checksums";
import { clock } from "./storage-check/clock";
import { conditionalWrites } from "./storage-check/conditional-writes";
import { customerKeys, encryptionAtRest } from "./storage-check/encryption";
import { folderProbes } from "./storage-check/folder";
import { evidenceOnly, prunerKeepsVersions, prunerPrunes, readerReadsOnly } from "./storage-check/keys";
import { lifecycle } from "./storage-check/lifecycle";
import { multipart } from "./storage-check/multipart";
import { objectLock } from "./storage-check/object-lock";
import { closed } from "./storage-check/private";
import { type Finding, type Probe, unknown } from "./storage-check/probe";
import { reachable } from "./storage-check/reachable";
import { region } from "./storage-check/region";
import type { CheckResult } from "./storage-check/results";
import { Site } from "./storage-check/site";
import { versioning } from "./storage-check/versioning";
import { writerKeepsVersions, writerLeavesEvidence } from "./storage-check/writer-versions";

export { brokenPromises, type CheckResult } from "./storage-check/results";
export { tableOf } from "./storage-check/table";

type BucketPromise = Exclude<PromiseId, "durable-writes" | "closed-folder" | "free-space">;

const PROBES: Record<BucketPromise, Probe> = {
  reachable,
  region,
  clock,
  private: closed,
  versioning,
  "writer-keeps-versions": writerKeepsVersions,
  "writer-leaves-evidence": writerLeavesEvidence,
  "object-lock": objectLock,
  lifecycle,
  "conditional-writes": conditionalWrites,
  checksums,
  "checksums-stored": storedChecksums,
  multipart,
  "encryption-at-rest": encryptionAtRest,
  "customer-keys": customerKeys,
  "reader-reads-only": readerReadsOnly,
  "evidence-only": evidenceOnly,
  "pruner-prunes": prunerPrunes,
  "pruner-keeps-versions": prunerKeepsVersions,
};

export interface StorageCheck {
  results: CheckResult[];
  /** Versions of throw-away objects, of a few bytes each, that no key may delete. */
  versionsLeft: number;
}

/**
 * Finds out by doing what a bucket keeps of what backups rely on, with objects that are removed afterwards. What was
 * required and could not be tried is in the results, too.
 */
export async function checkBucket(
  keys: Partial<Record<StorageUse, Bucket>>,
  prefix: string,
  required: readonly PromiseId[],
  asker?: Asker,
): Promise<StorageCheck> {
  const site = new Site(keys, prefix, asker);
  const uses = STORAGE_USES.filter((use) => site.has(use));
  try {
    const results = await tryAll("bucket", uses, required, (id) => {
      const probe = PROBES[id as BucketPromise];
      return () => probe(site);
    });
    return { results, versionsLeft: await site.clean() };
  } catch (error) {
    await site.clean();
    throw error;
  }
}

/** The same for a folder on a volume. */
export async function checkFolder(path: string, prefix: string, required: readonly PromiseId[]): Promise<StorageCheck> {
  const probes = folderProbes(path, prefix);
  const results = await tryAll("folder", ["writer"], required, (id) => probes[id]);
  return { results, versionsLeft: 0 };
}

/** One after the other, since some change what others look at. Without the first, none of the others is tried. */
async function tryAll(
  kind: "bucket" | "folder",
  uses: readonly StorageUse[],
  required: readonly PromiseId[],
  probe: (id: PromiseId) => (() => Promise<Finding>) | undefined,
): Promise<CheckResult[]> {
  const tried = promisesTried(kind, uses).map(({ id }) => id);
  const results: CheckResult[] = [];
  for (const { id, question } of STORAGE_PROMISES) {
    const isRequired = required.includes(id);
    if (!tried.includes(id) && !isRequired) continue;
    const finding = await findingOf(id);
    results.push({ id, question, ...finding, required: isRequired });
  }
  return results;

  async function findingOf(id: PromiseId): Promise<Finding> {
    const run = tried.includes(id) ? probe(id) : undefined;
    if (!run) return unknown(`it cannot be tried on a ${kind} with the keys given: ${uses.join(", ")}`);
    if (id !== "reachable" && results[0]?.kept === false) return unknown("not tried: the storage cannot be used");
    try {
      return await run();
    } catch (error) {
      return unknown(`it could not be tried: ${why(error)}`);
    }
  }
}

function why(error: unknown): string {
  if (error instanceof ReportedError) return error.message;
  const { name = "", $metadata } = (error ?? {}) as { name?: string; $metadata?: { httpStatusCode?: number } };
  return $metadata?.httpStatusCode === undefined
    ? messageOf(error)
    : `the server answered ${$metadata.httpStatusCode} ${name} (${messageOf(error)})`;
}
