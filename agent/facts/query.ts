import { createHash } from "node:crypto";
import type { Client } from "pg";
import { skeleton } from "../../model/expression";
import type { FactSection } from "../../model/facts";
import { rows } from "../postgres/connect";
import { isLeftOut } from "../postgres/left-out";
import { releasingLocks } from "../postgres/locks";

/**
 * One question to the catalog. It yields rows of `identity`, `plain` (kept to the letter) and `expression` (as
 * PostgreSQL prints it, which one dump and restore can change in casts and parentheses: see model/expression.ts).
 */
export interface FactQuery {
  section: FactSection;
  /** The text for a server of this major version. */
  sql: string | ((major: number) => string);
  /** The first major version that has what is asked for. */
  since?: number;
  /** Definitions that are long, or may hold a secret, are kept as digests. */
  digest?: boolean;
}

export interface FactRow extends Record<string, string | null> {
  identity: string;
  plain: string | null;
  expression: string | null;
}

export type Section = Record<string, string>;

/** Longer definitions are kept as digests: facts are for comparing, the dump holds the text. */
const LONGEST = 240;

export async function askFacts(client: Client, query: FactQuery, major: number): Promise<Section> {
  const sql = typeof query.sql === "function" ? query.sql(major) : query.sql;
  const section: Section = {};
  for (const found of await releasingLocks(client, () => rows<FactRow>(client, sql))) {
    section[uniqueIdentity(section, found.identity)] = definition(found, query.digest ?? false);
  }
  return section;
}

export function definition(found: Pick<FactRow, "plain" | "expression">, digest: boolean): string {
  const parts = [found.plain ?? "", skeleton(found.expression ?? "")].filter((part) => part !== "");
  const text = parts.join(" ");
  return digest || text.length > LONGEST ? sha256(text) : text;
}

export function sha256(text: string): string {
  return `sha256 ${createHash("sha256").update(text).digest("hex")}`;
}

/** Two objects of one identity must not hide each other: the second is counted. */
function uniqueIdentity(section: Section, identity: string): string {
  let name = identity;
  for (let i = 2; Object.hasOwn(section, name); i++) name = `${identity} (${i})`;
  return name;
}

/** SQL: whether the schema `n` holds the users' own objects. Users cannot make schemas that begin with pg_. */
export const OWN_SCHEMA = "n.nspname::text !~ '^pg_'::text AND n.nspname <> 'information_schema'";

/** SQL: the identity that PostgreSQL itself gives an object, such as `operator public.===(text,text)`. */
export function identified(catalog: string, oid: string): string {
  return `(SELECT i.type || ' ' || i.identity FROM pg_identify_object('${catalog}'::regclass, ${oid}, 0) i)`;
}

/** SQL: the elements of an array, in order; null for none. */
export const sorted = (array: string) =>
  `(SELECT string_agg(e::text, ', '::text ORDER BY e::text) FROM unnest(${array}) e)`;

/** SQL: whether the object is not part of an extension. The extension is recorded; what it brings is its own affair. */
export function notOfExtension(catalog: string, oid: string): string {
  return `NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '${catalog}'::regclass AND e.objid = ${oid} AND e.deptype = 'e')`;
}

/** SQL: whether the object is neither part of an extension nor left out of the backup. */
export function recorded(catalog: string, oid: string): string {
  return `${notOfExtension(catalog, oid)} AND NOT ${isLeftOut(`'${catalog}'::regclass::oid`, oid)}`;
}

/**
 * SQL: whether the rows of the table, or the value of the sequence, `c` are backed up: it is the users' own, or an
 * extension asks for it (pg_extension_config_dump), as PostGIS does for the table of coordinate systems.
 */
export const HAS_DUMPED_ROWS = `(${OWN_SCHEMA} AND ${recorded("pg_class", "c.oid")}
  OR c.oid IN (SELECT unnest(x.extconfig) FROM pg_extension x))`;

/** The first OID that initdb does not give out (FirstNormalObjectId). */
export const FIRST_USER_OID = 16384;
