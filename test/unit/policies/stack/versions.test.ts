import assert from "node:assert/strict";
import { ABSENT, known } from "../../../../policies/known";
import { indexStack } from "../../../../policies/stack/index-stack";
import { majorOf } from "../../../../policies/stack/versions";
import { resource } from "../stack";

const major = (type: string, props: object) => {
  const { databases, view } = indexStack([resource(type, "orders", { metadata: { name: "orders" }, ...props })]);
  const [database] = databases;
  assert.ok(database, type);
  return majorOf(database, view);
};

describe("the version that a database runs", () => {
  const said: [string, object, number][] = [
    ["kubernetes:acid.zalan.do/v1:postgresql", { spec: { postgresql: { version: "17" } } }, 17],
    ["kubernetes:postgres-operator.crunchydata.com/v1beta1:PostgresCluster", { spec: { postgresVersion: 16 } }, 16],
    ["kubernetes:stackgres.io/v1:SGCluster", { spec: { postgres: { version: "16.4" } } }, 16],
    ["kubernetes:kubedb.com/v1:Postgres", { spec: { version: "15.8" } }, 15],
    ["aws:rds/instance:Instance", { engine: "postgres", engineVersion: "16.3" }, 16],
    ["aws:rds/cluster:Cluster", { engine: "aurora-postgresql", engineVersion: "15" }, 15],
    ["kubernetes:postgresql.cnpg.io/v1:Cluster", { spec: { imageCatalogRef: { major: 18 } } }, 18],
    ["kubernetes:postgresql.cnpg.io/v1:Cluster", { spec: { imageName: "ghcr.io/cloudnative-pg/postgresql:14.2" } }, 14],
  ];
  for (const [type, props, version] of said)
    it(`is ${version} of ${type}`, () => assert.deepEqual(major(type, props), known(version)));

  it("is not said by what names none", () => {
    assert.deepEqual(
      major("kubernetes:stackgres.io/v1:SGCluster", { spec: { postgres: { version: "latest" } } }),
      ABSENT,
    );
    assert.deepEqual(major("aws:rds/instance:Instance", { engine: "postgres" }), ABSENT);
  });
});
