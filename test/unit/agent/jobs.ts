import { CHECKLIST_POINTS } from "../../../model/checklist";
import type { BackupJob, DrillJob } from "../../../model/job-config";
import type { Manifest } from "../../../model/manifest";
import { fingerprint, type RestorePath } from "../../../model/restore-path";
import { NotFoundError } from "../../../store/errors";

/** Settings and a manifest that are right in every way: tests change the one thing they are about. */
export const restorePath: RestorePath = {
  version: 1,
  engine: "cloudnative-pg",
  postgresMajor: 17,
  backup: { method: "logical", format: "custom", compression: "zstd", encryption: "none" },
  storage: { kind: "s3-compatible", copy: "primary" },
  restore: { procedure: "pg_restore" },
  checklist: CHECKLIST_POINTS,
  applicationChecks: "a".repeat(64),
  images: { server: "registry/postgres@sha256:1", agent: "registry/agent@sha256:2" },
};

const common = {
  version: 1 as const,
  environment: "staging",
  stack: "orders-staging",
  target: { namespace: "app", cluster: "orders", database: "shop" },
  restorePath,
  fingerprint: fingerprint(restorePath),
  storage: { kind: "s3-compatible" as const },
  prefix: "",
  source: { host: "orders-rw.app", port: 5432 },
};

export const backupJob: BackupJob = {
  ...common,
  tls: "prefer",
  compressionLevel: 3,
  retentionSeconds: 86_400,
};

export const drillJob: DrillJob = {
  ...common,
  jobs: 2,
  applicationRole: "shop",
  applicationChecks: [{ name: "answers", sql: "SELECT true" }],
  objectives: { rpoSeconds: 3600, rtoSeconds: 600 },
  serverParameters: {},
  evidenceStorage: { kind: "s3-compatible" },
  evidenceConfigMap: { namespace: "app-drill", name: "shop-drill-evidence" },
};

const offSitePath: RestorePath = { ...restorePath, storage: { kind: "s3-compatible", copy: "off-site" } };

/** The same with an off-site copy, which takes turns with the first. */
export const turnsJob: DrillJob = {
  ...drillJob,
  offSite: {
    storage: { kind: "s3-compatible" },
    prefix: "copy/",
    restorePath: offSitePath,
    fingerprint: fingerprint(offSitePath),
    rpoSeconds: 7200,
  },
};

const folder = "backups/app/orders/shop/20261121T020000Z-0001/";
const artifact = (name: string) => ({ key: folder + name, bytes: 3, sha256: "b".repeat(64) });

export const manifest: Manifest = {
  version: 2,
  id: "20261121T020000Z-0001",
  environment: "staging",
  stack: "orders-staging",
  target: common.target,
  restorePath,
  fingerprint: common.fingerprint,
  server: {
    version: "17.6",
    major: 17,
    systemIdentifier: "7431234567890123456",
    bootstrapSuperuser: "postgres",
    encoding: "UTF8",
    databaseBytes: 1000,
  },
  tools: { pgDump: "17.6", agent: "0.1.0" },
  snapshot: { at: "2026-11-21T02:00:10.000Z", lsn: "0/1" },
  startedAt: "2026-11-21T02:00:00.000Z",
  completedAt: "2026-11-21T02:05:00.000Z",
  keepUntil: "2026-11-28T02:05:00.000Z",
  artifacts: { database: artifact("database.dump"), roles: artifact("roles.sql"), facts: artifact("facts.json") },
  contents: { tables: 2, rows: 10 },
  previous: { id: "20261121T010000Z-0001", snapshotAt: "2026-11-21T01:00:10.000Z" },
};

/** A store in memory, with what drills and backups ask of one. */
export function memoryStore(objects: Record<string, string>) {
  return {
    objects,
    place: "the store",
    async size(key: string) {
      const text = objects[key];
      if (text === undefined) throw new NotFoundError(`no object ${key}`);
      return text.length;
    },
    async folders(prefix: string) {
      const names = Object.keys(objects)
        .filter((key) => key.startsWith(prefix))
        .map((key) => key.slice(prefix.length).split("/")[0] ?? "");
      return [...new Set(names)];
    },
    async readTextIfThere(key: string) {
      return objects[key];
    },
    async readText(key: string) {
      const text = objects[key];
      if (text === undefined) throw new Error(`no object ${key}`);
      return text;
    },
    async putText(key: string, text: string) {
      objects[key] = text;
      return { key, bytes: text.length, sha256: "" };
    },
  };
}
