import type { Share } from "../../model/share";
import { quoteLiteral } from "../postgres/quote";

/**
 * The digest of many rows that knows no order, made in the server: no row leaves it. What users define must neither change
 * it nor be in its way, so that every function is named with its schema, and there are no operators and no casts. Rows are
 * read as the text that pg_dump writes (concat() calls a type's own output function); a column's text and the digest of
 * those before it give the next digest, so that no value can move to the next column unseen.
 */

/** What a digest is made of. Columns and keys are SQL of one row of `from`, in an order that a restore keeps: by name. */
export interface Digested {
  /** `ONLY "public"."hosts" t`, or a subquery. */
  from: string;
  columns: string[];
  /** What chooses a share's rows: the primary key. Empty: the whole row does. */
  key: string[];
}

export interface DigestRow extends Record<string, string | null> {
  rows: string;
  compared: string;
  first: string | null;
  second: string | null;
}

/** Stands for NULL, which is no text: no value has it by accident. */
const NULL_MARK = quoteLiteral("NULL 5b0c9d5e-8f6a-4a53-9d0e-6d1f4a1c7a52");

/** An expression with more columns in a chain could be too deep for the server's stack; a table has up to 1600. */
const CHAINED = 40;

const hash = (text: string, seed: string) => `pg_catalog.hashtextextended(${text} COLLATE pg_catalog."C", ${seed})`;
const number = (value: number) => `'${value}'::pg_catalog.int8`;

/** A value's text. `IS DISTINCT FROM NULL` alone holds also for a composite value whose fields are all null. */
const textOf = (value: string) =>
  `(CASE WHEN ${value} IS DISTINCT FROM NULL THEN pg_catalog.concat(${value}) ELSE ${NULL_MARK}::pg_catalog.text END)`;

/** One text for all `values`, in their order: the digests of chains of them. */
export function digestText(values: string[]): string {
  const chains: string[] = [];
  for (let i = 0; i === 0 || i < values.length; i += CHAINED)
    chains.push(values.slice(i, i + CHAINED).reduce((seed, value) => hash(textOf(value), seed), number(i + 1)));
  return `pg_catalog.concat(${chains.join(", ',', ")})`;
}

/** Whether a row is in the share that is compared now: by its key alone, so that the others need not be read as text. */
function isInShare({ columns, key }: Digested, { parts, part }: Share): string {
  const chosen = hash(digestText(key.length > 0 ? key : columns), number(3));
  const positive = `pg_catalog.int8and(${chosen}, ${number(Number.MAX_SAFE_INTEGER)})`;
  return `pg_catalog.int8eq(pg_catalog.int8mod(${positive}, ${number(parts)}), ${number(part)})`;
}

/**
 * SQL: how many rows there are, how many of them are compared, and two sums of their digests. Sums, since the same row may
 * be there twice. Parallel workers can share the work.
 */
export function digestSql(digested: Digested, share: Share): string {
  const all = digestText(digested.columns);
  const row = share.parts === 1 ? all : `CASE WHEN ${isInShare(digested, share)} THEN ${all} END`;
  // OFFSET 0: the text is made once, and not for each of the sums.
  return (
    `SELECT pg_catalog.count(*) AS rows, pg_catalog.count(*) FILTER (WHERE d.digest IS NOT NULL) AS compared, ` +
    `pg_catalog.sum(${hash("d.digest", number(1))}) AS first, pg_catalog.sum(${hash("d.digest", number(2))}) AS second ` +
    `FROM (SELECT ${row} AS digest FROM ${digested.from} OFFSET 0) d`
  );
}

/** Rows, digests and what is compared of one table, or of several together. */
export class Digest {
  rows = 0;
  compared = 0;
  private first = 0n;
  private second = 0n;

  add(found: DigestRow): this {
    this.rows += Number(found.rows);
    this.compared += Number(found.compared);
    this.first += BigInt(found.first ?? 0);
    this.second += BigInt(found.second ?? 0);
    return this;
  }

  /** 128 bits in hex, and of how many rows where those are not all. */
  text({ parts, part }: Share): string {
    const hex = [this.first, this.second].map((sum) => BigInt.asUintN(64, sum).toString(16).padStart(16, "0")).join("");
    return parts === 1 ? hex : `${hex} of ${this.compared} rows, part ${part + 1} of ${parts}`;
  }
}
