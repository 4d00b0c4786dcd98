import { strict as assert } from "node:assert";
import { LogicalBackup, PlatformDrill, type PlatformDrillArgs, RestoreDrill } from "../../../components";
import { CHECKLIST_POINTS } from "../../../model/checklist";
import { drillDescriptorSchema } from "../../../model/descriptor";
import { type RunOptions, refusal, run } from "./declare";
import { backup, drill, PATH } from "./examples";

const args = (changes: Partial<PlatformDrillArgs> = {}): PlatformDrillArgs => ({
  environment: "staging",
  stack: "staging",
  target: backup().target,
  restorePath: PATH,
  drillNamespace: "shop-drill",
  drill: "shop-drill",
  objectives: { rpo: "2h", rto: "1h" },
  ...changes,
});
const declare = (changes = {}, options: RunOptions = {}) =>
  run(() => new PlatformDrill("shop-drill", args(changes)), { preview: true, ...options });
const descriptorOf = async (changes = {}, options: RunOptions = {}) => {
  const { registered } = await declare(changes, options);
  const { descriptor } = registered["restorable:index:PlatformDrill shop-drill"] as { descriptor: unknown };
  const parsed = drillDescriptorSchema.parse(descriptor);
  assert.ok(parsed.kind === "drill");
  return parsed;
};
const refused = (changes: object) => refusal(() => new PlatformDrill("shop-drill", args(changes)));

describe("PlatformDrill", () => {
  it("declares nothing but itself: it touches neither namespace", async () => {
    assert.deepEqual((await declare()).list(), ["restorable:index:PlatformDrill shop-drill"]);
  });

  it("says that a platform drills, and leaves the key to those who have it", async () => {
    const descriptor = await descriptorOf();
    assert.deepEqual([descriptor.declares, descriptor.attestation], ["reference", "platform"]);
    assert.ok(!("signingKey" in descriptor));
    assert.deepEqual(descriptor.triggers, { afterBackup: true, onDeployment: false });
    assert.deepEqual(descriptor.checklist, CHECKLIST_POINTS);
  });

  it("shows the evidence that it finds where the platform keeps it, and what kept it from reading", async () => {
    const asked: unknown[] = [];
    const descriptor = await descriptorOf(
      { promotedEvidence: ["evidence/develop.dsse.json"], kubeContext: "staging" },
      {
        evidence: async (location) => {
          asked.push(location);
          return { evidence: [{ source: "file x", envelope: "{}" }], evidenceProblems: ["forbidden"] };
        },
      },
    );
    assert.deepEqual(asked, [
      {
        ...{ namespace: "shop-drill", configMap: "shop-drill-evidence", fingerprint: descriptor.fingerprint },
        ...{ files: ["evidence/develop.dsse.json"], kubeContext: "staging" },
      },
    ]);
    assert.deepEqual(descriptor.evidence, [{ source: "file x", envelope: "{}" }]);
    assert.deepEqual(descriptor.evidenceProblems, ["forbidden"]);
  });

  it("has the fingerprint of the backup here, and of the drill in the platform's own stack, with and without a copy", async () => {
    const offSite = { reader: { kind: "nfs", claim: "others" }, rpo: "6h" };
    const platform = await run(() => [
      new LogicalBackup("shop-backup", backup()),
      new RestoreDrill(
        "shop-drill",
        drill({ offSite, attestation: "platform", signingKey: { existingSecret: "key" } }),
      ),
    ]);
    const descriptor = await descriptorOf({ offSite: { storageKind: "nfs", rpo: "6h" } });
    const of = (name: string) => platform.registered[`restorable:index:${name}`] as { fingerprint: string };
    assert.equal(descriptor.fingerprint, of("LogicalBackup shop-backup").fingerprint);
    assert.equal(descriptor.fingerprint, of("RestoreDrill shop-drill").fingerprint);
    const drilled = drillDescriptorSchema.parse(
      (platform.registered["restorable:index:RestoreDrill shop-drill"] as { descriptor: unknown }).descriptor,
    );
    // By which Secret or claim the platform reads it, only the platform knows.
    const { reader, prefix, ...copy } = (drilled.kind === "drill" && drilled.offSite) || {};
    assert.deepEqual([reader, prefix], ["claim shop-drill/others", ""]);
    assert.deepEqual(descriptor.offSite, copy);
  });

  it("refuses a drill beside its source, one that never runs, and a storage that is not known", () => {
    assert.match(refused({ drillNamespace: "shop" }), /drillNamespace: "shop" is the namespace of the source database/);
    assert.match(refused({ triggers: { afterBackup: false } }), /triggers: the drill would never run/);
    assert.match(refused({ storageKind: "tape" }), /storageKind: must be "s3-compatible" or "s3" or "nfs"/);
  });
});
