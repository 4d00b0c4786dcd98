import { z } from "zod";

/**
 * Which of the rows a backup records digests of, for its drill to compare: all, or one of `parts` parts, which take turns
 * from backup to backup. Counts are always of all rows.
 */
export const shareSchema = z
  .strictObject({ parts: z.int().min(1).max(1_000_000), part: z.int().nonnegative() })
  .refine(({ parts, part }) => part < parts, { path: ["part"], error: "must be less than parts" });
export type Share = z.infer<typeof shareSchema>;

export const EVERYTHING: Share = { parts: 1, part: 0 };

/** Up to which size of the database every backup records a digest of every row. */
export const EVERY_ROW_UP_TO = "20Gi";

/**
 * The share that follows `previous`. The number of parts is no multiple of 2, 3 or 7: drills of every second backup (copies
 * take turns), of every seventh, of one in 24 or in 168, come to every part all the same, within as many drills as there are parts.
 */
export function nextShare(databaseBytes: number, everyRowUpToBytes: number, previous: Share | undefined): Share {
  const needed = Math.max(1, Math.ceil(databaseBytes / everyRowUpToBytes));
  if (needed === 1) return EVERYTHING;
  let parts = needed;
  while ([2, 3, 7].some((divisor) => parts % divisor === 0)) parts++;
  // A database that grows and shrinks a little must not change the number each time: the last part might never come.
  if (previous && previous.parts >= needed && previous.parts < needed * 3) parts = previous.parts;
  return { parts, part: previous ? (previous.part + 1) % parts : 0 };
}

/** What a drill has compared of the contents, digest by digest. */
export const comparedSchema = z.strictObject({
  rows: z.int().nonnegative(),
  largeObjects: z.int().nonnegative(),
  parts: z.int().min(1),
  part: z.int().nonnegative(),
});
export type Compared = z.infer<typeof comparedSchema>;

/** For people: `all rows`, or `1/5 of the rows (part 2); every row within 5 drills`. */
export function describeShare({ parts, part }: Share): string {
  if (parts === 1) return "all rows";
  return `1/${parts} of the rows (part ${part + 1}); every row within ${parts} drills`;
}

/** The same, with the large objects that were compared whole. */
export function describeCompared(compared: Compared): string {
  const { largeObjects } = compared;
  const objects = largeObjects === 1 ? "1 large object" : `${largeObjects.toLocaleString("en-US")} large objects`;
  return `${describeShare(compared)}${largeObjects > 0 ? `, ${objects}` : ""}`;
}
