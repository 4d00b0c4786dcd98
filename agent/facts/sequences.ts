import type { Client } from "pg";
import { rows } from "../postgres/connect";
import { quoteLiteral } from "../postgres/quote";
import { HAS_DUMPED_ROWS, type Section } from "./query";
import { batches, qualified } from "./rows";

/** Where a sequence stands: written as `17, called, by 1` or `100, not called, by -1, cycles`. */
export interface SequenceValue {
  last: bigint;
  called: boolean;
  by: bigint;
  cycles: boolean;
}

interface Sequence extends Record<string, string | null> {
  identity: string;
  schema: string;
  name: string;
  by: string;
  cycles: string;
}

/**
 * The values of all sequences. Sequences follow no snapshot: the backup records them before pg_dump begins, so that a
 * restored value, which pg_dump read later, is never behind the recorded one.
 */
export async function readSequences(client: Client): Promise<Section> {
  const sequences = await rows<Sequence>(
    client,
    `SELECT format('%I.%I', n.nspname, c.relname) AS identity, n.nspname AS schema, c.relname AS name,
        s.seqincrement AS by, s.seqcycle AS cycles
      FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relpersistence = 'p' AND ${HAS_DUMPED_ROWS} ORDER BY 1`,
  );
  const section: Section = {};
  for (const batch of batches(sequences, 100)) {
    const sql = batch.map(
      (s) =>
        `SELECT ${quoteLiteral(s.identity)} AS identity, last_value::text || CASE WHEN is_called THEN ', called' ELSE ', not called' END ` +
        `|| ', by ${s.by}${s.cycles === "t" ? ", cycles" : ""}' AS value FROM ${qualified(s)}`,
    );
    for (const found of await rows<{ identity: string; value: string }>(client, sql.join("\nUNION ALL\n"))) {
      section[found.identity] = found.value;
    }
  }
  return section;
}

export function parseSequenceValue(text: string): SequenceValue {
  const match = /^(-?\d+), (called|not called), by (-?\d+)(, cycles)?$/.exec(text);
  if (!match) throw new Error(`"${text}" is not a sequence's recorded value`);
  return {
    last: BigInt(match[1] as string),
    called: match[2] === "called",
    by: BigInt(match[3] as string),
    cycles: match[4] !== undefined,
  };
}
