import type { Target } from "../model/target";
import type { Store } from "../store/store";
import { type EvidenceKey, elsewhere, evidenceKeys, readEnvelope } from "./evidence";
import { inParallel } from "./parallel";

/** What one drill found about one backup, by the evidence that it left in the storage. */
export interface DrillResult {
  drillId: string;
  backupId: string;
  /** Of the dump that was restored, in hex: another one under the same id was not drilled. */
  sha256: string;
  passed: boolean;
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
      const text = await store.readTextIfThere(found.key);
      const result = text === undefined ? "it is gone" : read(text, found, target, trustedKeys);
      if (typeof result === "string") onUnreadable(found.key, result);
      else results.push(result);
    });
  }
  return results.sort((a, b) => (a.key < b.key ? -1 : 1));
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
    passed: predicate.passed,
    finishedAt: new Date(predicate.drill.finishedAt),
    copy: predicate.restorePath.storage.copy,
    verified: signature === "verified",
    key: found.key,
  };
}

/** What the drills of one backup amount to, for retention. */
export interface DrillStanding {
  drilled?: "passed" | "failed";
  claimed?: boolean;
}

/**
 * The newest verified drill of this very copy and dump decides. What could not be verified, or was found about another
 * copy, can only speak for a backup: a pass is a claim, a failure says nothing.
 */
export function standingOf(drills: readonly DrillResult[], copy: string, sha256: string): DrillStanding {
  const ofDump = drills.filter((drill) => drill.sha256 === sha256);
  const decisive = ofDump
    .filter((drill) => drill.verified && drill.copy === copy)
    .sort((a, b) => a.finishedAt.getTime() - b.finishedAt.getTime())
    .at(-1);
  const claimed = ofDump.some((drill) => drill.passed && !(drill.verified && drill.copy === copy));
  return {
    ...(decisive ? { drilled: decisive.passed ? "passed" : "failed" } : {}),
    ...(claimed ? { claimed } : {}),
  };
}
