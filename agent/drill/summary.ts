import { describeConditions } from "../../model/conditions";
import { formatDuration } from "../../model/duration";
import type { DrillPredicate } from "../../model/evidence";
import { describeExcluded } from "../../model/excluded";
import { describeCompared } from "../../model/share";
import { counted } from "../../runtime/format";

/** The drill's outcome for people: checks, verdict, and the objectives. */
export function summaryOf(predicate: DrillPredicate): string[] {
  const { checks, measured, objectives, contents, compared, backup, excluded, restorePath, conditions } = predicate;
  const width = Math.max(...checks.map((check) => check.id.length));
  const objective = (name: string, value: number, limit: number) =>
    `${value <= limit ? "✔" : "✘"} ${name} ${formatDuration(value)}, objective ${formatDuration(limit)}`;
  return [
    "",
    `Restore drill ${predicate.drill.id} of ${backup ? `backup ${backup.id}` : "no backup"}, ` +
      `${restorePath.storage.copy} copy, restore path ${predicate.fingerprint.slice(0, 12)}…`,
    ...checks.map((check) => `  ${check.passed ? "✔" : "✘"} ${check.id.padEnd(width)}  ${check.actual}`),
    `  ${counted(contents.rows, "row")} in ${counted(contents.tables, "table")} restored`,
    ...(compared ? [`  compared: ${describeCompared(compared)}`] : []),
    ...(excluded ? [`  ${describeExcluded(excluded)}: the backup leaves them out`] : []),
    ...(backup
      ? [
          `  ${objective("RPO", measured.rpoSeconds, objectives.rpoSeconds)}`,
          `  ${objective("RTO", measured.rtoSeconds, objectives.rtoSeconds)}`,
          ...(conditions ? [`    measured ${describeConditions(conditions)}`] : []),
        ]
      : []),
    predicate.passed
      ? `PASSED: this backup can be restored${excluded ? ", without what it leaves out" : ""}.`
      : "FAILED: this backup is not proven.",
  ];
}
