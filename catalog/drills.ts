import type { Target } from "../model/target";
import type { VerdictOnBackup } from "../model/verdict-on-backup";
import type { Store } from "../store/store";
import { TooLargeError } from "../store/text";
import { type EvidenceKey, elsewhere, evidenceKeys, readEnvelope, speaksOf } from "./evidence";
import { inParallel } from "./parallel";

/** What one drill found about one backup, by the evidence that it left in the storage. */
export interface DrillResult {
  drillId: string;
  backupId: string;
  /** Of the dump that was restored, in hex. */
  sha256: string;
  /** `manifestDigest` of the backup that was restored. Absent in evidence of the first version. */
  manifest?: string;
  /** What is true of the backup. */
  verdict: VerdictOnBackup;
  /** How the drill went, objectives, isolation and health included. */
  passed: boolean;
  startedAt: Date;
  finishedAt: Date;
  /** Which copy was restored: `primary` or `off-site`; of other tools' drills `inside` or `outside`. */
  copy: string;
  /** One of the keys that were given signed it. */
  verified: boolean;
  /** Where the evidence is. */
  key: string;
}

export interface DrillListOptions {
  /** Ed25519 public keys, PEM. @default none, and nothing is verified */
  trustedKeys?: string[];
  /** Which backups' evidence is read: it outlives them, and grows for ever. @default all */
  only?: (backupId: string) => boolean;
  /** Told of what is no evidence of a drill of the backup under whose id it stands. */
  onUnreadable?: (key: string, reason: string) => void;
}

/** How many envelopes are fetched at once. */
const AT_ONCE = 16;

/** The drills of the backups of exactly `target`, in the order of the backups and, for each, of the drills. */
export async function listDrills(
  store: Pick<Store, "list" | "readTextIfThere">,
  prefix: string,
  target: Target,
  { trustedKeys = [], only = () => true, onUnreadable = () => undefined }: DrillListOptions = {},
): Promise<DrillResult[]> {
  const results: DrillResult[] = [];
  for await (const page of evidenceKeys(store, prefix, target)) {
    const wanted = page.filter(({ backupId }) => backupId !== undefined && only(backupId));
    await inParallel(wanted, AT_ONCE, async (found) => {
      const text = await textOf(store, found.key);
      const result = text instanceof Error ? text.message : read(text, found, target, trustedKeys);
      if (typeof result === "string") onUnreadable(found.key, result);
      else results.push(result);
    });
  }
  return results.sort((a, b) => (a.key < b.key ? -1 : 1));
}

async function textOf(store: Pick<Store, "readTextIfThere">, key: string): Promise<string | Error> {
  try {
    return (await store.readTextIfThere(key)) ?? new Error("it is gone");
  } catch (error) {
    if (error instanceof TooLargeError) return error;
    throw error;
  }
}

function read(text: string, found: EvidenceKey, target: Target, trustedKeys: string[]): DrillResult | string {
  const { signature, predicate } = readEnvelope(text, found.key, trustedKeys);
  if (!predicate?.backup) return "it is no evidence of a restore drill";
  const problem = elsewhere(predicate, found, target);
  if (problem) return problem;
  return {
    drillId: found.drillId,
    backupId: predicate.backup.id,
    sha256: predicate.backup.sha256,
    ...(predicate.backup.manifest === undefined ? {} : { manifest: predicate.backup.manifest }),
    verdict: predicate.verdict,
    passed: predicate.passed,
    startedAt: new Date(predicate.drill.startedAt),
    finishedAt: new Date(predicate.drill.finishedAt),
    copy: predicate.restorePath.storage.copy,
    verified: signature === "verified",
    key: found.key,
  };
}

/** What the drills of one backup amount to, for retention. */
export interface DrillStanding {
  drilled?: "restorable" | "not restorable";
  claimed?: boolean;
}

/**
 * What verified drills of this very copy and content found out about the backup; how they went otherwise does not matter
 * here. The newest verdict decides, but that a backup cannot be restored takes two: a second drill, begun after the first
 * had ended, that says it again, and none that restored it since. What could not be verified, was found about another
 * copy, or knows the dump alone can only speak for a backup.
 */
export function standingOf(
  drills: readonly DrillResult[],
  copy: string,
  stored: { sha256: string; manifest: string },
): DrillStanding {
  const ofContent = drills.filter((drill) => speaksOf(drill, stored));
  const decides = (drill: DrillResult) => drill.verified && drill.copy === copy && drill.manifest !== undefined;
  const determined = ofContent
    .filter((drill) => decides(drill) && drill.verdict !== "undetermined")
    .sort((a, b) => a.finishedAt.getTime() - b.finishedAt.getTime());
  const restored = determined.findLastIndex(({ verdict }) => verdict === "restorable");
  const claimed = ofContent.some((drill) => drill.verdict === "restorable" && !decides(drill));
  return {
    ...(isConfirmed(determined.slice(restored + 1))
      ? { drilled: "not restorable" }
      : restored >= 0
        ? { drilled: "restorable" }
        : {}),
    ...(claimed ? { claimed } : {}),
  };
}

/** Whether one of `drills`, by when they ended, was begun after another one had ended. The same drill is there once. */
function isConfirmed(drills: readonly DrillResult[]): boolean {
  const [first] = drills;
  return drills.some(({ drillId, startedAt }) => first && drillId !== first.drillId && startedAt > first.finishedAt);
}
