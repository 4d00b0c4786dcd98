import type { ChecklistPoint } from "./checklist";

/**
 * What a drill can say of the backup itself, apart from how the drill went. `undetermined`: it did not look, or what kept
 * it from looking says nothing of the backup. Retention hears nothing else.
 */
export const VERDICTS = ["restorable", "not restorable", "undetermined"] as const;
export type VerdictOnBackup = (typeof VERDICTS)[number];

/** The points that are about the backup's contents. The others are about the drill, or about the application's wishes. */
export const CONTENT_POINTS: readonly ChecklistPoint[] = [
  "artifact",
  "schema",
  "access",
  "rows",
  "indexes",
  "sequences",
];

/**
 * Checks of a content point whose failure has its cause elsewhere: a missing key, a backup of another restore path, a source
 * that was emptied before it was backed up.
 */
const NOT_OF_CONTENTS: readonly string[] = ["artifact.manifest", "artifact.decryption", "rows.shrinkage"];

interface Check {
  id: string;
  point: ChecklistPoint;
  passed: boolean;
  ran: boolean;
}

/** Whether `check` can say something about the backup's contents. */
export function isOfContents({ id, point }: Pick<Check, "id" | "point">): boolean {
  return CONTENT_POINTS.includes(point) && !NOT_OF_CONTENTS.includes(id);
}

/**
 * One contradicted content check is enough for `not restorable`; `restorable` needs every content point looked at, and
 * nothing of it failed. Everything else is `undetermined`.
 */
export function verdictOnBackup(checks: readonly Check[]): VerdictOnBackup {
  const ofContents = checks.filter(isOfContents);
  if (ofContents.some(({ ran, passed }) => ran && !passed)) return "not restorable";
  const looked = CONTENT_POINTS.every((point) => ofContents.some((check) => check.point === point && check.ran));
  return looked && ofContents.every(({ passed }) => passed) ? "restorable" : "undetermined";
}
