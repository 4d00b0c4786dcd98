import { CHECKLIST, CHECKLIST_POINTS } from "../../model/checklist";
import { describeConditions } from "../../model/conditions";
import { formatDuration } from "../../model/duration";
import type { DrillPredicate } from "../../model/evidence";
import { describeExcluded } from "../../model/excluded";
import { describeCompared } from "../../model/share";
import { targetId } from "../../model/target";
import { formatBytes, formatCount } from "../../runtime/format";
import { originOf, verdictOf } from "./evidence-parts";

/** What a person wants to know of a drill: what was restored, what was checked, and how long it took. */
export function renderEvidence(p: DrillPredicate, signed: string): string {
  const lines: string[] = [headOf(p), verdictOf(p), ...backupOf(p)];
  for (const point of CHECKLIST_POINTS) {
    const checks = p.checks.filter((check) => check.point === point);
    const failed = checks.filter((check) => !check.passed);
    lines.push(` ${checks.length > 0 && failed.length === 0 ? "✔" : "✖"}  ${point.padEnd(12)} ${CHECKLIST[point]}`);
    for (const { id, expected, actual } of failed) lines.push(`      ${id}: expected ${expected}; found ${actual}`);
  }
  lines.push(...objectivesOf(p));
  lines.push(`stages  ${p.stages.map((s) => `${s.name} ${formatDuration(s.seconds)}`).join(", ")}`);
  lines.push(...originOf(p));
  lines.push(`signed  ${signed}; restore path ${p.fingerprint.slice(0, 16)}…`);
  for (const failure of p.failures) lines.push(`failure ${failure}`);
  return lines.join("\n");
}

/** All that the evidence says: every check with what was expected and found, every stage with its time. */
export function renderDrill(p: DrillPredicate, signed: string): string {
  const lines: string[] = [
    headOf(p),
    verdictOf(p),
    ...backupOf(p),
    `drill   ${p.drill.id}, begun ${p.drill.startedAt}`,
  ];
  for (const point of CHECKLIST_POINTS) {
    const checks = p.checks.filter((check) => check.point === point);
    lines.push("", `${point}: ${CHECKLIST[point]}`);
    if (checks.length === 0) lines.push("  ✖ nothing was checked");
    for (const check of checks) {
      lines.push(`  ${check.passed ? "✔" : "✖"} ${check.id}`);
      lines.push(`      expected  ${check.expected}`, `      found     ${check.actual}`);
    }
  }
  lines.push("", "stages");
  const width = Math.max(0, ...p.stages.map(({ name }) => name.length));
  for (const stage of p.stages) {
    const message = stage.message === undefined ? "" : `  ${stage.message}`;
    const seconds = `${stage.seconds.toFixed(1)} s`.padStart(9);
    lines.push(`  ${stage.passed ? "✔" : "✖"} ${stage.name.padEnd(width)} ${seconds}${message}`);
  }
  lines.push("", ...objectivesOf(p), ...originOf(p), `signed  ${signed}`, `path    restore path ${p.fingerprint}`);
  lines.push(`agent   ${p.agent.version}`);
  for (const failure of p.failures) lines.push(`failure ${failure}`);
  return lines.join("\n");
}

function headOf(p: DrillPredicate): string {
  const place = `${p.environment}, ${p.drill.trigger}, ${p.drill.finishedAt}`;
  return `${p.passed ? "PASSED" : "FAILED"}  ${targetId(p.target)}  (${place})`;
}

function backupOf({ backup, contents, compared, excluded }: DrillPredicate): string[] {
  const without = excluded ? `, ${describeExcluded(excluded)}` : "";
  const restored = `content ${contents.tables} tables, ${formatCount(contents.rows)} rows restored${without}`;
  const content = [restored, ...(compared ? [`compare ${describeCompared(compared)}`] : [])];
  if (!backup) return ["backup  none", ...content];
  return [`backup  ${backup.id}, ${formatBytes(backup.bytes)}, sha256 ${backup.sha256.slice(0, 16)}…`, ...content];
}

function objectivesOf({ measured, objectives, conditions }: DrillPredicate): string[] {
  const line = (name: string, value: number, limit: number) =>
    `${name}     ${formatDuration(value)} measured, ${formatDuration(limit)} allowed${value > limit ? ": missed" : ""}`;
  return [
    line("RPO", measured.rpoSeconds, objectives.rpoSeconds),
    line("RTO", measured.rtoSeconds, objectives.rtoSeconds),
    ...(conditions ? [`        ${describeConditions(conditions)}`] : []),
  ];
}
