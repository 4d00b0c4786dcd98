import assert from "node:assert/strict";
import { analysisOf, configureGate } from "../../../../policies/analysis";
import { ABSENT, known, unknown } from "../../../../policies/known";
import { databaseHasBackup, rule } from "../../../../policies/rules/database-has-backup";
import { UNCONFIGURED } from "../../../../policies/settings";
import { newKeys, trusting } from "../../../policy/support/evidence";
import { aBackup, aDatabase, BACKUP_URN, DATABASE_URN, findings, gateIn, PRODUCTION, safeFacts } from "../facts";
import { resource, UNKNOWN_STRING, violations } from "../stack";

/** Of an only environment. */
const GATE_KEYS = trusting(newKeys(), ["production"]);
/** A backup that nothing says what it is of. */
const HOMELESS = { server: undefined, databaseUrns: [] };
const found = (...backups: ReturnType<typeof aBackup>[]) => findings(rule, { databases: [aDatabase()], backups });

describe("database-has-backup", () => {
  it("is silent on a database with a backup, and on a stack without databases", () => {
    assert.deepEqual(findings(rule, safeFacts()), []);
    assert.deepEqual(findings(rule, { backups: [aBackup(HOMELESS)] }), []);
  });

  it("refuses a database without a backup", () => {
    assert.deepEqual(found(), [
      {
        urn: DATABASE_URN,
        verdict: "app/orders has no backup.",
        reasons: ["it is a CloudNativePG Cluster, and no backup in the stack is of it"],
        remedies: [
          "declare a LogicalBackup of app/orders, or a ScheduledBackup (WAL archiving alone restores nothing: it needs a base backup to start from)",
        ],
      },
    ]);
  });

  it("is silent in the first environments only, and judges when nobody said where this is", () => {
    const facts = { databases: [aDatabase()] };
    for (const [gate, count] of [
      [gateIn("local"), 0],
      [gateIn("develop"), 0],
      [gateIn("staging"), 1],
      [UNCONFIGURED, 1],
    ] as const)
      assert.equal(findings(rule, facts, { gate }).length, count);
  });

  it("judges the only environment, and whatever else is held to production's rules: it is its own first", () => {
    const gate = gateIn("production", { environments: ["production"], trustedKeys: GATE_KEYS });
    assert.equal(findings(rule, { databases: [aDatabase()] }, { gate }).length, 1);
  });

  it("counts a backup by its database's URN, or by the same server", () => {
    assert.deepEqual(found(aBackup({ server: undefined })), []);
    assert.deepEqual(found(aBackup({ databaseUrns: [] })), []);
  });

  it("does not count what is suspended, or of a part, and says so", () => {
    const partial = aBackup({
      doesNotCount: "it dumps the schema alone, without any row",
      id: "app/orders (CronJob s)",
    });
    assert.deepEqual(found(partial)[0]?.reasons, [
      "app/orders (CronJob s) does not count: it dumps the schema alone, without any row",
    ]);
    assert.deepEqual(found(partial, aBackup()), []);
    // Of nothing that the stack declares, it is not named either.
    const homeless = found(aBackup({ ...HOMELESS, doesNotCount: "it is suspended" }));
    assert.deepEqual(homeless[0]?.reasons, ["it is a CloudNativePG Cluster, and no backup in the stack is of it"]);
  });

  it("does not count a backup of another server, and does not name it either", () => {
    const others = [
      { namespace: known("app"), name: known("billing") },
      { namespace: known("app2"), name: known("orders") },
      { namespace: known("app2"), name: unknown("spec.cluster.name") },
      { namespace: unknown("metadata.namespace"), name: known("billing") },
    ];
    const [finding] = found(...others.map((server) => aBackup({ server, databaseUrns: [] })));
    assert.deepEqual(finding?.reasons, ["it is a CloudNativePG Cluster, and no backup in the stack is of it"]);
    const elsewhere = aBackup({ server: undefined, databaseUrns: ["urn:another"] });
    assert.deepEqual(found(elsewhere)[0]?.reasons, finding?.reasons);
  });

  it("names backups that cannot be told to be of the database, and counts none of them", () => {
    const half = { namespace: known("app"), name: unknown("spec.cluster.name") };
    const backups = [
      aBackup({ ...HOMELESS, id: "app/dump (CronJob dump)" }),
      aBackup({ server: half, databaseUrns: [], id: "app/? (ScheduledBackup nightly)" }),
    ];
    assert.deepEqual(found(...backups)[0], {
      urn: DATABASE_URN,
      verdict: "app/orders has no backup.",
      reasons: [
        "the stack has backups, and none of them can be told to be of this database: app/dump (CronJob dump), app/? (ScheduledBackup nightly)",
      ],
      remedies: [
        "declare a LogicalBackup of app/orders, or a ScheduledBackup (WAL archiving alone restores nothing: it needs a base backup to start from)",
        "if one of those backups is of it, let the backup name the server, with a value that is known at preview",
      ],
    });
  });

  it("names five of them and how many more there are", () => {
    const seven = [1, 2, 3, 4, 5, 6, 7].map((n) => aBackup({ ...HOMELESS, id: `b${n}` }));
    assert.match(found(...seven)[0]?.reasons[0] ?? "", /: b1, b2, b3, b4, b5 and 2 more$/);
  });

  it("does not count what may be no backup at all", () => {
    const [finding] = found(aBackup({ certain: false, id: "app/job (CronJob job)" }));
    assert.deepEqual(finding?.reasons, [
      "whether these are backups that run is unknown at preview: app/job (CronJob job)",
    ]);
    assert.match(finding?.remedies.at(-1) ?? "", /make known at preview what it runs and that it is not suspended$/);
    assert.deepEqual(found(aBackup({ certain: false }), aBackup()), []);
  });

  it("judges each database on its own, also one whose name is unknown or absent", () => {
    for (const name of [unknown("metadata.name"), ABSENT]) {
      const nameless = aDatabase({ urn: "urn:nameless", name: "billing", id: { namespace: known("app"), name } });
      const [finding, ...more] = findings(rule, { databases: [aDatabase(), nameless], backups: [aBackup()] });
      assert.deepEqual(more, []);
      assert.equal(finding?.urn, "urn:nameless");
      assert.equal(finding?.verdict, "billing (a CloudNativePG Cluster) has no backup.");
    }
  });

  it("says what the product calls its backups", () => {
    const remedy = (product: string) => findings(rule, { databases: [aDatabase({ product })] })[0]?.remedies[0];
    assert.equal(remedy("AWS RDS"), "give app/orders a backupRetentionPeriod of at least 1 (0 switches backups off)");
    assert.equal(remedy("AWS Aurora"), "give app/orders automated backups or an AWS Backup plan");
    assert.equal(remedy("Zalando"), "declare a LogicalBackup of app/orders, or spec.enableLogicalBackup");
    assert.equal(remedy("a new one"), "declare a LogicalBackup of app/orders");
  });
});

describe("database-has-backup on resources", () => {
  before(() => configureGate(PRODUCTION));
  after(() => configureGate(UNCONFIGURED));

  const cluster = (name: string) =>
    resource("kubernetes:postgresql.cnpg.io/v1:Cluster", "orders", { metadata: { name, namespace: "app" }, spec: {} });
  const scheduled = (name: string) =>
    resource("kubernetes:postgresql.cnpg.io/v1:ScheduledBackup", "nightly", {
      metadata: { name: "nightly", namespace: "app" },
      spec: { cluster: { name }, schedule: "0 0 2 * * *", method: "plugin" },
    });
  const verdicts = (...resources: Parameters<typeof violations>[1]) =>
    violations(databaseHasBackup, resources).map(({ message }) => message.split("\n")[0]);

  it("finds the ScheduledBackup of a Cluster, and misses it where there is none or one of another", () => {
    assert.deepEqual(verdicts(cluster("orders"), scheduled("orders")), []);
    assert.deepEqual(verdicts(cluster("orders")), ["app/orders has no backup."]);
    assert.deepEqual(verdicts(cluster("orders"), scheduled("billing")), ["app/orders has no backup."]);
  });

  it("does not take a ScheduledBackup of an unknown cluster for its own", () => {
    const [violation] = violations(databaseHasBackup, [cluster("orders"), scheduled(UNKNOWN_STRING)]);
    assert.equal(violation?.urn, DATABASE_URN);
    assert.match(violation?.message ?? "", /none of them can be told to be of this database: .*nightly/);
  });

  it("reads the facts that every rule reads", () => {
    const { index } = analysisOf("test", [cluster("orders"), scheduled("orders")]);
    assert.deepEqual(
      index.databases.map(({ urn }) => urn),
      [DATABASE_URN],
    );
    assert.deepEqual(
      index.backups.map(({ urn }) => urn),
      [BACKUP_URN],
    );
  });
});
