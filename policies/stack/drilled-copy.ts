import type { ExternalDrillDescriptor } from "../../model/descriptor";
import type { Backup, Store } from "./facts";

/** Words that external drills have for what they restore from, and the kind of store that they mean. */
const KINDS: [RegExp, Store["kind"]][] = [
  [/^(s3|aws-s3|minio|b2|r2|ceph|object)/, "s3"],
  [/^(gcs|gs|google)/, "gcs"],
  [/^(azure|azblob|blob)/, "azure"],
  [/^(volume|pvc|claim|persistent|disk|host-?path|local)/, "volume"],
  [/^(nfs|efs|file)/, "nfs"],
];
/** Whoever restores from one of these may call it as he likes. */
const OWN: Store["kind"][] = ["snapshot", "rds", "aws-backup", "other"];

/**
 * Whether a drill may have restored a copy that `backup` makes: a restore from a bucket says nothing of a dump that goes
 * onto a claim. What cannot be told does not speak against it; which side of the cluster's wall a copy lies on is for
 * outside-copy-is-drilled.
 */
export function mayRestoreCopyOf({ restorePath: { storage } }: ExternalDrillDescriptor, { stores }: Backup): boolean {
  const kind = KINDS.find(([words]) => words.test(storage.kind))?.[1];
  if (kind === undefined || stores.length === 0) return true;
  return stores.some(({ kind: actual, location }) => {
    // An object store that runs in the cluster lies on its volumes: whoever restores from there may say either.
    const beside = storage.copy === "inside" && location.state === "known" && location.value === "inside";
    return actual === kind || OWN.includes(actual) || beside;
  });
}
