import assert from "node:assert/strict";
import type { PolicyResource } from "@pulumi/policy";
import type { RestoreDrillDescriptor } from "../../../model/descriptor";
import type { DrillPredicate } from "../../../model/evidence";
import { policies } from "../../../policies/policies";
import { backupHasRestoreDrill } from "../../../policies/rules/backup-has-restore-drill";
import { copyOutsideCluster } from "../../../policies/rules/copy-outside-cluster";
import { drillIsIsolated } from "../../../policies/rules/drill-is-isolated";
import { promotionOrder } from "../../../policies/rules/promotion-order";
import { restorePathProven } from "../../../policies/rules/restore-path-proven";
import { restorePathUnproven } from "../../../policies/rules/restore-path-unproven";
import { retentionIsSufficient } from "../../../policies/rules/retention-is-sufficient";
import { rpoWithinObjective } from "../../../policies/rules/rpo-within-objective";
import { rtoWithinObjective } from "../../../policies/rules/rto-within-objective";
import {
  aBackup,
  aCluster,
  aCopy,
  anOffSiteCopy,
  aRecord,
  aRestorePath,
  aStorage,
  aTestimony,
  chained,
  HOUR,
} from "../../policy/support/evidence";
import { drill, FAILED, found, GATE, keys, NOW, proven, unproven, waived } from "./drills";
import { component, gated, resource, UNKNOWN_STRING, violations } from "./stack";

const backup = component("backup", "orders-backup", aBackup("production"));
const copy = component("copy", "orders-copy", aCopy("production"));
const messages = (...args: Parameters<typeof found>) => found(...args).map(({ message }) => message);

/** A drill of both copies with the evidence that is asked for. */
function both(
  said: { primary?: Partial<DrillPredicate>; offSite?: Partial<DrillPredicate> },
  environment = "production",
  changes: Partial<RestoreDrillDescriptor> = {},
): RestoreDrillDescriptor {
  const offSite = anOffSiteCopy();
  const primary = unproven(environment, { offSite, ...changes });
  const second = { ...primary, ...offSite, offSite: undefined };
  const predicates = [
    ...(said.primary ? [{ ...aTestimony(primary, NOW), ...said.primary }] : []),
    ...(said.offSite ? [{ ...aTestimony(second, NOW), ...said.offSite }] : []),
  ];
  return {
    ...primary,
    evidence: chained(predicates, keys).map((envelope) => ({ source: "ConfigMap app-drill/orders", envelope })),
  };
}

describe("an off-site copy without a drill of its own", () => {
  it("is refused like a backup without a drill, though the first copy is drilled", () => {
    assert.deepEqual(violations(backupHasRestoreDrill, [backup, drill(proven()), copy]), [
      {
        urn: copy.urn,
        message: [
          "app/orders/orders (off-site copy): this backup has no restore drill.",
          `Reason: the stack's drills are for app/orders/orders in production (restore path ${proven().fingerprint.slice(0, 12)}), not for app/orders/orders (off-site copy) in production (restore path ${aCopy("production").fingerprint.slice(0, 12)})`,
          "Remedy: give the RestoreDrill of app/orders/orders the copy as offSite, of the same kind of storage",
          "Page: docs/policies/backup-has-restore-drill.md",
        ].join("\n"),
      },
    ]);
  });

  it("is refused as well when the drill's other copy is of another kind of storage", () => {
    const restorePath = aRestorePath({ storage: { kind: "nfs", copy: "off-site" } });
    const other = unproven("production", { offSite: { ...anOffSiteCopy(), restorePath, fingerprint: "0".repeat(64) } });
    assert.equal(violations(backupHasRestoreDrill, [backup, copy, drill(other)]).length, 1);
  });

  it("is covered by a drill of both copies, which covers the first as well", () => {
    assert.deepEqual(violations(backupHasRestoreDrill, [backup, copy, drill(both({}))]), []);
  });

  it("is refused when its descriptor cannot be relied on", () => {
    const unknown = component("copy", "orders-copy", { ...aCopy("production"), fingerprint: UNKNOWN_STRING });
    const [violation] = violations(backupHasRestoreDrill, [backup, unknown, drill(both({}))]);
    assert.match(violation?.message ?? "", /^orders-copy: nobody can tell what this backup is of/);
  });
});

describe("a drill of two copies", () => {
  const rejects = [restorePathProven, promotionOrder, rtoWithinObjective] as const;
  const rejected = (descriptor: unknown, gate: object = GATE) =>
    rejects.flatMap((policy) => messages(policy, [backup, copy, drill(descriptor)], gate));

  it("passes when both are proven", () => {
    assert.deepEqual(rejected(both({ primary: {}, offSite: {} })), []);
  });

  it("is rejected in a later environment when only the first copy is proven", () => {
    const found = rejected(both({ primary: {} }));
    assert.equal(found.length, 1);
    assert.match(
      found[0] ?? "",
      /^app\/orders\/orders \(off-site copy\): rejected in production, the restore path is unproven\./,
    );
  });

  it("is rejected in a later environment when only the off-site copy is proven", () => {
    const found = rejected(both({ offSite: {} }));
    assert.equal(found.length, 1);
    assert.match(found[0] ?? "", /^app\/orders\/orders: rejected in production, the restore path is unproven\./);
  });

  it("is allowed in the first environment with a copy that is still to be drilled, which is said", () => {
    const descriptor = both({ primary: {} }, "develop", { stack: "production" });
    const gate = { ...GATE, environment: "develop" };
    const resources = [
      component("backup", "b", aBackup("develop")),
      component("copy", "c", aCopy("develop")),
      drill(descriptor),
    ];
    for (const policy of rejects) assert.deepEqual(messages(policy, resources, gate), []);
    const notes = messages(restorePathUnproven, resources, gate);
    assert.equal(notes.length, 1);
    assert.match(
      notes[0] ?? "",
      /^app\/orders\/orders \(off-site copy\): allowed in develop, the restore path is unproven\./,
    );
  });

  it("is rejected when the off-site copy failed, however well the first did", () => {
    const found = rejected(both({ primary: {}, offSite: FAILED }));
    assert.equal(found.length, 1);
    assert.match(
      found[0] ?? "",
      /^app\/orders\/orders \(off-site copy\): rejected in production, .*\nReason: .*failed: role app is missing/,
    );
  });

  it("is rejected when the first copy failed, however well the off-site copy did", () => {
    assert.match(rejected(both({ primary: FAILED, offSite: {} }))[0] ?? "", /^app\/orders\/orders: rejected/);
  });

  it("holds each copy to its own objective: a backup that is old off-site is in time there, and not in the first", () => {
    const measured = { rpoSeconds: 40 * HOUR, rtoSeconds: 60 };
    assert.deepEqual(rejected(both({ primary: {}, offSite: { measured } })), []);
    assert.match(
      rejected(both({ primary: { measured }, offSite: {} }))[0] ?? "",
      /^app\/orders\/orders: the last drill missed/,
    );
    const late = { measured: { ...measured, rpoSeconds: 53 * HOUR } };
    assert.match(rejected(both({ primary: {}, offSite: late }))[0] ?? "", /\(off-site copy\): the last drill missed/);
  });

  it("lets no evidence of the one stand for the other, whatever it says that it is of", () => {
    const offSite = anOffSiteCopy();
    const descriptor = both({ primary: {} });
    // Signed evidence of the first copy that claims to be of the off-site one contradicts itself.
    const forged = aRecord({ ...aTestimony(descriptor, NOW), restorePath: offSite.restorePath }, keys);
    const found = rejected({ ...descriptor, evidence: [...descriptor.evidence, forged] });
    assert.match(found.join("\n"), /\(off-site copy\): rejected .*\nReason: .*its fingerprint is not that of the/s);
  });

  it("is refused when it gives the off-site copy a fingerprint that is not its path's", () => {
    const offSite = { ...anOffSiteCopy(), fingerprint: "0".repeat(64) };
    const [violation] = messages(restorePathProven, [drill({ ...both({ primary: {}, offSite: {} }), offSite })]);
    assert.match(violation ?? "", /its fingerprint is not that of the restore path it declares/);
  });

  it("needs one waiver for both copies", () => {
    assert.deepEqual(rejected(both({}), waived()), []);
  });

  it("says once what is wrong with both", () => {
    const shared = both({ primary: {}, offSite: {} }, "production", { drillNamespace: "app" });
    assert.equal(violations(drillIsIsolated, [drill(shared)]).length, 1);
  });
});

describe("an off-site copy", () => {
  it("lags behind its backup: what it can lose at worst is both together", () => {
    assert.deepEqual(violations(rpoWithinObjective, [backup, copy]), []);
    const late = component("copy", "orders-copy", aCopy("production", { rpoSeconds: 49 * HOUR }));
    const [violation] = violations(rpoWithinObjective, [backup, late]);
    assert.match(
      violation?.message ?? "",
      /^app\/orders\/orders \(off-site copy\): up to 2d 2h can be lost, and its objective is 2d 1h\./,
    );
    assert.match(violation?.message ?? "", /Reason: what it copies may be 1d 1h old already/);
    assert.match(violation?.message ?? "", /Remedy: run the LogicalBackup or the BackupCopy more often/);
  });

  it("is the copy outside the cluster that production needs", () => {
    const cluster = component("cluster", "orders", aCluster("production"));
    const inside = component("storage", "store", aStorage({ endpoint: "http://s3.storage.svc.cluster.local:7070" }));
    const outside = component("storage", "other", {
      ...aStorage({ endpoint: "https://s3.example.com" }),
      writers: ["secret app/other-writer"],
    });
    const said = (...more: ReturnType<typeof component>[]) =>
      messages(copyOutsideCluster, [cluster, inside, backup, ...more]);
    assert.match(said()[0] ?? "", /no copy of its backups lies outside the cluster/);
    assert.deepEqual(said(outside, copy), []);
    assert.match(said(copy)[0] ?? "", /nobody can tell whether a copy/);
  });

  it("is kept for as long as it says, or as the other storage's retention says", () => {
    const kept = (retentionSeconds?: number) =>
      messages(retentionIsSufficient, [component("copy", "c", { ...aCopy("production"), retentionSeconds })]);
    assert.deepEqual(kept(90 * 24 * HOUR), []);
    assert.deepEqual(kept(undefined), []);
    assert.match(
      kept(HOUR)[0] ?? "",
      /\(off-site copy\): backups are not kept for long enough.*raise the retention of the BackupCopy/s,
    );
  });

  it("is nothing that any other rule takes for more than a backup", () => {
    const cronJob = resource(
      "kubernetes:batch/v1:CronJob",
      "orders-copy-schedule",
      {
        metadata: { name: "orders-copy", namespace: "app" },
        spec: { jobTemplate: { spec: { template: { spec: { containers: [{ image: "agent", args: ["copy"] }] } } } } },
      },
      copy,
    );
    // What the component runs is looked at by one rule, and by that alone.
    const others = policies.filter(({ name }) => name !== "descriptor-matches-children");
    const said = (...resources: PolicyResource[]) =>
      gated(GATE, () => others.flatMap((policy) => ("validateStack" in policy ? violations(policy, resources) : [])));
    const before = said(copy);
    const after = said(copy, cronJob);
    assert.deepEqual(after, before);
  });
});
