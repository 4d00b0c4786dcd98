import { z } from "zod";
import type { Reading } from "../known";
import type { Finding } from "../message";
import { type Rule, stackPolicy } from "../rule";
import { isFirst } from "../settings";
import type { Backup, Bucket } from "../stack/facts";
import { durationText } from "../stack/schedule";
import { bucketText } from "../stack/text";

const settings = z.strictObject({
  days: z.int().min(1).default(7).describe("For how many days a backup has to be kept …"),
  count: z.int().min(1).default(7).describe("… or how many backups have to be kept: one of the two is enough."),
});
type Settings = z.output<typeof settings>;

const DAY = 86_400;

/**
 * Damage is often noticed days after it was done. Backups are kept for that long, and no lifecycle rule of their bucket
 * takes them away before.
 *
 * Severity: high. Page: docs/policies/retention-is-sufficient.md
 */
export const rule: Rule<typeof settings> = {
  name: "retention-is-sufficient",
  description: "Backups are kept for long enough, and their bucket does not expire them before.",
  level: "mandatory",
  severity: "high",
  remedy: "Keep more backups, or keep them for longer; let the bucket's lifecycle rules expire later than that.",
  config: settings,
  check: ({ index, gate, config }) =>
    isFirst(gate)
      ? []
      : index.backups.flatMap((backup) => [
          ...keptTooShort(backup, config),
          ...bucketsOf(backup, index.buckets).flatMap((bucket) => expiring(backup, bucket, config)),
        ]),
};

export const retentionIsSufficient = stackPolicy(rule);

function keptTooShort({ urn, id, what, origin, retention }: Backup, config: Settings): Finding[] {
  const { count, seconds, elsewhere } = retention;
  if (count.state === "known" && count.value >= config.count) return [];
  if (seconds.state === "known" && seconds.value >= config.days * DAY) return [];
  if (elsewhere && count.state === "absent" && seconds.state === "absent") return [];
  const unknown = count.state === "unknown" || seconds.state === "unknown";
  const reasons = [
    ...(count.state === "known" ? [`it keeps ${backups(count.value)}`] : []),
    ...(seconds.state === "known" ? [`it keeps backups for ${durationText(seconds.value)}`] : []),
    ...unknownText(count, "how many backups it keeps"),
    ...unknownText(seconds, "for how long it keeps backups"),
    ...(count.state === "absent" && seconds.state === "absent" ? ["nothing says how many backups are kept"] : []),
  ];
  const needed = `${backups(config.count)} or ${config.days} day${config.days === 1 ? "" : "s"} are needed`;
  const verdict = unknown
    ? `${id}: nobody can tell for how long backups are kept, and ${needed}.`
    : `${id}: backups are not kept for long enough, and ${needed}.`;
  const remedy =
    origin === "restorable" ? `raise the retention of the ${what.replace(/^a /, "")}` : "raise its retention";
  return [{ urn, verdict, reasons, remedies: [unknown ? `${remedy}, in values that are known at preview` : remedy] }];
}

const backups = (count: number) => `${count} backup${count === 1 ? "" : "s"}`;

function unknownText(reading: Reading<number>, what: string): string[] {
  return reading.state === "unknown" ? [`${what} is unknown at preview (${reading.path})`] : [];
}

/** The stack's buckets in which copies of `backup` lie. */
function bucketsOf({ stores }: Backup, buckets: Bucket[]): Bucket[] {
  return buckets.filter(({ urn }) => stores.some(({ bucketUrns }) => bucketUrns.includes(urn)));
}

/** A bucket that expires objects takes them away from whoever counts on keeping them, and asks nobody. */
function expiring({ urn, id, retention }: Backup, bucket: Bucket, config: Settings): Finding[] {
  const { expirySeconds } = bucket;
  if (expirySeconds.state === "absent") return [];
  const name = bucketText(bucket);
  const { seconds } = retention;
  // What is kept for ever is kept by the bucket's leave.
  const declared = seconds.state === "known" && Number.isFinite(seconds.value) ? seconds.value : undefined;
  const needed = declared ?? config.days * DAY;
  if (expirySeconds.state === "known" && expirySeconds.value >= needed) return [];
  // The retention is unknown for the same reason, and the finding above says so.
  if (expirySeconds.state === "unknown" && seconds.state === "unknown" && seconds.path === expirySeconds.path)
    return [];
  const why = declared === undefined ? "backups are needed for" : "the backup keeps them for";
  const after =
    expirySeconds.state === "known"
      ? `its lifecycle rules expire objects after ${durationText(expirySeconds.value)}`
      : `after how long its lifecycle rules expire objects is unknown at preview (${expirySeconds.path})`;
  const verdict =
    expirySeconds.state === "known"
      ? `${id}: the bucket ${name} expires objects before they may go.`
      : `${id}: nobody can tell whether the bucket ${name} expires objects before they may go.`;
  return [
    {
      urn,
      verdict,
      reasons: [`${after}, and ${why} ${durationText(needed)}`],
      remedies: [
        "let the bucket's lifecycle rules expire objects later than the backup's own retention, or not at all",
      ],
    },
  ];
}
