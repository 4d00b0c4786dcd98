/**
 * For tools that run drills of their own and sign what they found, and for those who read it: the format, the
 * signature, the fingerprint. Nothing here loads Pulumi, so that a script or a Lambda can import this file by itself,
 * as `restorable/evidence`. How to use it: docs/components/external-restore-drill.md.
 */
export { CHECKLIST_POINTS, type ChecklistPoint } from "../model/checklist";
export { type Envelope, signStatement } from "../model/dsse";
export { type DrillPredicate, drillStatement, evidenceConfigMapKey, type Statement } from "../model/evidence";
export { type ExternalRestorePathInputs, externalRestorePath } from "../model/external-restore-path";
export { newId as evidenceId } from "../model/layout";
export { type AnyRestorePath, type ExternalRestorePath, fingerprint } from "../model/restore-path";
