import { z } from "zod";
import type { ChecklistPoint } from "./checklist";
import { canonicalDigest } from "./restore-path";
import { shareSchema } from "./share";

/**
 * What was true of the database in the backup's snapshot: one section per kind of thing, in it one entry per object,
 * from its identity (`public.hosts.hostid`) to its definition. The drill records the same sections on the restored
 * copy and compares them. Definitions never hold data: rows are counts, contents are digests.
 */
export const FACT_SECTIONS = {
  database: "schema",
  schemas: "schema",
  extensions: "schema",
  types: "schema",
  tables: "schema",
  columns: "schema",
  constraints: "schema",
  indexes: "schema",
  views: "schema",
  functions: "schema",
  triggers: "schema",
  eventTriggers: "schema",
  sequences: "schema",
  publications: "schema",
  comments: "schema",
  migrations: "schema",
  roles: "access",
  memberships: "access",
  roleSettings: "access",
  owners: "access",
  grants: "access",
  defaultPrivileges: "access",
  securityLabels: "access",
  rowSecurity: "access",
  policies: "access",
  rows: "rows",
  contents: "rows",
  materializedViews: "rows",
  extensionRows: "rows",
  sequenceValues: "sequences",
} as const satisfies Record<string, ChecklistPoint>;

export type FactSection = keyof typeof FACT_SECTIONS;
export const FACT_SECTION_NAMES = Object.keys(FACT_SECTIONS) as FactSection[];

/** Facts of version 1 had digests of the first and last rows of each table. */
export const FACTS_VERSION = 2;

const section = z.record(z.string(), z.string());
export const factsSchema = z.strictObject({
  version: z.literal(FACTS_VERSION),
  /** How they were recorded: the drill records the restored copy in the same way. */
  recordedWith: z.strictObject({
    /** Which rows and large objects are digested. */
    contents: shareSchema,
    migrationQuery: z.string().optional(),
  }),
  sections: z.strictObject(
    Object.fromEntries(FACT_SECTION_NAMES.map((name) => [name, section])) as Record<FactSection, typeof section>,
  ),
});
export type Facts = z.infer<typeof factsSchema>;

/** Facts that another version of the agent has written: they can be right, and cannot be read here. */
export class OtherFactsError extends Error {}

/** The facts in `text`. */
export function parseFacts(text: string): Facts {
  const value: unknown = JSON.parse(text);
  const version = (value as { version?: unknown } | null)?.version;
  if (typeof version === "number" && version !== FACTS_VERSION)
    throw new OtherFactsError(`they are of version ${version}, and this agent reads version ${FACTS_VERSION}`);
  return factsSchema.parse(value);
}

/** The difference between one section as recorded and as found. Empty lists: no difference. */
export interface SectionDifference {
  missing: string[];
  unexpected: string[];
  changed: { identity: string; expected: string; actual: string }[];
}

export function compareSection(expected: Record<string, string>, actual: Record<string, string>): SectionDifference {
  const difference: SectionDifference = { missing: [], unexpected: [], changed: [] };
  for (const [identity, definition] of Object.entries(expected)) {
    const found = Object.hasOwn(actual, identity) ? actual[identity] : undefined;
    if (found === undefined) difference.missing.push(identity);
    else if (found !== definition) difference.changed.push({ identity, expected: definition, actual: found });
  }
  for (const identity of Object.keys(actual)) {
    if (!Object.hasOwn(expected, identity)) difference.unexpected.push(identity);
  }
  return difference;
}

export function isSame(d: SectionDifference): boolean {
  return d.missing.length + d.unexpected.length + d.changed.length === 0;
}

/** One line for a person: what is missing, changed, unexpected, with the first `limit` names of each. */
export function describeDifference(name: FactSection, d: SectionDifference, limit = 5): string {
  const list = (names: string[]) =>
    names.slice(0, limit).join(", ") + (names.length > limit ? ` and ${names.length - limit} more` : "");
  const parts: string[] = [];
  if (d.missing.length > 0) parts.push(`missing: ${list(d.missing)}`);
  if (d.changed.length > 0)
    parts.push(`changed: ${list(d.changed.map((c) => `${c.identity} (expected ${c.expected}, found ${c.actual})`))}`);
  if (d.unexpected.length > 0) parts.push(`unexpected: ${list(d.unexpected)}`);
  return `${name}: ${parts.join("; ")}`;
}

/** Count and SHA-256 of a section: what evidence says of it. */
export function summarizeSection(entries: Record<string, string>): { count: number; sha256: string } {
  return { count: Object.keys(entries).length, sha256: canonicalDigest(entries) };
}
