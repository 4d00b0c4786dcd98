import assert from "node:assert/strict";
import { configureGate } from "../../../../policies/analysis";
import { ABSENT, known, unknown } from "../../../../policies/known";
import { format } from "../../../../policies/message";
import { copyOutsideCluster, rule } from "../../../../policies/rules/copy-outside-cluster";
import { UNCONFIGURED } from "../../../../policies/settings";
import type { Backup, Store } from "../../../../policies/stack/facts";
import { aBackup, aDatabase, aStore, DATABASE_URN, findings, gateIn, safeFacts } from "../facts";
import { resource, UNKNOWN_STRING, violations } from "../stack";

const ID = "app/orders (ScheduledBackup nightly)";
const inside = aStore({ kind: "volume", location: known("inside") });
const found = (...stores: Store[]) => findings(rule, { databases: [aDatabase()], backups: [aBackup({ stores })] });

describe("copy-outside-cluster", () => {
  it("is silent where a copy lies outside, and where nothing is backed up", () => {
    assert.deepEqual(findings(rule, safeFacts()), []);
    assert.deepEqual(findings(rule, {}), []);
    assert.deepEqual(findings(rule, { databases: [aDatabase()] }), []);
  });

  it("shows, and does not refuse, what another stack declares: nothing of it is known to be bad", () => {
    const elsewhere = aStore({ location: unknown("the default BackupStorage"), elsewhere: true });
    assert.deepEqual(
      found(elsewhere).map(({ shown }) => shown),
      [true],
    );
    assert.deepEqual(
      found(aStore({ location: unknown("spec.endpoint") })).map(({ shown }) => shown),
      [undefined],
    );
    assert.deepEqual(
      found(inside).map(({ shown }) => shown),
      [undefined],
    );
    assert.deepEqual(found(elsewhere, aStore()), []);
  });

  it("refuses a database whose only copy lies inside the cluster", () => {
    const [finding, ...others] = found(inside);
    assert.deepEqual(others, []);
    assert.equal(finding?.urn, DATABASE_URN);
    assert.deepEqual(format(rule.name, finding as never).split("\n"), [
      "app/orders: no copy of its backups lies outside the cluster.",
      `Reason: ${ID}: its copy lies inside the cluster, on one of its volumes`,
      "Remedy: send its backups, or a copy of them, to an object store outside the cluster",
      "Page: docs/policies/copy-outside-cluster.md",
    ]);
  });

  it("takes one copy outside, of one of its backups", () => {
    assert.deepEqual(found(inside, aStore()), []);
    const backups = [aBackup({ stores: [inside] }), aBackup({ urn: "b", id: "b" })];
    assert.deepEqual(findings(rule, { databases: [aDatabase()], backups }), []);
  });

  it("does not take another database's copy", () => {
    const server = { namespace: known("app"), name: known("billing") };
    const other = aDatabase({ urn: "billing", id: server });
    const backups = [aBackup(), aBackup({ urn: "b", id: "b", server, databaseUrns: ["billing"], stores: [inside] })];
    const all = findings(rule, { databases: [aDatabase(), other], backups });
    assert.deepEqual(
      all.map(({ verdict }) => verdict),
      ["app/billing: no copy of its backups lies outside the cluster."],
    );
  });

  it("refuses a place that is unknown, and says what is", () => {
    const [finding] = found(inside, aStore({ location: unknown("spec.endpointURL") }));
    assert.equal(
      finding?.verdict,
      "app/orders: nobody can tell whether a copy of its backups lies outside the cluster.",
    );
    assert.deepEqual(finding?.reasons, [
      `${ID}: its copy lies inside the cluster, on one of its volumes`,
      `${ID}: where a copy lies is unknown at preview (spec.endpointURL)`,
    ]);
    assert.equal(finding?.remedies.length, 2);
  });

  it("refuses a backup that does not say where it goes", () => {
    assert.deepEqual(found(aStore({ location: ABSENT }))[0]?.reasons, [`${ID}: it does not say where its copy lies`]);
    assert.deepEqual(found()[0]?.reasons, [`${ID} does not say where its copies lie`]);
  });

  it("does not take the copy of what may not be a backup at all", () => {
    const doubtful = aBackup({ urn: "b", id: "b", certain: false });
    const [finding] = findings(rule, { databases: [aDatabase()], backups: [aBackup({ stores: [inside] }), doubtful] });
    assert.match(finding?.verdict ?? "", /^app\/orders: nobody can tell/);
    assert.equal(finding?.reasons[1], "b: whether it is a backup at all is unknown at preview");
  });

  it("says each place once", () => assert.equal(found(inside, inside)[0]?.reasons.length, 1));

  it("looks also at what is backed up and not declared in this stack, by its server where that is known", () => {
    const away = (changes: Partial<Backup>) => aBackup({ databaseUrns: [], stores: [inside], ...changes });
    assert.deepEqual(findings(rule, { backups: [away({}), away({ urn: "b", stores: [aStore()] })] }), []);
    const unnamed = { namespace: known("app"), name: unknown("metadata.name") };
    const backups = [
      away({ server: unnamed, id: "a" }),
      away({ urn: "b", id: "b", server: unnamed, stores: [aStore()] }),
    ];
    assert.deepEqual(
      findings(rule, { backups }).map(({ verdict }) => verdict),
      ["a: no copy of its backups lies outside the cluster."],
    );
    assert.equal(findings(rule, { backups: [away({ server: undefined })] }).length, 1);
  });

  it("looks at production, and where nobody said which environment this is", () => {
    const facts = { databases: [aDatabase()], backups: [aBackup({ stores: [inside] })] };
    for (const environment of ["local", "develop", "staging"])
      assert.deepEqual(findings(rule, facts, { gate: gateIn(environment) }), []);
    assert.equal(findings(rule, facts, { gate: UNCONFIGURED }).length, 1);
  });
});

describe("copy-outside-cluster in a stack", () => {
  const first = (container: object) =>
    violations(copyOutsideCluster, [
      resource("kubernetes:batch/v1:CronJob", "dump", {
        metadata: { namespace: "app", name: "dump" },
        spec: {
          schedule: "0 2 * * *",
          jobTemplate: { spec: { template: { spec: { containers: [container] } } } },
        },
      }),
    ])[0]?.message;
  const shell = (line: string) => ({ command: ["sh", "-c", line] });
  before(() => configureGate(UNCONFIGURED));

  it("reads where a CronJob writes", () => {
    assert.equal(first(shell("pg_dump orders | aws s3 cp - s3://backups/orders")), undefined);
    const line = "pg_dump orders | aws --endpoint-url=http://minio.storage.svc:9000 s3 cp - s3://backups/orders";
    assert.match(first(shell(line)) ?? "", /inside the cluster, in an object store that runs there/);
  });

  it("refuses a CronJob whose endpoint is unknown at preview", () => {
    const env = [{ name: "AWS_ENDPOINT_URL", value: UNKNOWN_STRING }];
    const container = { ...shell("pg_dump orders | aws s3 cp - s3://backups/orders"), env };
    assert.match(first(container) ?? "", /Reason: .*where a copy lies is unknown at preview \(/);
  });
});
