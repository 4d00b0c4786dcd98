import assert from "node:assert/strict";
import type { RestoreDrillDescriptor } from "../../../../model/descriptor";
import { SECRET_FOLDERS } from "../../../../model/job-config";
import { restorePathProven } from "../../../../policies/rules/restore-path-proven";
import { signerIsApart } from "../../../../policies/rules/signer-is-apart";
import { aBackup } from "../../../policy/support/evidence";
import { drill, found, GATE, proven, TARGET_OTHER, unproven } from "../drills";
import { component, gatedWithEvidence, resource, UNKNOWN_STRING, violations } from "../stack";

const backup = component("backup", "b", aBackup("production"));
const REFUSED = { ...GATE, selfAttested: "refused" };
const run = (changes: Partial<RestoreDrillDescriptor>, gate: object = GATE, more: (typeof backup)[] = []) =>
  found(signerIsApart, [drill(unproven("production", changes)), ...more], gate).map(({ message }) => message);

describe("signer-is-apart", () => {
  it("refuses a signing key in a program in production: verdict, reasons, remedy, page", () => {
    assert.deepEqual(run({ signingKey: "program" }), [
      [
        "app/orders/orders: the program holds the key that signs its evidence.",
        "Reason: whoever may write or run the program can sign that any backup is restorable, without a drill",
        "Reason: a key that was in a program is in its state and configuration, too",
        "Remedy: make a new key, and give it as an existing Secret of the drills' namespace (signingKey.existingSecret) or as a key of a KMS",
        "Page: docs/policies/signer-is-apart.md",
      ].join("\n"),
    ]);
  });

  it("refuses as well a Secret that the same program declares: it holds the key then", () => {
    const one = drill(unproven("production", { signingKey: "secret" }));
    const volumes = [{ name: "signing", secret: { secretName: "orders-signing" } }];
    const containers = [{ name: "signer", volumeMounts: [{ name: "signing", mountPath: SECRET_FOLDERS.signing }] }];
    const template = { spec: { containers, volumes } };
    const cronJob = resource(
      "kubernetes:batch/v1:CronJob",
      "c",
      { spec: { jobTemplate: { spec: { template } } } },
      one,
    );
    const secret = (name: string, namespace: string) =>
      resource("kubernetes:core/v1:Secret", name, { metadata: { name, namespace } });
    const said = (...more: ReturnType<typeof secret>[]) => found(signerIsApart, [one, cronJob, ...more]).length;
    assert.equal(said(), 0);
    assert.equal(said(secret("orders-signing", "app-drill")), 1);
    assert.equal(said(secret("orders-signing", "another"), secret("another", "app-drill")), 0);
  });

  it("lets production's key be in a Secret or a KMS, and other environments' in a program", () => {
    for (const signingKey of ["secret", "kms"] as const) assert.deepEqual(run({ signingKey }), []);
    const staging = drill(unproven("staging", { signingKey: "program" }));
    assert.deepEqual(found(signerIsApart, [staging], { ...GATE, environment: "staging" }), []);
  });

  it("refuses self-attested drills where the gate says so, and nowhere else", () => {
    assert.deepEqual(run({}), []);
    assert.match(run({}, REFUSED)[0] ?? "", /its drill is self-attested, which does not count in production/);
    assert.deepEqual(run({ attestation: "platform" }, REFUSED), []);
  });

  it("takes a stack that declares backup and drill for self-attested, whatever the drill says", () => {
    const platform = { attestation: "platform" } as const;
    assert.match(run(platform, REFUSED, [backup])[0] ?? "", /this stack declares both the backups and the drill/);
    assert.deepEqual(
      run(platform, REFUSED, [component("backup", "o", aBackup("production", { target: TARGET_OTHER }))]),
      [],
    );
    assert.equal(run(platform, REFUSED, [component("backup", "o", UNKNOWN_STRING)]).length, 1);
    assert.deepEqual(run({ ...platform, declares: "reference" }, REFUSED, [backup]), []);
  });
});

describe("a platform's own stack", () => {
  const platform = { attestation: "platform", stack: "orders-production" } as const;
  const said = (changes: Partial<RestoreDrillDescriptor>, ...more: (typeof backup)[]) =>
    found(restorePathProven, [drill(proven("production", changes, { attestation: "platform" })), ...more]).map(
      ({ message }) => message,
    );

  it("may drill the backups of another stack, and says of which", () => {
    assert.deepEqual(said(platform), []);
    assert.match(said({ stack: "orders-production" })[0] ?? "", /which is not the one that deploys it/);
  });

  it("is none when it declares the backups itself", () => {
    assert.match(said(platform, backup)[0] ?? "", /it says that a platform declares it, and this stack declares the/);
  });

  it("is referred to by its own component, whose evidence counts once the gate has read it itself", async () => {
    const declared = { declares: "reference", attestation: "platform" } as const;
    const reference = proven("production", declared, { attestation: "platform" });
    const evidence = reference.evidence.map(({ envelope }) => envelope);
    const one = component("platformDrill", "orders-drill", reference);
    assert.match(found(restorePathProven, [one])[0]?.message ?? "", /only the program shows its evidence/);
    const judged = () => violations(restorePathProven, [one, backup]);
    assert.deepEqual(await gatedWithEvidence({ ...GATE, evidence }, judged), []);
  });

  it("is what a reference to a drill refers to: a self-attested one proves nothing there", () => {
    assert.match(said({ declares: "reference" })[0] ?? "", /that one's evidence must say that a platform declared it/);
  });
});
