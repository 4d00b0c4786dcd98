import { CHECKLIST_POINTS } from "../../../model/checklist";
import { signStatement } from "../../../model/dsse";
import { type DrillPredicate, drillStatement } from "../../../model/evidence";
import { layout } from "../../../model/layout";
import { type Manifest, manifestDigest } from "../../../model/manifest";
import { fingerprint } from "../../../model/restore-path";
import { idOf, type MemoryStore } from "./memory-store";

/** A drill of `manifest` that ended at `time`; `change` says what is otherwise. */
export function drillOf(manifest: Manifest, time: string, change: Partial<DrillPredicate> = {}): DrillPredicate {
  const { id, snapshot, completedAt, artifacts, target, restorePath } = manifest;
  const { bytes, sha256 } = artifacts.database;
  return {
    version: 2,
    passed: true,
    verdict: change.passed === false ? "undetermined" : "restorable",
    failures: [],
    environment: "staging",
    stack: "orders-staging",
    target,
    restorePath,
    fingerprint: fingerprint(restorePath),
    attestation: "self",
    storage: { kind: "s3-compatible", place: "https://s3.example.com/orders-backups", prefix: "" },
    chain: { sequence: 0, previous: null },
    backup: {
      ...{ id, snapshotAt: snapshot.at, completedAt, bytes, sha256 },
      roles: artifacts.roles.sha256,
      facts: artifacts.facts.sha256,
      manifest: manifestDigest(manifest),
      systemIdentifier: manifest.server.systemIdentifier,
    },
    drill: {
      id: idOf(time),
      trigger: "schedule",
      startedAt: new Date(Date.parse(time) - 60_000).toISOString(),
      finishedAt: new Date(time).toISOString(),
    },
    stages: [],
    checks: CHECKLIST_POINTS.map((point) => ({
      id: point,
      point,
      passed: true,
      ran: true,
      expected: "1",
      actual: "1",
    })),
    contents: { tables: 1, rows: 1 },
    objectives: { rpoSeconds: 3600, rtoSeconds: 3600 },
    measured: { rpoSeconds: 60, rtoSeconds: 60 },
    agent: { version: "0.1.0" },
    ...change,
  };
}

/** Stores a drill's evidence, signed with `privateKey`, where the agent stores it. Gives its key. */
export function storeEvidence(store: MemoryStore, predicate: DrillPredicate, privateKey: string): string {
  const text = JSON.stringify(signStatement(drillStatement(predicate), privateKey));
  const folder = layout.evidence("", predicate.target, predicate.backup?.id ?? "no-backup");
  const key = `${folder}${predicate.drill.id}.dsse.json`;
  store.put(key, text.length, new Date(predicate.drill.finishedAt), text);
  return key;
}
