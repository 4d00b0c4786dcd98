import type { EvidenceRecord } from "./descriptor";
import type { DrillPredicate } from "./evidence";
import type { Demands } from "./objections";
import type { Refusal } from "./refusal";
import { type Ended, openRecord, type SignedRecord, subjectOf } from "./signed-record";
import { type Target, targetId } from "./target";
import { oneLine } from "./text";
import type { TrustedKeys } from "./trusted-keys";

/** What drill evidence must be to count for one drill in one stack. */
export interface Expectation extends Demands {
  environment: string;
  stack: string;
  target: Target;
  /** Whose evidence counts too, in environments that come after another one. */
  previous?: Previous;
  /** Recomputed from the restore path, never copied from what a program says. */
  fingerprint: string;
  trustedKeys: TrustedKeys;
}

/** What the environment before must have drilled. */
export interface Previous {
  environment: string;
  /** Any of that environment's, when it is not said. */
  stack?: string;
  /** `targetId` of the database there: the same, unless the gate's configuration maps it. */
  target: string;
  /** How many rows it must have had at least. */
  minRows: number;
}

/** Whether a record was made here or in the previous environment, which proves the path but not the time. */
export type Provenance = "own" | "previous";

/** A record that a trusted key signed, for this drill's environment and target or for the environment before it. */
export interface Testimony extends Ended {
  from: Provenance;
}

/** A signed record, whether its drill has ended or not, and where it comes from. */
export interface Heard {
  record: SignedRecord;
  from: Provenance;
}

/** What `record` is to this drill, or why it is nothing. Never throws for what it holds. */
export function hear(record: EvidenceRecord, expected: Expectation): Heard | Refusal {
  const opened = openRecord(record, expected.trustedKeys);
  if ("kind" in opened) return opened;
  const from = provenance(opened, expected);
  if (from) return { record: opened, from };
  return { kind: "foreign", source: opened.source, reason: foreignReason(opened, expected) };
}

/** Whose record it is: of this drill's database, here or in the environment before; undefined: of another one. */
export function provenance(record: SignedRecord, expected: Expectation): Provenance | undefined {
  const { environment, stack, target } = subjectOf(record);
  const { previous } = expected;
  if (previous && environment === previous.environment) {
    const sameStack = previous.stack === undefined || previous.stack === stack;
    return sameStack && targetId(target) === previous.target ? "previous" : undefined;
  }
  const own =
    environment === expected.environment && stack === expected.stack && targetId(target) === targetId(expected.target);
  return own ? "own" : undefined;
}

function foreignReason(record: SignedRecord, expected: Expectation): string {
  const { previous } = expected;
  const made = drillText(subjectOf(record));
  const here = drillText(expected);
  const stack = previous?.stack === undefined ? "" : `stack ${previous.stack}, `;
  const before = previous ? `, or of ${previous.environment}, ${stack}${previous.target},` : "";
  return oneLine(`it is of another drill (${made}); only evidence of ${here}${before} counts here`, 600);
}

const drillText = ({ environment, stack, target }: Pick<DrillPredicate, "environment" | "stack" | "target">) =>
  `environment ${environment}, stack ${stack}, ${targetId(target)}`;
