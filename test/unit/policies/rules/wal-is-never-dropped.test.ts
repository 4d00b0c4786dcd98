import assert from "node:assert/strict";
import { ABSENT, known, unknown } from "../../../../policies/known";
import { rule, walIsNeverDropped } from "../../../../policies/rules/wal-is-never-dropped";
import { aDatabase, DATABASE_URN, findings, gateIn, safeFacts } from "../facts";
import { resource, UNKNOWN_STRING, violations } from "../stack";

const found = (dropsWal: ReturnType<typeof aDatabase>["dropsWal"]) =>
  findings(rule, { databases: [aDatabase({ dropsWal, product: "Crunchy PGO" })] });

describe("wal-is-never-dropped", () => {
  it("is silent where WAL is kept, and where a product has no such setting", () => {
    assert.deepEqual(findings(rule, safeFacts()), []);
    assert.deepEqual(found(ABSENT), []);
  });

  it("refuses a database that drops WAL", () => {
    assert.deepEqual(found(known(true)), [
      {
        urn: DATABASE_URN,
        verdict: "app/orders drops WAL that it has reported as archived, once its queue is long.",
        reasons: [
          "archive-push-queue-max is set: once more WAL than that waits, pgBackRest tells PostgreSQL that it is archived and drops it",
          "no time after that can be recovered until the next base backup, and every backup stays green",
        ],
        remedies: [
          "remove archive-push-queue-max",
          "give the WAL volume room for the longest time that the repository may be away, and alert on failing archiving",
        ],
      },
    ]);
  });

  it("refuses a database of which nobody can tell", () => {
    assert.deepEqual(found(unknown("spec.backups.pgbackrest.global")), [
      {
        urn: DATABASE_URN,
        verdict: "app/orders may be dropping WAL that it has reported as archived.",
        reasons: ["whether archive-push-queue-max is set is unknown at preview (spec.backups.pgbackrest.global)"],
        remedies: ["make pgBackRest's options known at preview: plain values instead of outputs of new resources"],
      },
    ]);
  });

  it("holds in every environment", () => {
    const facts = { databases: [aDatabase({ dropsWal: known(true) })] };
    for (const environment of ["local", "develop", "staging", "production"])
      assert.equal(findings(rule, facts, { gate: gateIn(environment) }).length, 1);
  });
});

describe("wal-is-never-dropped on resources", () => {
  const cluster = (global: unknown) =>
    resource("kubernetes:postgres-operator.crunchydata.com/v1beta1:PostgresCluster", "orders", {
      metadata: { name: "orders", namespace: "app" },
      spec: { backups: { pgbackrest: { global, repos: [{ name: "repo1", volume: {} }] } } },
    });
  const text = (global: unknown) => violations(walIsNeverDropped, [cluster(global)])[0]?.message ?? "";

  it("reads pgBackRest's options in a Crunchy PGO PostgresCluster: set, absent and unknown", () => {
    assert.equal(text({ "repo1-retention-full": "7" }), "");
    assert.equal(text(undefined), "");
    assert.match(text({ "archive-push-queue-max": "4GiB" }), /^app\/orders drops WAL that it has reported as archived/);
    assert.match(text({ "archive-push-queue-max": UNKNOWN_STRING }), /archive-push-queue-max is set: once more WAL/);
    assert.match(
      text(UNKNOWN_STRING),
      /^app\/orders may be dropping WAL[\s\S]*unknown at preview \(spec\.backups\.pgbackrest\.global\)/,
    );
  });

  it("is silent on a stack of other resources", () => {
    const other = resource("kubernetes:postgresql.cnpg.io/v1:Cluster", "orders", {
      metadata: { name: "orders", namespace: "app" },
      spec: { instances: 3 },
    });
    assert.deepEqual(violations(walIsNeverDropped, [other, resource("random:index:Id", "i", {})]), []);
  });
});
