import { CHECKLIST, CHECKLIST_POINTS } from "../../model/checklist";
import { openEnvelope } from "../../model/dsse";
import { formatDuration } from "../../model/duration";
import { type DrillPredicate, evidenceConfigMapKey, statementSchema } from "../../model/evidence";
import { targetId } from "../../model/target";
import { getObject } from "./kubectl";

/** Evidence as it stands in a drill's ConfigMap, verified here as the policy pack verifies it. */
export interface ShownEvidence {
  predicate: DrillPredicate;
  keyId: string;
  envelope: string;
}

/** The newest evidence for `fingerprint`, or undefined. Throws when there is evidence that cannot be trusted. */
export async function readEvidence(
  namespace: string,
  configMap: string,
  fingerprint: string,
  publicKeyPem: string,
): Promise<ShownEvidence | undefined> {
  const object = await getObject<{ data?: Record<string, string> }>(namespace, "configmap", configMap);
  const envelope = object?.data?.[evidenceConfigMapKey(fingerprint)];
  if (!envelope) return undefined;
  const opened = openEnvelope(envelope, [publicKeyPem]);
  if (!opened.ok)
    throw new Error(`the evidence in ConfigMap ${namespace}/${configMap} cannot be trusted: ${opened.problem}`);
  const { predicate } = statementSchema.parse(opened.statement);
  return { predicate, keyId: opened.keyId, envelope };
}

/** What a person wants to know of a drill: what was restored, what was checked, and how long it took. */
export function renderEvidence({ predicate: p, keyId }: ShownEvidence): string {
  const lines: string[] = [];
  lines.push(
    `${p.passed ? "PASSED" : "FAILED"}  ${targetId(p.target)}  (${p.environment}, ${p.drill.trigger}, ${p.drill.finishedAt})`,
  );
  if (p.backup) {
    const size = `${(p.backup.bytes / 1e6).toFixed(1)} MB`;
    lines.push(`backup  ${p.backup.id}, ${size}, sha256 ${p.backup.sha256.slice(0, 16)}…`);
  }
  lines.push(`content ${p.contents.tables} tables, ${p.contents.rows.toLocaleString("en")} rows restored`);
  for (const point of CHECKLIST_POINTS) {
    const checks = p.checks.filter((check) => check.point === point);
    const failed = checks.filter((check) => !check.passed);
    lines.push(` ${checks.length > 0 && failed.length === 0 ? "✔" : "✖"}  ${point.padEnd(12)} ${CHECKLIST[point]}`);
    for (const { id, expected, actual } of failed) lines.push(`      ${id}: expected ${expected}; found ${actual}`);
  }
  const { rpoSeconds, rtoSeconds } = p.objectives;
  lines.push(`RPO     ${formatDuration(p.measured.rpoSeconds)} measured, ${formatDuration(rpoSeconds)} allowed`);
  lines.push(`RTO     ${formatDuration(p.measured.rtoSeconds)} measured, ${formatDuration(rtoSeconds)} allowed`);
  lines.push(`stages  ${p.stages.map((s) => `${s.name} ${formatDuration(s.seconds)}`).join(", ")}`);
  lines.push(`signed  by key ${keyId}; restore path ${p.fingerprint.slice(0, 16)}…`);
  for (const failure of p.failures) lines.push(`failure ${failure}`);
  return lines.join("\n");
}
