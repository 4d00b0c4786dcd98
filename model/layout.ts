import { randomBytes } from "node:crypto";
import { type Target, targetId } from "./target";

/**
 * Where things are in the store, below the storage's prefix. Evidence has a tree of its own, so that the key that may
 * write it can write nothing else:
 *   backups/<namespace>/<cluster>/<database>/<backup id>/{database.dump, roles.sql, facts.json, manifest.json}
 *   evidence/<namespace>/<cluster>/<database>/<backup id>/<drill id>.dsse.json
 */
export const layout = {
  backups: (prefix: string, target: Target) => `${prefix}backups/${targetId(target)}/`,
  backup: (prefix: string, target: Target, id: string) => `${layout.backups(prefix, target)}${id}/`,
  evidences: (prefix: string, target: Target) => `${prefix}evidence/${targetId(target)}/`,
  evidence: (prefix: string, target: Target, id: string) => `${layout.evidences(prefix, target)}${id}/`,
  /** One record of evidence: of the backup `folder`, or one of RECORD_FOLDERS. */
  record: (prefix: string, target: Target, folder: string, drillId: string) =>
    `${layout.evidence(prefix, target, folder)}${drillId}.dsse.json`,
};

/** Where records stand that are of no backup: of drills that found none, and of drills that begin. */
export const RECORD_FOLDERS = { noBackup: "no-backup", begun: "begun" } as const;

export const MANIFEST = "manifest.json";

/** Sorts by time as text: `20261121T021500Z-9f3a`. The random part keeps two runs of one second apart. */
export function newId(at: Date): string {
  return `${at.toISOString().replace(/[-:]/g, "").replace(/\.\d+/, "")}-${randomBytes(2).toString("hex")}`;
}

export const ID_PATTERN = /^\d{8}T\d{6}Z-[0-9a-f]{4}$/;

/** When the run that gave itself `id` began, to the second. */
export function timeOfId(id: string): Date {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-/.exec(id) ?? [];
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
