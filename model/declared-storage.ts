import type { DrillPredicate } from "./evidence";
import type { StorageKind } from "./storage-access";
import { oneLine } from "./text";

/** Where a stack's backups go now, and for whom they are encrypted, as far as its descriptors say it. */
export interface DeclaredBackups {
  storage?: { kind: StorageKind; place?: string; prefix?: string } | undefined;
  /** Absent: it is not known. `none`: they are not encrypted. */
  recipients?: readonly string[] | "none";
}

/** A bucket's place, as evidence names it: `https://s3.example.com/orders-backups`, `s3://orders-backups`, or `volume`. */
export function storagePlace(kind: StorageKind, endpoint: string, bucket: string | undefined): string {
  if (kind === "nfs") return "volume";
  return kind === "s3" ? `s3://${bucket}` : `${endpoint.replace(/\/+$/, "")}/${bucket}`;
}

/** What has changed since the drill in where backups go and who can open them, one line each; empty: nothing known. */
export function changedSince({ storage, backup }: DrillPredicate, declared: DeclaredBackups): string[] {
  const changes: string[] = [];
  const changed = (what: string, then: string, now: string) =>
    changes.push(oneLine(`${what} was ${then} in the drill, and is ${now} now`, 400));
  const { kind, place, prefix } = declared.storage ?? {};
  if (storage && kind !== undefined && storage.kind !== kind) changed("the kind of storage", storage.kind, kind);
  if (storage && place !== undefined && plain(storage.place) !== plain(place))
    changed("the storage", storage.place, place);
  if (storage && prefix !== undefined && storage.prefix !== prefix)
    changed("the storage's prefix", `"${storage.prefix}"`, `"${prefix}"`);
  if (backup && declared.recipients !== undefined && !sameRecipients(backup.recipients, declared.recipients))
    changed("who can open the backups", words(backup.recipients), words(declared.recipients));
  return changes;
}

const plain = (place: string) => place.replace(/\/+$/, "").toLowerCase();

const words = (recipients: readonly string[] | "none" | undefined) =>
  recipients === undefined || recipients === "none" ? "everyone (not encrypted)" : recipients.join(", ");

function sameRecipients(drilled: readonly string[] | undefined, declared: readonly string[] | "none"): boolean {
  if (drilled === undefined || declared === "none") return drilled === undefined && declared === "none";
  const [one, other] = [[...drilled].sort(), [...declared].sort()];
  return one.length === other.length && one.every((recipient, index) => sameRecipient(recipient, other[index] ?? ""));
}

/** A backup's manifest has the KMS key's ARN; a program may declare its id alone, or an alias, which could be any key's. */
function sameRecipient(drilled: string, declared: string): boolean {
  if (drilled === declared) return true;
  if (!drilled.startsWith("arn:")) return false;
  return /(^|:)alias\//.test(declared) || drilled.endsWith(`:key/${declared}`);
}
