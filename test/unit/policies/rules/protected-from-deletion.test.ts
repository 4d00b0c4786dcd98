import assert from "node:assert/strict";
import { configureGate } from "../../../../policies/analysis";
import { ABSENT, known, unknown } from "../../../../policies/known";
import { protectedFromDeletion, rule } from "../../../../policies/rules/protected-from-deletion";
import { UNCONFIGURED } from "../../../../policies/settings";
import type { Database } from "../../../../policies/stack/facts";
import {
  aBackup,
  aBucket,
  aDatabase,
  aStore,
  BUCKET_URN,
  DATABASE_URN,
  findings,
  gateIn,
  PRODUCTION,
  safeFacts,
} from "../facts";
import { resource, violations } from "../stack";

const NO_PROTECT = "Pulumi's protect option is set neither on it nor on a component above it";
const KUBERNETES = { protect: false, deletionProtection: ABSENT, finalSnapshot: ABSENT };
const databases = (changes: Partial<Database>) => findings(rule, { databases: [aDatabase(changes)] });
const buckets = (changes: Parameters<typeof aBucket>[0]) =>
  findings(rule, { buckets: [aBucket(changes)], backups: [aBackup()] });

describe("protected-from-deletion", () => {
  it("is silent on a protected database and a protected bucket", () => {
    assert.deepEqual(findings(rule, safeFacts()), []);
    assert.deepEqual(databases({ ...KUBERNETES, protect: true }), []);
  });

  it("refuses a database without protect", () => {
    assert.deepEqual(databases(KUBERNETES), [
      {
        urn: DATABASE_URN,
        verdict: "app/orders is not protected from deletion.",
        reasons: [NO_PROTECT],
        remedies: ["set protect: true in the resource's options"],
      },
    ]);
  });

  it("names our own component's argument", () => {
    assert.deepEqual(databases({ ...KUBERNETES, origin: "restorable" })[0]?.remedies, [
      "set deletionProtection of the PostgresCluster to true",
    ]);
  });

  it("takes AWS's own protection for enough, if both halves are known to be there", () => {
    const rds = (changes: Partial<Database>) =>
      databases({
        protect: false,
        product: "AWS RDS",
        deletionProtection: known(true),
        finalSnapshot: known(true),
        ...changes,
      });
    assert.deepEqual(rds({}), []);
    assert.deepEqual(rds({ finalSnapshot: known(false) }), [
      {
        urn: DATABASE_URN,
        verdict: "app/orders is not protected from deletion.",
        reasons: [NO_PROTECT, "a final snapshot is not taken"],
        remedies: [
          "set protect: true in the resource's options",
          "or set deletionProtection to true, and skipFinalSnapshot to false with a name for the snapshot",
        ],
      },
    ]);
    assert.deepEqual(rds({ deletionProtection: ABSENT })[0]?.reasons[1], "its deletion protection is off");
    assert.deepEqual(
      rds({ deletionProtection: unknown("deletionProtection") })[0]?.reasons[1],
      "its deletion protection is unknown at preview (deletionProtection)",
    );
    assert.deepEqual(
      rds({ finalSnapshot: unknown("skipFinalSnapshot") })[0]?.reasons[1],
      "a final snapshot is unknown at preview (skipFinalSnapshot)",
    );
    assert.deepEqual(rds({ protect: true, deletionProtection: known(false), finalSnapshot: known(false) }), []);
  });

  it("refuses a bucket of backups without protect, or one that is emptied by force", () => {
    assert.deepEqual(buckets({ protect: false, forceDestroy: known(true) }), [
      {
        urn: BUCKET_URN,
        verdict:
          "backups (an S3 bucket), which holds app/orders (ScheduledBackup nightly), is not protected from deletion.",
        reasons: [
          NO_PROTECT,
          "forceDestroy is set: a bucket full of backups is emptied and deleted without a question",
        ],
        remedies: ["set protect: true in the resource's options", "set forceDestroy to false, or leave it out"],
      },
    ]);
    assert.deepEqual(buckets({ protect: false })[0]?.reasons, [NO_PROTECT]);
    assert.deepEqual(buckets({ forceDestroy: known(true) })[0]?.remedies, [
      "set forceDestroy to false, or leave it out",
    ]);
    assert.deepEqual(buckets({ forceDestroy: unknown("forceDestroy") })[0]?.reasons, [
      "whether forceDestroy is set is unknown at preview (forceDestroy)",
    ]);
    assert.deepEqual(buckets({ forceDestroy: ABSENT }), []);
  });

  it("speaks once of a bucket with several backups, and not of one without", () => {
    const two = [aBackup({ id: "a" }), aBackup({ id: "b", stores: [aStore({ bucketUrns: [] }), aStore()] })];
    const facts = { buckets: [aBucket({ protect: false, bucket: unknown("bucket") })], backups: two };
    assert.deepEqual(
      findings(rule, facts).map(({ verdict }) => verdict),
      ["backups (an S3 bucket), which holds a, b, is not protected from deletion."],
    );
    assert.deepEqual(findings(rule, { ...facts, backups: [aBackup({ stores: [] })] }), []);
  });

  it("judges production only, and where nobody said what this is", () => {
    const facts = { databases: [aDatabase(KUBERNETES)], backups: [aBackup()], buckets: [aBucket({ protect: false })] };
    for (const [gate, count] of [
      [gateIn("develop"), 0],
      [gateIn("staging"), 0],
      [PRODUCTION, 2],
      [UNCONFIGURED, 2],
    ] as const)
      assert.equal(findings(rule, facts, { gate }).length, count);
  });
});

describe("protected-from-deletion on resources", () => {
  before(() => configureGate(PRODUCTION));
  after(() => configureGate(UNCONFIGURED));

  const cluster = (protect: boolean) => {
    const plain = resource("kubernetes:postgresql.cnpg.io/v1:Cluster", "orders", {
      metadata: { name: "orders", namespace: "app" },
      spec: { instances: 3 },
    });
    return { ...plain, opts: { ...plain.opts, protect } };
  };

  it("reads the protect option of a Cluster", () => {
    assert.deepEqual(violations(protectedFromDeletion, [cluster(true)]), []);
    assert.deepEqual(violations(protectedFromDeletion, [cluster(false)])[0]?.message.split("\n"), [
      "app/orders is not protected from deletion.",
      `Reason: ${NO_PROTECT}`,
      "Remedy: set protect: true in the resource's options",
      "Page: docs/policies/protected-from-deletion.md",
    ]);
  });

  it("leaves a vault to AWS, which deletes none that is not empty, unless it is told to by force", () => {
    const vault = (forceDestroy: boolean) =>
      findings(rule, {
        backups: [aBackup()],
        buckets: [aBucket({ protect: false, keepsItself: true, forceDestroy: known(forceDestroy) })],
      });
    assert.deepEqual(vault(false), []);
    assert.equal(vault(true).length, 1);
  });
});
