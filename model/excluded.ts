import { z } from "zod";

/**
 * What a backup leaves out, as its restore path's patterns found it in the snapshot: names as SQL writes them, such as
 * `audit.log`. Partitions of a table that is named are left out with it, and not named themselves.
 */
export const excludedTablesSchema = z.strictObject({
  /** Neither definition nor rows. */
  tables: z.array(z.string().min(1).max(300)),
  /** Definitions without rows. */
  tableData: z.array(z.string().min(1).max(300)),
});
export type ExcludedTables = z.infer<typeof excludedTablesSchema>;

/** Evidence has little room: the first names, and how many there are. */
const MOST_NAMES = 100;

const summary = z.strictObject({ count: z.int().nonnegative(), names: z.array(z.string().min(1)).max(MOST_NAMES) });
export const excludedSummarySchema = z.strictObject({ tables: summary, tableData: summary });
export type ExcludedSummary = z.infer<typeof excludedSummarySchema>;

export function summarizeExcluded({ tables, tableData }: ExcludedTables): ExcludedSummary {
  const first = (names: string[]) => ({ count: names.length, names: names.slice(0, MOST_NAMES) });
  return { tables: first(tables), tableData: first(tableData) };
}

/** One line for people: `without the tables audit.log, cache.pages; without the rows of public.sessions`. */
export function describeExcluded({ tables, tableData }: ExcludedSummary, limit = 10): string {
  const list = ({ count, names }: { count: number; names: string[] }) => {
    const shown = names.slice(0, limit);
    return shown.join(", ") + (count > shown.length ? ` and ${count - shown.length} more` : "");
  };
  return [
    ...(tables.count > 0 ? [`without the table${tables.count === 1 ? "" : "s"} ${list(tables)}`] : []),
    ...(tableData.count > 0 ? [`without the rows of ${list(tableData)}`] : []),
  ].join("; ");
}
