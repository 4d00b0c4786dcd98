import type { DrillDescriptor } from "../../model/descriptor";
import { oneLine } from "../../model/text";
import { known } from "../known";
import type { Finding } from "../message";
import { type Rule, type RuleContext, stackPolicy } from "../rule";
import type { Backup } from "../stack/facts";
import type { StackIndex } from "../stack/index-stack";
import { sameReading, sameServer } from "../stack/view";

/**
 * The findings of the rules before it once more, grouped by backup: one line each; and what they let pass that somebody
 * should see. It says nothing about a stack of which they had nothing to say.
 *
 * Severity: low, advisory. Page: docs/policies/backup-report.md
 */
export const rule: Rule = {
  name: "backup-report",
  description: "Each backup in one line, with the rules that had something to say of it.",
  level: "advisory",
  severity: "low",
  remedy: "Follow the remedies of the rules that are named.",
  check: ({ index, spoken, shown }) => [...ofRefusals(index, spoken), ...ofShown(shown)],
};

export const backupReport = stackPolicy(rule);

type Spoken = RuleContext<unknown>["spoken"];

function ofRefusals(index: StackIndex, spoken: Spoken): Finding[] {
  if (spoken.length === 0) return [];
  const lines = index.backups.map((backup) => lineOf(backup, index, spoken));
  const about = new Set(index.backups.flatMap((backup) => subjectsOf(backup, index)));
  const rest = rulesOf(spoken.filter(({ urn }) => urn === undefined || !about.has(urn)));
  if (rest.length > 0) lines.push(`elsewhere in the stack: ${rest.join(", ")}`);
  const verdict = "The stack's backups, and which rules had something to say of each:";
  return [{ verdict, lines, reasons: [], remedies: [] }];
}

/** The most that are listed: the number is there in any case. */
const MOST_SHOWN = 50;

/** What is not known to be bad is no violation, and is not passed over in silence either. */
function ofShown(shown: RuleContext<unknown>["shown"]): Finding[] {
  if (shown.length === 0) return [];
  const count = shown.length === 1 ? "One thing is" : `${shown.length} things are`;
  const lines = shown.slice(0, MOST_SHOWN).map(({ rule, text }) => `${text} (${rule})`);
  if (shown.length > MOST_SHOWN) lines.push(`and ${shown.length - MOST_SHOWN} more`);
  return [{ verdict: `${count} shown and not refused:`, lines, reasons: [], remedies: [] }];
}

function lineOf(backup: Backup, index: StackIndex, spoken: Spoken): string {
  const subjects = subjectsOf(backup, index);
  const rules = rulesOf(spoken.filter(({ urn }) => urn !== undefined && subjects.includes(urn)));
  const left = backup.leavesOut === undefined ? "" : `; leaves out ${oneLine(backup.leavesOut.join(", "), 200)}`;
  const part = backup.doesNotCount === undefined ? "" : `; no backup of the database: ${backup.doesNotCount}`;
  return `${backup.id}: ${rules.length === 0 ? "nothing to object" : rules.join(", ")}${part}${left}`;
}

/** What a backup stands or falls with: itself, its databases, the buckets it lies in, and what restores it. */
function subjectsOf(backup: Backup, index: StackIndex): string[] {
  const own = [backup.urn, ...backup.databaseUrns];
  const restores = index.drills.filter(({ descriptor: drill }) => drill !== undefined && isDrillOf(drill, backup, own));
  const tests = index.restoreTests.filter(({ covers }) => covers.some((urn) => own.includes(urn)));
  const buckets = backup.stores.flatMap(({ bucketUrns }) => bucketUrns);
  return [...own, ...buckets, ...[...restores, ...tests].map(({ urn }) => urn)];
}

/** Also of another restore path than the backup's: what is said of it then is of interest here most of all. */
function isDrillOf(drill: DrillDescriptor, backup: Backup, own: string[]): boolean {
  if (drill.kind === "external-drill") return drill.covers.some((urn) => own.includes(urn));
  const { namespace, cluster, database } = drill.target;
  const server = { namespace: known(namespace), name: known(cluster) };
  return (
    backup.origin === "restorable" &&
    backup.server !== undefined &&
    sameServer(backup.server, server) &&
    sameReading(backup.database, known(database))
  );
}

const rulesOf = (spoken: Spoken) => [...new Set(spoken.map(({ rule }) => rule))];
