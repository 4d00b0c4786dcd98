import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type KubernetesJob,
  type PendingOperation,
  pendingOperations,
  repairInterrupted,
} from "../../../scripts/loop/interrupted";

const operation = (
  type: PendingOperation["type"],
  kind: string,
  name: string,
  namespace?: string,
): PendingOperation => ({
  type,
  resource: {
    urn: `urn:pulumi:local::shop::${kind}::${name}`,
    type: kind,
    inputs: { metadata: { name, ...(namespace ? { namespace } : {}) } },
  },
});

describe("an update that was interrupted", () => {
  const state = mkdtempSync(join(tmpdir(), "restorable-interrupted-"));
  after(() => rmSync(state, { recursive: true, force: true }));

  async function repaired(pending: PendingOperation[]): Promise<{ refreshed: number; deleted: KubernetesJob[] }> {
    const done = { refreshed: 0, deleted: [] as KubernetesJob[] };
    await repairInterrupted(pending, {
      refresh: async () => void done.refreshed++,
      deleteJob: async (job) => void done.deleted.push(job),
    });
    return done;
  }

  it("is read from the stack's own state", () => {
    const folder = join(state, ".pulumi/stacks/shop");
    mkdirSync(folder, { recursive: true });
    const pending = [operation("creating", "kubernetes:core/v1:Secret", "key", "shop")];
    const checkpoint = (pending_operations?: PendingOperation[]) =>
      JSON.stringify({ version: 3, checkpoint: { latest: { resources: [], pending_operations } } });
    writeFileSync(join(folder, "local.json"), checkpoint(pending));
    writeFileSync(join(folder, "other.json"), checkpoint());
    assert.deepEqual(pendingOperations(state, "local"), pending);
    assert.deepEqual(pendingOperations(state, "other"), []);
    assert.deepEqual(pendingOperations(join(state, "nowhere"), "local"), []);
  });

  it("is refreshed before the next one, and its Jobs are made anew", async () => {
    const done = await repaired([
      operation("updating", "kubernetes:core/v1:ConfigMap", "settings", "shop"),
      operation("creating", "kubernetes:batch/v1:Job", "first-backup", "shop"),
      operation("creating", "kubernetes:batch/v1:Job", "without-namespace"),
    ]);
    assert.deepEqual(done, {
      refreshed: 1,
      deleted: [
        { namespace: "shop", name: "first-backup" },
        { namespace: "default", name: "without-namespace" },
      ],
    });
  });

  it("never costs data: nothing but Jobs that were being created is removed", async () => {
    const { deleted } = await repaired([
      operation("creating", "kubernetes:postgresql.cnpg.io/v1:Cluster", "pg", "shop"),
      operation("creating", "kubernetes:core/v1:PersistentVolumeClaim", "backups", "shop"),
      operation("deleting", "kubernetes:batch/v1:Job", "old", "shop"),
      operation("updating", "kubernetes:batch/v1:Job", "changed", "shop"),
    ]);
    assert.deepEqual(deleted, []);
  });

  it("costs nothing when there was none", async () => {
    assert.deepEqual(await repaired([]), { refreshed: 0, deleted: [] });
  });
});
