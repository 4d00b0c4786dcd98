import type { Client } from "pg";
import { rows } from "../postgres/connect";
import { isLeftOut, isRelationLeftOut, isWithoutRows } from "../postgres/left-out";

/** At most this many of each kind are named. */
const NAMED = 5;

/**
 * What is kept and could not be restored without what leaveOut() leaves out: a foreign key without its target, a view
 * without its table. Gives one line for each, with what to do. An empty list: the backup will restore.
 */
export async function checkWhatIsKept(client: Client): Promise<string[]> {
  const keys = await brokenForeignKeys(client);
  const needs = await brokenNeeds(client);
  return [...shortened(keys.map(foreignKeyProblem)), ...shortened(needs.map(needProblem))];
}

interface ForeignKey extends Record<string, string | null> {
  name: string;
  kept: string;
  target: string;
  /** Whether the target is left out altogether, or only its rows are. */
  gone: string;
}

/** Foreign keys that lead out of what is kept. Those that partitions have of their table's are told once. */
async function brokenForeignKeys(client: Client): Promise<ForeignKey[]> {
  return rows<ForeignKey>(
    client,
    `WITH broken AS (
        SELECT k.oid, k.conparentid, k.conname, k.conrelid, k.confrelid, ${isRelationLeftOut("k.confrelid")} AS gone
        FROM pg_constraint k
        WHERE k.contype = 'f' AND NOT ${isRelationLeftOut("k.conrelid")}
          AND (${isRelationLeftOut("k.confrelid")}
            OR ${isWithoutRows("k.confrelid")} AND NOT ${isWithoutRows("k.conrelid")}))
      SELECT format('%I', conname) AS name, conrelid::regclass::text AS kept, confrelid::regclass::text AS target, gone
      FROM broken b WHERE conparentid NOT IN (SELECT oid FROM broken) ORDER BY kept, name, target`,
  );
}

export function foreignKeyProblem({ name, kept, target, gone }: ForeignKey): string {
  if (gone === "t") {
    return (
      `the foreign key ${name} of ${kept} refers to ${target}, which excludeTables leaves out, and could not be restored: ` +
      `leave out ${kept}, too, or keep ${target} (its rows alone can be left out only with those of ${kept})`
    );
  }
  return (
    `the foreign key ${name} of ${kept} refers to rows of ${target}, which excludeTableData leaves out, and could not be ` +
    `restored: leave out the rows of ${kept}, too, or keep those of ${target}`
  );
}

interface Need extends Record<string, string | null> {
  /** What is kept, such as `view public.totals` or `default value for public.orders.id`. */
  kept: string;
  target: string;
}

/** Everything else that PostgreSQL knows to need what is left out. What depends on it automatically goes with it. */
async function brokenNeeds(client: Client): Promise<Need[]> {
  return rows<Need>(
    client,
    `SELECT DISTINCT k.type || ' ' || k.identity AS kept, t.type || ' ' || t.identity AS target
      FROM pg_depend d LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid AND r.rulename = '_RETURN'
        CROSS JOIN LATERAL pg_identify_object(CASE WHEN r.oid IS NULL THEN d.classid ELSE 'pg_class'::regclass END,
          coalesce(r.ev_class, d.objid), CASE WHEN r.oid IS NULL THEN d.objsubid ELSE 0 END) k
        CROSS JOIN LATERAL pg_identify_object(d.refclassid, d.refobjid, 0) t
      WHERE ${isLeftOut("d.refclassid", "d.refobjid")} AND NOT ${isLeftOut("d.classid", "d.objid")}
        AND NOT EXISTS (SELECT FROM pg_constraint f
          WHERE d.classid = 'pg_constraint'::regclass AND f.oid = d.objid AND f.contype = 'f')
      ORDER BY kept, target`,
  );
}

export function needProblem({ kept, target }: Need): string {
  return (
    `the ${kept} needs the ${target}, which excludeTables leaves out, and could not be restored: ` +
    `${/^(materialized )?view |^(foreign )?table /.test(kept) ? "name it in excludeTables, too" : "drop or change it"}, or keep the ${target}`
  );
}

function shortened(problems: string[]): string[] {
  if (problems.length <= NAMED) return problems;
  return [...problems.slice(0, NAMED), `${problems.length - NAMED} more of this kind`];
}
