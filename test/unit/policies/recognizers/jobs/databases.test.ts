import assert from "node:assert/strict";
import { known } from "../../../../../policies/known";
import { indexStack } from "../../../../../policies/stack/index-stack";
import { serverText } from "../../../../../policies/stack/view";
import { resource, UNKNOWN_STRING } from "../../stack";
import { cluster, rds } from "../support/tools";
import { backupIn, cronJob, shell } from "./support";

type Stack = ReturnType<typeof cluster>[];
const named = (urns: string[]) => urns.map((urn) => urn.split("::").at(-1));
const of = (script: string, stack: Stack, env: unknown[] = [], more: Parameters<typeof cronJob>[1] = {}) =>
  named(backupIn([cronJob(shell(script, env), more), ...stack]).databaseUrns);

describe("of which database a backup job is", () => {
  const two = [cluster("app"), cluster("app-audit")];

  const hosts: [string, string, unknown[]][] = [
    ["-h and the Service of the primary", "pg_dump -h app-rw -d app", []],
    ["-h without a space", "pg_dump -happ-rw app", []],
    ["--host with its namespace", "pg_dump --host=app-ro.app.svc.cluster.local app", []],
    ["--host as a word of its own", "pg_dump --host app-r app", []],
    ["a connection string", "pg_dump 'host=app-rw dbname=app'", []],
    ["an address", "pg_dump postgresql://app:$(PASSWORD)@app-rw:5432/app-audit", []],
    ["an address with several hosts", "pg_dump postgresql://app@elsewhere.example.com,app-rw/app", []],
    ["PGHOST", "pg_dump app", [{ name: "PGHOST", value: "app-rw.app" }]],
    ["a variable of one's own", "pg_dump -h $SOURCE app", [{ name: "SOURCE", value: "app-primary" }]],
    ["DATABASE_URL", "pg_dump $DATABASE_URL", [{ name: "DATABASE_URL", value: "postgres://app@app-rw/app" }]],
    ["a cluster's name in a variable", "/backup.sh; pg_dump app", [{ name: "CLUSTER_NAME", value: "app" }]],
    ["a Service's name in a script's words", "/dump.sh app-rw; pg_dump app", []],
  ];
  for (const [what, script, env] of hosts)
    it(`is told by ${what}`, () => assert.deepEqual(of(script, two, env), ["app"]));

  it("takes app-audit for itself, and never for app: neither by host, nor by a word that looks like one", () => {
    assert.deepEqual(of("pg_dump -h app-audit-rw app", two), ["app-audit"]);
    assert.deepEqual(of("pg_dump -h app-audit app", two), ["app-audit"]);
    assert.deepEqual(of("pg_dump -h app-rw app-audit", two), ["app"]);
  });

  it("takes a cluster for itself whose name looks like another's Service", () => {
    const ha = [cluster("app"), cluster("app-ha")];
    assert.deepEqual(of("pg_dump -h app-ha app", ha), ["app-ha"]);
    assert.deepEqual(of("pg_dump -h app-ha app", two), ["app"]);
  });

  it("tells servers of the same name apart by their namespace", () => {
    const same = [cluster("app", "app"), cluster("app", "other")];
    const urns = (script: string) => backupIn([cronJob(shell(script)), ...same]).id;
    assert.equal(urns("pg_dump -h app-rw app"), "app/app (CronJob nightly)");
    assert.equal(urns("pg_dump -h app-rw.other.svc app"), "other/app (CronJob nightly)");
  });

  it("names each of several that it is of", () => {
    assert.deepEqual(of("pg_dump -h app-rw app; pg_dump -h app-audit-rw app", two), ["app", "app-audit"]);
    assert.equal(backupIn([cronJob(shell("pg_dump -h app-rw; pg_dump -h app-audit-rw")), ...two]).server, undefined);
  });

  it("is of the only one in its namespace when it names no host, and of none of several", () => {
    assert.deepEqual(of("pg_dump app", [cluster("orders"), cluster("billing", "elsewhere")]), ["orders"]);
    assert.deepEqual(of("pg_dump app", two), []);
    assert.deepEqual(of("pg_dump app", [cluster("orders", "elsewhere")]), []);
    assert.deepEqual(of("pg_dump app", [cluster("orders")], [], { metadata: { namespace: UNKNOWN_STRING } }), []);
  });

  describe("that takes its host from where nobody here can look", () => {
    const fromSecret = (name: string, secret: string, key = "host") => ({
      name,
      valueFrom: { secretKeyRef: { name: secret, key } },
    });
    const orders = [cluster("orders")];

    const hidden: [string, string, unknown[]][] = [
      ["PGHOST out of a Secret", "pg_dump app", [fromSecret("PGHOST", "source")]],
      ["PGHOST that is unknown", "pg_dump app", [{ name: "PGHOST", value: UNKNOWN_STRING }]],
      ["an address out of a Secret", "pg_dump $DATABASE_URL", [fromSecret("DATABASE_URL", "source", "url")]],
      ["a variable that nobody sets", "pg_dump -h $NOBODY_KNOWS app", []],
      ["an address with a variable in it", 'pg_dump "postgres://app@$NOBODY_KNOWS/app"', []],
      [
        "a host out of a ConfigMap",
        "pg_dump app",
        [{ name: "PGHOST", valueFrom: { configMapKeyRef: { name: "c", key: "k" } } }],
      ],
      ["another cluster's Secret", "pg_dump app", [fromSecret("PGHOST", "billing-app")]],
    ];
    for (const [what, script, env] of hidden)
      it(`is of no database by ${what}, though only one is near: an unknown host is not no host`, () => {
        assert.deepEqual(of(script, orders, env), []);
        assert.equal(backupIn([cronJob(shell(script, env)), ...orders]).server, undefined);
      });

    it("is of the cluster whose operator made the Secret", () => {
      for (const [secret, key] of [
        ["orders-app", "host"],
        ["orders-superuser", "uri"],
        ["orders-pguser-app", "host"],
      ] as const)
        assert.deepEqual(of("pg_dump app", orders, [fromSecret("PGHOST", secret, key)]), ["orders"], secret);
      const zalando = "app.orders.credentials.postgresql.acid.zalan.do";
      assert.deepEqual(of("pg_dump app", orders, [fromSecret("PGHOST", zalando)]), ["orders"]);
    });

    it("is told by a Secret or ConfigMap of this stack", () => {
      const secret = (data: object) =>
        resource("kubernetes:core/v1:Secret", "source", { metadata: { name: "source", namespace: "app" }, ...data });
      const stack = [...orders, cluster("billing")];
      const env = [fromSecret("PGHOST", "source")];
      assert.deepEqual(of("pg_dump app", [...stack, secret({ stringData: { host: "orders-rw" } })], env), ["orders"]);
      const encoded = { data: { host: Buffer.from("billing-rw").toString("base64") } };
      assert.deepEqual(of("pg_dump app", [...stack, secret(encoded)], env), ["billing"]);
      assert.deepEqual(of("pg_dump app", [...orders, secret({ stringData: { host: "db.example.com" } })], env), []);
    });

    it("is of the server that its resource declares, unless it names another", () => {
      const declared = (server: string, host: object) => {
        const metadata = { namespace: "app", annotations: { "restorable/server": server } };
        const job = cronJob(shell("pg_dump app", [host]), { metadata });
        return indexStack([job, ...orders]).backups.map((backup) => [
          named(backup.databaseUrns),
          backup.server && serverText(backup.server),
        ]);
      };
      const unknown = fromSecret("PGHOST", "source");
      assert.deepEqual(declared("app/orders", unknown), [[["orders"], "app/orders"]]);
      assert.deepEqual(declared("app/billing", unknown), [[[], "app/billing"]]);
      assert.deepEqual(declared("orders", unknown), [[[], undefined]]);
      assert.deepEqual(declared("app/billing", { name: "PGHOST", value: "orders-rw" }), [[["orders"], "app/orders"]]);
    });
  });

  it("is of none of them when it names somebody else's host", () => {
    for (const host of ["db.example.com", "localhost", "/var/run/postgresql", "orders-rw.elsewhere.svc"])
      assert.deepEqual(of(`pg_dump -h ${host} app`, [cluster("orders")]), [], host);
    assert.deepEqual(of("pg_dump app", [cluster("orders")], [{ name: "PGHOST", value: "10.0.0.1" }]), []);
  });

  it("does not take an object store's host for a database's", () => {
    const minio = [cluster("minio"), cluster("orders")];
    assert.deepEqual(of("pg_dump -h orders-rw app | s3cmd --host=minio put - s3://b/x", minio), ["orders"]);
  });

  it("is of those from which its declaration was made, as long as their hosts are unknown", () => {
    const orders = cluster("orders");
    const env = [{ name: "PGHOST", value: UNKNOWN_STRING }];
    assert.deepEqual(of("pg_dump app", [orders, cluster("billing")], env, { from: [orders] }), ["orders"]);
    assert.deepEqual(of("pg_dump -h db.example.com app", [orders], [], { from: [orders] }), []);
  });

  it("is of an RDS instance by its endpoint, and not by its bare name", () => {
    const urns = (host: string) =>
      backupIn([cronJob(shell(`pg_dump -h ${host} app`))], { databases: [rds()] }).databaseUrns;
    assert.deepEqual(named(urns("ledger.c0ffee.eu-west-1.rds.amazonaws.com")), ["ledger"]);
    assert.deepEqual(named(urns("ledger.cluster-ro-c0ffee.eu-west-1.rds.amazonaws.com")), ["ledger"]);
    assert.deepEqual(urns("ledger"), []);
    assert.deepEqual(urns("ledger-2.c0ffee.eu-west-1.rds.amazonaws.com"), []);
  });

  it("does not know a server whose own name is unknown", () => {
    const hidden = cluster("orders", UNKNOWN_STRING);
    assert.deepEqual(of("pg_dump app", [hidden]), []);
    assert.deepEqual(of("pg_dump -h orders-rw app", [hidden]), ["orders"]);
  });

  it("names the server by its Service, also one that the stack does not declare, and no host outside the cluster", () => {
    const server = (script: string, more: Parameters<typeof cronJob>[1] = {}) =>
      backupIn([cronJob(shell(script), more)]).server;
    const orders = (namespace: string) => ({ namespace: known(namespace), name: known("orders") });
    assert.deepEqual(server("pg_dump -h orders-rw app"), orders("app"));
    assert.deepEqual(server("pg_dump -h orders.shop.svc.cluster.local app"), orders("shop"));
    for (const host of [
      "db.example.com",
      "localhost",
      "10.0.0.1",
      "/var/run/postgresql",
      "orders.shop",
      "$NOBODY_KNOWS",
    ])
      assert.equal(server(`pg_dump -h ${host} app`), undefined, host);
    assert.equal(server("pg_dump -h a app; pg_dump -h b app"), undefined);
    assert.equal(server("pg_dump app"), undefined);
    const hidden = server("pg_dump -h orders-rw app", { metadata: { namespace: UNKNOWN_STRING } });
    assert.equal(hidden?.namespace.state, "unknown");
  });
});
