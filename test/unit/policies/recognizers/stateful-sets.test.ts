import assert from "node:assert/strict";
import { indexStack } from "../../../../policies/stack/index-stack";
import { resource, UNKNOWN_STRING } from "../stack";

const set = (container: unknown, spec: object = {}) =>
  resource("kubernetes:apps/v1:StatefulSet", "orders", {
    metadata: { name: "orders", namespace: "shop" },
    spec: { replicas: 3, template: { spec: { containers: [container] } }, ...spec },
  });
const databasesOf = (container: unknown, spec?: object) => indexStack([set(container, spec)]).databases;

describe("PostgreSQL without an operator", () => {
  it("is a StatefulSet with a server's image; its replicas are no instances of one cluster", () => {
    const [database] = databasesOf({ image: "docker.io/library/postgres:17.6" });
    assert.deepEqual(database?.id, {
      namespace: { state: "known", value: "shop" },
      name: { state: "known", value: "orders" },
    });
    assert.equal(database?.what, "a StatefulSet that runs PostgreSQL");
    assert.deepEqual(database?.availability, {
      instances: { state: "known", value: 1 },
      spread: { state: "absent" },
      synchronous: { state: "absent" },
    });
  });

  for (const image of ["postgres", "bitnami/postgresql:17", "postgis/postgis@sha256:0", "timescale/timescaledb:latest"])
    it(`is known by ${image}`, () => assert.equal(databasesOf({ image }).length, 1));

  for (const image of [
    "prometheuscommunity/postgres-exporter:1",
    "pgbouncer/pgbouncer",
    "postgrest/postgrest",
    "mysql:9",
  ])
    it(`is not taken for ${image}`, () => assert.deepEqual(databasesOf({ image }), []));

  it("is not guessed from an image that is unknown", () => {
    assert.deepEqual(databasesOf({ image: UNKNOWN_STRING }), []);
    assert.deepEqual(databasesOf(UNKNOWN_STRING), []);
  });

  it("has an unknown number of instances while its replicas are", () => {
    const [database] = databasesOf({ image: "postgres:17" }, { replicas: UNKNOWN_STRING });
    assert.equal(database?.availability.instances.state, "unknown");
  });

  it("says where a password stands in plain text", () => {
    const env = [
      { name: "POSTGRES_PASSWORD", value: "hush" },
      { name: "POSTGRES_USER", value: "orders" },
    ];
    const [database] = databasesOf({ image: "postgres:17", env });
    assert.deepEqual(database?.plainText, [{ path: "spec.template.spec.containers[0].env.POSTGRES_PASSWORD" }]);
  });
});
