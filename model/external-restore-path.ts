import { CHECKLIST_POINTS, type ChecklistPoint } from "./checklist";
import { canonicalJson, type ExternalRestorePath, externalRestorePathSchema, fingerprint } from "./restore-path";

/** What a team says of a restore that another tool makes, as ExternalRestoreDrill takes it. */
export interface ExternalRestorePathInputs {
  engine: string;
  postgresMajor: number;
  backupMethod: string;
  storageKind: string;
  storageCopy: string;
  procedure: string;
  tool: { name: string; version: string };
  serverImage?: string;
  /** Default: every point. */
  checklist?: readonly string[];
}

/**
 * The restore path of a drill that another tool runs, its canonical JSON, and its fingerprint, which is the SHA-256 of
 * that text. Throws when an input is not what the schema says.
 */
export function externalRestorePath(inputs: ExternalRestorePathInputs): {
  path: ExternalRestorePath;
  json: string;
  fingerprint: string;
} {
  const { serverImage, checklist = CHECKLIST_POINTS } = inputs;
  const position = (point: string) => CHECKLIST_POINTS.indexOf(point as ChecklistPoint);
  const path = externalRestorePathSchema.parse({
    kind: "external",
    version: 1,
    engine: inputs.engine,
    postgresMajor: inputs.postgresMajor,
    backup: { method: inputs.backupMethod },
    storage: { kind: inputs.storageKind, copy: inputs.storageCopy },
    restore: { procedure: inputs.procedure },
    tool: { name: inputs.tool.name, version: inputs.tool.version },
    // In the order of the checklist: the order in which somebody wrote the points down is no other restore path.
    checklist: [...new Set(checklist)].sort((a, b) => position(a) - position(b)),
    images: serverImage === undefined ? {} : { server: serverImage },
  });
  return { path, json: canonicalJson(path), fingerprint: fingerprint(path) };
}
