import assert from "node:assert/strict";
import { indexStack } from "../../../../policies/stack/index-stack";
import { component, resource, UNKNOWN_STRING } from "../stack";

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

  const POSTGRES = "docker.io/library/postgres:17";
  const servers: [string, object][] = [
    ["its image's own command", { image: POSTGRES }],
    ["the server's name as its argument", { image: POSTGRES, args: ["postgres", "-c", "max_connections=200"] }],
    ["options alone", { image: POSTGRES, args: ["-c", "max_connections=200"] }],
    ["the image's entry point", { image: POSTGRES, command: ["docker-entrypoint.sh"], args: ["postgres"] }],
    [
      "a shell that starts it at the end",
      { image: POSTGRES, command: ["sh", "-c", "chown x /d; exec gosu postgres postgres -D /d"] },
    ],
    ["a program that starts others", { image: "acme/orders-db:3", command: ["tini", "--", "postgres"] }],
    ["Patroni", { image: "acme/ha:1", command: ["patroni", "/etc/patroni.yml"] }],
    ["Bitnami's script", { image: "acme/pg:1", command: ["/opt/bitnami/scripts/postgresql/run.sh"] }],
    ["a command that is unknown at preview", { image: POSTGRES, command: [UNKNOWN_STRING] }],
    ["a script of its image, and the port", { image: POSTGRES, command: ["/start"], ports: [{ containerPort: 5432 }] }],
    [
      "an image of somebody's own, by its data and its variables",
      {
        image: "acme/orders-db:3",
        env: [{ name: "POSTGRES_PASSWORD", value: "x" }],
        volumeMounts: [{ name: "data", mountPath: "/var/lib/postgresql/data" }],
      },
    ],
  ];
  for (const [what, container] of servers)
    it(`is a server by ${what}`, () => assert.equal(databasesOf(container).length, 1));

  const clients: [string, object][] = [
    ["sleeps, for somebody to log in", { image: POSTGRES, command: ["sleep", "infinity"] }],
    ["sleeps in a shell", { image: POSTGRES, command: ["sh", "-c", "trap exit TERM; while true; do sleep 60; done"] }],
    [
      "waits for a server",
      { image: POSTGRES, command: ["sh", "-c", "until pg_isready -h orders -U postgres; do sleep 1; done"] },
    ],
    ["runs SQL", { image: POSTGRES, command: ["psql"], args: ["-U", "postgres", "-c", "VACUUM"] }],
    ["runs SQL by its argument", { image: POSTGRES, args: ["psql", "-h", "orders"] }],
    [
      "ships WAL beside a server",
      {
        image: "x/wal-g:3",
        command: ["wal-g", "wal-push"],
        volumeMounts: [{ name: "d", mountPath: "/var/lib/postgresql/data" }],
      },
    ],
    ["watches", { image: "acme/web:1", env: [{ name: "POSTGRES_PASSWORD", value: "x" }] }],
    ["only has a folder of that name", { image: "acme/web:1", volumeMounts: [{ name: "d", mountPath: "/pgdata" }] }],
  ];
  for (const [what, container] of clients)
    it(`is no client that ${what}`, () => assert.deepEqual(databasesOf(container), []));

  it("is not what an application runs before it starts, and is a sidecar that goes on", () => {
    const app = { image: "acme/web:1" };
    const ready = { image: "postgres:17", command: ["pg_isready", "-h", "orders"] };
    const runsFirst = (init: object) =>
      databasesOf(app, { template: { spec: { initContainers: [init], containers: [app] } } });
    assert.deepEqual(runsFirst(ready), []);
    assert.deepEqual(runsFirst({ image: "postgres:17" }), []);
    assert.equal(runsFirst({ image: "postgres:17", restartPolicy: "Always" }).length, 1);
  });

  it("is one below a component of ours, which makes none", () => {
    for (const kind of ["backup", "cluster", "drill", "access"] as const) {
      const parent = component(kind, "orders");
      assert.equal(indexStack([{ ...set({ image: "postgres:17" }), parent }]).databases.length, 1);
    }
  });
});
