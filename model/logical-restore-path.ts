import { CHECKLIST_POINTS } from "./checklist";
import type { EncryptionScheme } from "./encryption";
import type { ApplicationCheck } from "./job-config";
import { canonicalDigest, fingerprint, type RestorePath, restorePathSchema } from "./restore-path";
import type { StorageKind } from "./storage-access";

/** What a backup and its drill both declare, and from which both must come to the same restore path. */
export interface LogicalRestorePathInputs {
  engine: string;
  postgresMajor: number;
  /** The image of the source's server and of the drill's temporary one. */
  serverImage: string;
  agentImage: string;
  applicationRole: string;
  applicationChecks: ApplicationCheck[];
  encryption: EncryptionScheme;
  /** Patterns of tables that are not backed up, see model/patterns.ts. */
  excludeTables?: string[];
  /** Patterns of tables that are backed up without their rows. */
  excludeTableData?: string[];
}

/** The storage that a drill restores from. */
export interface RestoreSource {
  kind: StorageKind;
  copy: "primary" | "off-site";
}

/** SHA-256 (hex) of what the application's checks are and of the role that runs them. */
export function applicationChecksDigest(applicationRole: string, applicationChecks: ApplicationCheck[]): string {
  // By way of JSON text: a key that is there but undefined must not change the digest.
  return canonicalDigest(JSON.parse(JSON.stringify({ applicationRole, applicationChecks })));
}

/** The restore path of a logical backup, restored from `storage`, and its fingerprint. */
export function logicalRestorePath(
  inputs: LogicalRestorePathInputs,
  storage: RestoreSource,
): { path: RestorePath; fingerprint: string } {
  const path = restorePathSchema.parse({
    version: 1,
    engine: inputs.engine,
    postgresMajor: inputs.postgresMajor,
    backup: {
      ...{ method: "logical", format: "custom", compression: "zstd", encryption: inputs.encryption },
      ...patterns("excludeTables", inputs.excludeTables),
      ...patterns("excludeTableData", inputs.excludeTableData),
    },
    storage: { kind: storage.kind, copy: storage.copy },
    restore: { procedure: "pg_restore" },
    checklist: CHECKLIST_POINTS,
    applicationChecks: applicationChecksDigest(inputs.applicationRole, inputs.applicationChecks),
    images: { server: inputs.serverImage, agent: inputs.agentImage },
  });
  return { path, fingerprint: fingerprint(path) };
}

/** In one order, and nothing at all for an empty list: however it is written down, it is the same restore path. */
function patterns(name: "excludeTables" | "excludeTableData", given: string[] = []): Record<string, string[]> {
  return given.length === 0 ? {} : { [name]: [...new Set(given)].sort() };
}

/** What a backup of this restore path leaves out, in a few words each, for descriptors: absent when it is nothing. */
export function leavesOut(inputs: Pick<LogicalRestorePathInputs, "excludeTables" | "excludeTableData">): {
  leavesOut?: string[];
} {
  const { excludeTables = [], excludeTableData = [] } = inputs;
  const all = [...excludeTables, ...excludeTableData.map((pattern) => `rows of ${pattern}`)];
  return all.length === 0 ? {} : { leavesOut: all };
}
