import assert from "node:assert/strict";
import { noPlainTextCredentials, rule } from "../../../../policies/rules/no-plain-text-credentials";
import { aBackup, aDatabase, BACKUP_URN, DATABASE_URN, findings, gateIn, safeFacts } from "../facts";
import { resource, UNKNOWN_STRING, violations } from "../stack";

const PASSWORD = { path: "spec.template.spec.containers[0].env.PGPASSWORD" };

describe("no-plain-text-credentials", () => {
  it("is silent where nothing stands in plain text", () => {
    assert.deepEqual(findings(rule, safeFacts()), []);
    assert.deepEqual(findings(rule, {}), []);
  });

  it("refuses a backup with a password in its environment: where, never what", () => {
    assert.deepEqual(findings(rule, { backups: [aBackup({ plainText: [PASSWORD] })] }), [
      {
        urn: BACKUP_URN,
        verdict: "app/orders (ScheduledBackup nightly) has a credential in plain text.",
        reasons: ["whoever may read this resource can read spec.template.spec.containers[0].env.PGPASSWORD"],
        remedies: [
          "put it into a Secret and refer to that: valueFrom.secretKeyRef, or a file mounted from the Secret",
          "replace the credential: it has been readable since it was declared",
        ],
      },
    ]);
  });

  it("refuses a database too, and counts every place", () => {
    const plainText = [{ path: "spec.a" }, { path: "spec.b" }];
    const [finding] = findings(rule, { databases: [aDatabase({ plainText })] });
    assert.equal(finding?.urn, DATABASE_URN);
    assert.equal(finding?.verdict, "app/orders has 2 credentials in plain text.");
    assert.deepEqual(finding?.reasons, [
      "whoever may read this resource can read spec.a",
      "whoever may read this resource can read spec.b",
    ]);
  });

  it("speaks once of a resource that is a database and its backup in one", () => {
    const facts = {
      databases: [aDatabase({ plainText: [PASSWORD] })],
      backups: [aBackup({ urn: DATABASE_URN, plainText: [PASSWORD, { path: "spec.backup" }] })],
    };
    const found = findings(rule, facts);
    assert.equal(found.length, 1);
    assert.equal(found[0]?.verdict, "app/orders has 2 credentials in plain text.");
  });

  it("holds in every environment", () => {
    for (const environment of ["local", "develop", "staging", "production"])
      assert.equal(
        findings(rule, { backups: [aBackup({ plainText: [PASSWORD] })] }, { gate: gateIn(environment) }).length,
        1,
      );
  });

  it("does not flood: ten places, and how many more", () => {
    const plainText = Array.from({ length: 12 }, (_, index) => ({ path: `spec.p${index}` }));
    const reasons = findings(rule, { backups: [aBackup({ plainText })] })[0]?.reasons ?? [];
    assert.equal(reasons.length, 11);
    assert.equal(reasons.at(-1), "likewise in 2 more places");
  });

  it("keeps a path from becoming several lines", () => {
    const plainText = [{ path: "spec.env.A\nRemedy: none needed" }];
    const [reason] = findings(rule, { backups: [aBackup({ plainText })] })[0]?.reasons ?? [];
    assert.equal(reason?.includes("\n"), false);
  });
});

describe("no-plain-text-credentials on resources", () => {
  const cronJob = (env: unknown[], command: unknown = ["pg_dump", "-h", "orders-rw", "orders"]) =>
    resource("kubernetes:batch/v1:CronJob", "dump", {
      metadata: { name: "dump", namespace: "app" },
      spec: { jobTemplate: { spec: { template: { spec: { containers: [{ image: "postgres:17", command, env }] } } } } },
    });
  const found = (...cronJobs: Parameters<typeof violations>[1]) => violations(noPlainTextCredentials, cronJobs);

  it("refuses a password as a plain value, also one that is unknown yet, and never prints it", () => {
    for (const value of ["hush", UNKNOWN_STRING]) {
      const [violation] = found(cronJob([{ name: "PGPASSWORD", value }]));
      assert.match(violation?.message ?? "", /dump.* has a credential in plain text\.\n.*env\.PGPASSWORD/);
      assert.equal(violation?.message.includes("hush"), false);
    }
  });

  it("is silent on a reference to a Secret, and on no password at all", () => {
    const reference = { name: "PGPASSWORD", valueFrom: { secretKeyRef: { name: "orders", key: "password" } } };
    assert.deepEqual(found(cronJob([reference]), cronJob([])), []);
  });

  it("refuses a password in a command line, and never prints it", () => {
    const [violation] = found(cronJob([], ["sh", "-c", "PGPASSWORD=hush pg_dump orders"]));
    assert.match(violation?.message ?? "", /has a credential in plain text/);
    assert.equal(violation?.message.includes("hush"), false);
  });
});
