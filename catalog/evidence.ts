import { claimedPredicate } from "../model/claimed-evidence";
import type { DrillPredicate } from "../model/evidence";
import { ID_PATTERN, layout, RECORD_FOLDERS } from "../model/layout";
import { verify } from "../model/signed-record";
import { type Target, targetId } from "../model/target";
import type { Store } from "../store/store";

/**
 * Whether a trusted key signed it. `unchecked`: no key is known. `refused`: none of those known did, or it contradicts
 * itself; what it says counts for nothing.
 */
export type Signature = "verified" | "unchecked" | "refused";

export interface Evidence {
  signature: Signature;
  /** Why it is refused. */
  problem?: string;
  /** The key that signed it, when that was verified. */
  keyId?: string;
  /** What it says, or claims where it is not verified. Absent when it cannot be read at all. */
  predicate?: DrillPredicate;
  envelope: string;
}

/** Where one drill's evidence is. */
export interface EvidenceKey {
  key: string;
  /** Undefined when the drill found no backup. */
  backupId?: string;
  drillId: string;
}

/** Where the evidence of every drill of exactly `target` is, a page of the store's listing at a time. */
export async function* evidenceKeys(
  store: Pick<Store, "list">,
  prefix: string,
  target: Target,
): AsyncGenerator<EvidenceKey[]> {
  const root = layout.evidences(prefix, target);
  for await (const page of store.list(root)) yield page.flatMap(({ key }) => keyIn(key, root) ?? []);
}

function keyIn(key: string, root: string): EvidenceKey | undefined {
  const [, backupId = "", drillId = ""] = /^([^/]+)\/([^/]+)\.dsse\.json$/.exec(key.slice(root.length)) ?? [];
  if (!ID_PATTERN.test(drillId)) return undefined;
  if (backupId === RECORD_FOLDERS.noBackup) return { key, drillId };
  return ID_PATTERN.test(backupId) ? { key, backupId, drillId } : undefined;
}

/** What `envelope` says, and what its signature is worth. Never throws for what it holds. */
export function readEnvelope(envelope: string, source: string, trustedKeys: string[]): Evidence {
  const claimed = claimedPredicate(envelope);
  if (trustedKeys.length === 0) {
    if (claimed) return { signature: "unchecked", predicate: claimed, envelope };
    return { signature: "refused", problem: "it is no evidence of a restore drill", envelope };
  }
  const found = verify({ source, envelope }, trustedKeys);
  if ("kind" in found) return { signature: "refused", problem: found.reason, predicate: claimed, envelope };
  return { signature: "verified", keyId: found.keyId, predicate: found.predicate, envelope };
}

/**
 * Whether evidence speaks of what is stored under its backup's id now: by the digest of the manifest, which names all that
 * is restored. Evidence of the first version knows the dump alone.
 */
export function speaksOf(
  drilled: Pick<NonNullable<DrillPredicate["backup"]>, "sha256" | "manifest">,
  stored: { sha256: string; manifest: string },
): boolean {
  return drilled.manifest === undefined ? drilled.sha256 === stored.sha256 : drilled.manifest === stored.manifest;
}

/** Evidence of another backup, drill or database than where it stands was copied there: says of which, else undefined. */
export function elsewhere(predicate: DrillPredicate, found: EvidenceKey, target: Target): string | undefined {
  const { backup, drill } = predicate;
  const of = targetId(predicate.target);
  if (of === targetId(target) && backup?.id === found.backupId && drill.id === found.drillId) return undefined;
  return `it is of ${of}, backup ${backup?.id ?? "none"}, drill ${drill.id}: it was copied from elsewhere`;
}
