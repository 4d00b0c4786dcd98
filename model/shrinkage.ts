import { createHash } from "node:crypto";
import { z } from "zod";
import { formatDuration } from "./duration";
import { ID_PATTERN } from "./layout";

/**
 * A perfect backup of a database that somebody has emptied restores perfectly. So the rows of a drilled backup are held
 * against those of the last one whose drill passed.
 */
export const shrinkageSchema = z.discriminatedUnion("check", [
  z.strictObject({ check: z.literal("off") }),
  z.strictObject({
    check: z.literal("on"),
    /** The least that there must be of the rows of before, in percent. */
    leastPercent: z.number().min(0).max(100),
    /** From how many rows on a table must not be empty afterwards. */
    emptiedFrom: z.int().min(1),
    /** How long a drill that passed counts as the one before. */
    withinSeconds: z.number().positive(),
  }),
]);
export type Shrinkage = z.infer<typeof shrinkageSchema>;

export const DEFAULT_SHRINKAGE = {
  check: "on",
  leastPercent: 50,
  emptiedFrom: 1000,
  withinSeconds: 7 * 24 * 3600,
} as const satisfies Shrinkage;

/** The last backup whose drill passed, as its evidence says. */
export const baselineSchema = z.strictObject({
  backupId: z.string().regex(ID_PATTERN),
  snapshotAt: z.iso.datetime(),
  rows: z.int().nonnegative(),
});
export type Baseline = z.infer<typeof baselineSchema>;

/** Of how many tables a manifest says how many rows they have, and from how many rows on. */
const MOST_TABLES = 500;
const LEAST_ROWS = 100;

export const rowsByTableSchema = z
  .record(z.string().regex(/^[0-9a-f]{16}$/), z.int().nonnegative())
  .refine((tables) => Object.keys(tables).length <= MOST_TABLES, { error: `has over ${MOST_TABLES} tables` });
export type RowsByTable = z.infer<typeof rowsByTableSchema>;

/** A manifest is readable where the backup itself is encrypted: it tells no names of tables. */
const keyOf = (identity: string) => createHash("sha256").update(identity).digest("hex").slice(0, 16);

/** The rows of the fullest tables. */
export function rowsByTable(counts: Record<string, string>): RowsByTable {
  const tables = Object.entries(counts).map(([identity, count]) => [keyOf(identity), Number(count)] as const);
  const full = tables.filter(([, count]) => count >= LEAST_ROWS).sort((a, b) => b[1] - a[1]);
  return Object.fromEntries(full.slice(0, MOST_TABLES));
}

/** What has become too little, in words; empty when nothing has. `counts` are the rows of now. */
export function shrunk(
  limits: Extract<Shrinkage, { check: "on" }>,
  before: { rows: number; rowsByTable: RowsByTable },
  counts: Record<string, string>,
): string[] {
  const found: string[] = [];
  const now = Object.values(counts).reduce((sum, count) => sum + Number(count), 0);
  if (now * 100 < before.rows * limits.leastPercent) {
    const percent = ((now / before.rows) * 100).toFixed(1);
    found.push(`${rows(now)} of ${rows(before.rows)} are left (${percent} %)`);
  }
  // A table that is gone altogether was dropped by somebody, which is no loss that looks like nothing.
  const emptied = Object.entries(counts)
    .map(([identity, count]) => ({ identity, count, was: before.rowsByTable[keyOf(identity)] ?? 0 }))
    .filter(({ count, was }) => count === "0" && was >= limits.emptiedFrom);
  const named = emptied.slice(0, 5).map(({ identity, was }) => `${identity} is empty and had ${rows(was)}`);
  if (emptied.length > named.length) named.push(`${emptied.length - named.length} more tables are empty`);
  return [...found, ...named];
}

export function describeLimits({ leastPercent, emptiedFrom, withinSeconds }: Extract<Shrinkage, { check: "on" }>) {
  return (
    `at least ${leastPercent} % of the rows of the last backup whose drill passed within ${formatDuration(withinSeconds)}, ` +
    `and no table empty that had ${rows(emptiedFrom)}`
  );
}

const rows = (count: number) => `${count.toLocaleString("en-US")} row${count === 1 ? "" : "s"}`;
