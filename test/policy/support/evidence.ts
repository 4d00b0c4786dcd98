import { generateKeyPairSync } from "node:crypto";
import { recordDigestOf } from "../../../model/chain";
import { CHECKLIST_POINTS } from "../../../model/checklist";
import type {
  BackupDescriptor,
  ClusterDescriptor,
  CopyDescriptor,
  DrillDescriptor,
  EvidenceRecord,
  ExternalDrillDescriptor,
  RestoreDrillDescriptor,
  StorageDescriptor,
} from "../../../model/descriptor";
import { signStatement } from "../../../model/dsse";
import { type BegunPredicate, begunStatement, type DrillPredicate, drillStatement } from "../../../model/evidence";
import { DEFAULT_PROMOTION, type GateSettings } from "../../../model/gate-settings";
import { type ExternalRestorePath, fingerprint, type RestorePath } from "../../../model/restore-path";
import { type Waiver, waiverStatement } from "../../../model/waiver";

/** Descriptors and evidence as components and agent write them, signed with real keys; tests say what differs. */

export interface Keys {
  publicKey: string;
  privateKey: string;
}

export function newKeys(): Keys {
  const pair = generateKeyPairSync("ed25519");
  return {
    publicKey: pair.publicKey.export({ type: "spki", format: "pem" }).toString(),
    privateKey: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

export const ENVIRONMENTS = ["local", "develop", "staging", "production"];

/** The public halves of `keys`, trusted in every environment, or in those that are named. */
export function trusting(keys: Keys | Keys[], environments = ENVIRONMENTS): Record<string, string[]> {
  const pems = [keys].flat().map(({ publicKey }) => publicKey);
  return Object.fromEntries(environments.map((environment) => [environment, pems]));
}

/** What the gate is told in a later environment; tests say what differs. */
export function gateSettings(keys: Keys, changes: Partial<GateSettings> = {}): GateSettings {
  return {
    environment: "production",
    position: "later",
    previousEnvironment: "staging",
    promotion: DEFAULT_PROMOTION,
    trustedKeys: trusting(keys),
    maxEvidenceAgeSeconds: 26 * HOUR,
    selfAttested: "allowed",
    ...changes,
  };
}

export const SERVER_IMAGE = `registry.example.com/postgresql:17.6@sha256:${"1".repeat(64)}`;
export const AGENT_IMAGE = `registry.example.com/restorable-agent:0.1.0@sha256:${"2".repeat(64)}`;
export const HOUR = 3600;
export const TARGET = { namespace: "app", cluster: "orders", database: "orders" };

export function aRestorePath(changes: Partial<RestorePath> = {}): RestorePath {
  return {
    version: 1,
    engine: "cloudnative-pg",
    postgresMajor: 17,
    backup: { method: "logical", format: "custom", compression: "zstd", encryption: "none" },
    storage: { kind: "s3-compatible", copy: "primary" },
    restore: { procedure: "pg_restore" },
    checklist: CHECKLIST_POINTS,
    applicationChecks: "a".repeat(64),
    images: { server: SERVER_IMAGE, agent: AGENT_IMAGE },
    ...changes,
  };
}

/** The drill of `app/orders/orders` in `environment`, whose stack has the environment's name. */
export function aDrill(environment: string, changes: Partial<RestoreDrillDescriptor> = {}): RestoreDrillDescriptor {
  const restorePath = changes.restorePath ?? aRestorePath();
  return {
    kind: "drill",
    version: 1,
    environment,
    stack: environment,
    target: TARGET,
    drillNamespace: "app-drill",
    attestation: "self",
    signingKey: "secret",
    declares: "jobs",
    restorePath,
    fingerprint: fingerprint(restorePath),
    checklist: CHECKLIST_POINTS,
    triggers: { afterBackup: true, onDeployment: true },
    objectives: { rpoSeconds: 26 * HOUR, rtoSeconds: HOUR },
    evidence: [],
    evidenceProblems: [],
    ...changes,
  };
}

export function anExternalRestorePath(changes: Partial<ExternalRestorePath> = {}): ExternalRestorePath {
  return {
    kind: "external",
    version: 1,
    engine: "postgresql",
    postgresMajor: 17,
    backup: { method: "physical" },
    storage: { kind: "s3", copy: "outside" },
    restore: { procedure: "clone" },
    tool: { name: "clone-and-check", version: "1.4.0" },
    checklist: CHECKLIST_POINTS,
    images: {},
    ...changes,
  };
}

/** The URN of what `anExternalDrill` covers. */
export const COVERED =
  "urn:pulumi:production::shop::kubernetes:postgres-operator.crunchydata.com/v1beta1:PostgresCluster::orders";

/** The drill of the whole server `app/orders`, run by another tool somewhere else. */
export function anExternalDrill(
  environment: string,
  changes: Partial<ExternalDrillDescriptor> = {},
): ExternalDrillDescriptor {
  const restorePath = changes.restorePath ?? anExternalRestorePath();
  return {
    kind: "external-drill",
    version: 1,
    environment,
    stack: environment,
    target: { ...TARGET, database: "*" },
    covers: [COVERED],
    restorePath,
    fingerprint: fingerprint(restorePath),
    checklist: CHECKLIST_POINTS,
    triggers: { afterBackup: false, schedule: "0 4 * * *", onDeployment: false },
    objectives: { rpoSeconds: 26 * HOUR, rtoSeconds: HOUR },
    evidence: [],
    evidenceProblems: [],
    ...changes,
  };
}

/** The restore path from the off-site copy of what `aRestorePath` restores. */
export function anOffSitePath(): RestorePath {
  return aRestorePath({ storage: { kind: "s3-compatible", copy: "off-site" } });
}

/** What a drill of both copies says of the second. */
export function anOffSiteCopy(): NonNullable<RestoreDrillDescriptor["offSite"]> {
  const restorePath = anOffSitePath();
  return { restorePath, fingerprint: fingerprint(restorePath), rpoSeconds: 52 * HOUR };
}

/** An off-site copy of the backups of `aBackup`. */
export function aCopy(environment: string, changes: Partial<CopyDescriptor> = {}): CopyDescriptor {
  return {
    kind: "copy",
    version: 1,
    environment,
    target: TARGET,
    fingerprint: fingerprint(anOffSitePath()),
    from: "secret app/store-reader",
    writer: "secret app/other-writer",
    schedule: "0 4 * * *",
    timeZone: "UTC",
    rpoSeconds: 52 * HOUR,
    worstCaseRpoSeconds: 50 * HOUR,
    backupWorstCaseSeconds: 25 * HOUR,
    deadlineSeconds: HOUR,
    retentionSeconds: 90 * 24 * HOUR,
    image: AGENT_IMAGE,
    ...changes,
  };
}

export function aBackup(environment: string, changes: Partial<BackupDescriptor> = {}): BackupDescriptor {
  return {
    kind: "backup",
    version: 1,
    environment,
    target: TARGET,
    method: "logical",
    fingerprint: fingerprint(aRestorePath()),
    schedule: "0 2 * * *",
    timeZone: "UTC",
    rpoSeconds: 26 * HOUR,
    worstCaseRpoSeconds: 25 * HOUR,
    deadlineSeconds: HOUR,
    retentionSeconds: 30 * 24 * HOUR,
    writer: `secret ${TARGET.namespace}/orders-storage-writer`,
    image: AGENT_IMAGE,
    ...changes,
  };
}

export function aCluster(environment: string, changes: Partial<ClusterDescriptor> = {}): ClusterDescriptor {
  return {
    kind: "cluster",
    version: 1,
    environment,
    namespace: TARGET.namespace,
    cluster: TARGET.cluster,
    engine: "cloudnative-pg",
    postgresMajor: 17,
    instances: 3,
    synchronous: true,
    spread: true,
    protected: true,
    image: SERVER_IMAGE,
    ...changes,
  };
}

/** The storage to which `aBackup` goes. */
export function aStorage(changes: Partial<StorageDescriptor> = {}): StorageDescriptor {
  return {
    kind: "storage",
    version: 1,
    storage: "s3-compatible",
    endpoint: "https://s3.example.com",
    bucket: "orders-backups",
    tls: true,
    writers: [`secret ${TARGET.namespace}/orders-storage-writer`],
    ...changes,
  };
}

/** What a drill that passed says of itself: it ended `ageSeconds` before `now`. */
export function aTestimony(drill: DrillDescriptor, now: Date, ageSeconds = HOUR): DrillPredicate {
  const at = (secondsBeforeEnd: number) =>
    new Date(now.getTime() - (ageSeconds + secondsBeforeEnd) * 1000).toISOString();
  return {
    version: 2,
    passed: true,
    verdict: "restorable",
    failures: [],
    environment: drill.environment,
    stack: drill.stack,
    target: drill.target,
    restorePath: drill.restorePath,
    fingerprint: fingerprint(drill.restorePath),
    backup: {
      id: "20261121T020000Z-9f3a",
      snapshotAt: at(600),
      completedAt: at(300),
      bytes: 1000,
      sha256: "b".repeat(64),
      ...(drill.kind === "drill"
        ? {
            roles: "c".repeat(64),
            facts: "d".repeat(64),
            manifest: "e".repeat(64),
            systemIdentifier: "7431234567890123456",
          }
        : {}),
    },
    drill: { id: "20261121T021000Z-1234", trigger: "after-backup", startedAt: at(120), finishedAt: at(0) },
    ...(drill.kind === "drill"
      ? {
          attestation: "self" as const,
          storage: { kind: "s3-compatible" as const, place: "https://s3.example.com/orders-backups", prefix: "" },
          chain: { sequence: 0, previous: null },
        }
      : {}),
    stages: [{ name: "restore", seconds: 60, passed: true }],
    checks: CHECKLIST_POINTS.map((point) => ({
      id: `${point}.1`,
      point,
      passed: true,
      ran: true,
      expected: "1",
      actual: "1",
    })),
    contents: { tables: 3, rows: 100 },
    objectives: drill.objectives,
    measured: { rpoSeconds: 24 * HOUR, rtoSeconds: 90 },
    agent: { version: "0.1.0" },
  };
}

export function sealed(predicate: DrillPredicate, keys: Keys): string {
  return JSON.stringify(signStatement(drillStatement(predicate, "backups/database.dump"), keys.privateKey));
}

/** What a drill that is to begin says of itself: `ageSeconds` before `now`, with an hour's time. */
export function aBeginning(drill: DrillDescriptor, now: Date, ageSeconds = HOUR): BegunPredicate {
  const at = (seconds: number) => new Date(now.getTime() + seconds * 1000).toISOString();
  return {
    version: 2,
    ...{ environment: drill.environment, stack: drill.stack, target: drill.target },
    fingerprint: fingerprint(drill.restorePath),
    drill: {
      id: "20261121T031000Z-5678",
      trigger: "schedule",
      startedAt: at(-ageSeconds),
      deadline: at(HOUR - ageSeconds),
    },
    chain: { sequence: 0, previous: null },
    agent: { version: "0.1.0" },
  };
}

/** The records of one database in the order in which they were signed, each naming the one before. */
export function chained(predicates: (DrillPredicate | BegunPredicate)[], keys: Keys): string[] {
  let previous: string | null = null;
  return predicates.map((predicate, sequence) => {
    const chain = { sequence, previous };
    const statement =
      "passed" in predicate ? drillStatement({ ...predicate, chain }) : begunStatement({ ...predicate, chain });
    const envelope = JSON.stringify(signStatement(statement, keys.privateKey));
    previous = recordDigestOf(envelope) ?? null;
    return envelope;
  });
}

export function aRecord(predicate: DrillPredicate, keys: Keys, source = "ConfigMap app-drill/orders"): EvidenceRecord {
  return { source, envelope: sealed(predicate, keys) };
}

/** The envelope with its payload changed by `edit` and its signature kept: what a hand-edited file is. */
export function forged(envelope: string, edit: (text: string) => string): string {
  const value = JSON.parse(envelope) as { payload: string };
  const payload = edit(Buffer.from(value.payload, "base64").toString("utf8"));
  return JSON.stringify({ ...value, payload: Buffer.from(payload).toString("base64") });
}

export function aWaiver(environment: string, now: Date, changes: Partial<Waiver> = {}): Waiver {
  return {
    version: 1,
    reason: "the drill fails on a missing extension; this deployment adds it",
    person: "Ada Lovelace <ada@example.com>",
    environment,
    target: TARGET,
    notBefore: new Date(now.getTime() - HOUR * 1000).toISOString(),
    expires: new Date(now.getTime() + 24 * HOUR * 1000).toISOString(),
    ...changes,
  };
}

export function sealedWaiver(waiver: Waiver, keys: Keys): string {
  return JSON.stringify(signStatement(waiverStatement(waiver), keys.privateKey));
}
