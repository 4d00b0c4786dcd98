import type { Client } from "pg";
import { FACT_SECTION_NAMES, type FactSection, type Facts } from "../../model/facts";
import { messageOf, ReportedError } from "../../runtime/errors";
import { row } from "../postgres/connect";
import { accessQueries } from "./access";
import { commentQueries } from "./comments";
import { databaseQueries } from "./database";
import { digestExtensionRows } from "./extension-rows";
import { digestMaterializedViews } from "./materialized-views";
import { readMigrations } from "./migrations";
import { askFacts, type FactQuery, type Section } from "./query";
import { roleQueries } from "./roles";
import { schemaQueries } from "./schema";
import { listSequences, readSequences } from "./sequences";
import { typeQueries } from "./types";

/** Every question to the catalog. The other sections read tables instead. */
export const FACT_QUERIES: FactQuery[] = [
  ...databaseQueries,
  ...schemaQueries,
  ...typeQueries,
  ...commentQueries,
  ...roleQueries,
  ...accessQueries,
];

export type Sections = Facts["sections"];

/** The sections that one reading of the tables gives together: see readContents(). */
export const CONTENT_SECTIONS = ["rows", "contents"] as const satisfies readonly FactSection[];

/** Every other section: recordSections() gives them. */
export type OtherSection = Exclude<FactSection, (typeof CONTENT_SECTIONS)[number]>;
export const OTHER_SECTIONS = FACT_SECTION_NAMES.filter(
  (name): name is OtherSection => !(CONTENT_SECTIONS as readonly string[]).includes(name),
);

/** The sections that are read from the catalog: quick, whatever the amount of data. */
export const CATALOG_SECTIONS = OTHER_SECTIONS.filter((name) => FACT_QUERIES.some((q) => q.section === name));

/** Records `names` over `client`, whose session prepareSession() has prepared. */
export async function recordSections<N extends OtherSection>(
  client: Client,
  recordedWith: Facts["recordedWith"],
  names: readonly N[],
): Promise<Pick<Sections, N>> {
  const major = await serverMajor(client);
  const sections = {} as Record<FactSection, Section>;
  for (const name of names) {
    sections[name] = await recordSection(client, recordedWith, name, major).catch((error: unknown) => {
      throw new ReportedError(`the facts "${name}" could not be recorded: ${messageOf(error)}`);
    });
  }
  return sections as Pick<Sections, N>;
}

export async function serverMajor(client: Client): Promise<number> {
  const { number } = await row<{ number: string }>(client, "SELECT current_setting('server_version_num') AS number");
  return Math.floor(Number(number) / 10_000);
}

async function recordSection(
  client: Client,
  recordedWith: Facts["recordedWith"],
  name: OtherSection,
  major: number,
): Promise<Section> {
  if (name === "extensionRows") return digestExtensionRows(client);
  if (name === "materializedViews") return digestMaterializedViews(client);
  if (name === "sequenceValues") return readSequences(client, await listSequences(client));
  if (name === "migrations") return readMigrations(client, recordedWith.migrationQuery);
  const section: Section = {};
  for (const query of FACT_QUERIES) {
    if (query.section !== name || (query.since ?? 0) > major) continue;
    Object.assign(section, await askFacts(client, query, major));
  }
  return section;
}

/** Tables and rows of a recorded database: what manifest and evidence say of its contents. */
export function contentsOf(counts: Section): { tables: number; rows: number } {
  const values = Object.values(counts);
  return { tables: values.length, rows: values.reduce((sum, count) => sum + Number(count), 0) };
}
