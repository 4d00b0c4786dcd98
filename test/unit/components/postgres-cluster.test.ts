import { strict as assert } from "node:assert";
import { PostgresCluster } from "../../../components";
import { clusterDescriptorSchema } from "../../../model/descriptor";
import { refusal, run } from "./declare";
import { cluster } from "./examples";

const CLUSTER = "kubernetes:postgresql.cnpg.io/v1:Cluster";
const declare = (changes = {}, preview = false) =>
  run(() => new PostgresCluster("orders", cluster(changes)), { preview });
const specOf = async (changes = {}) => (await declare(changes)).get(CLUSTER, "orders").inputs.spec;
const refused = (changes: object) => refusal(() => new PostgresCluster("orders", cluster(changes)));

describe("PostgresCluster", () => {
  it("declares a namespace, the backup role's Secret and the cluster, and nothing else", async () => {
    assert.deepEqual((await declare()).list(), [
      "kubernetes:core/v1:Namespace orders-namespace",
      "kubernetes:core/v1:Secret orders-backup-credentials",
      `${CLUSTER} orders`,
      "restorable:index:PostgresCluster orders",
    ]);
  });

  it("uses an existing namespace and an existing Secret when told to", async () => {
    const program = await declare({ createNamespace: false, backupRole: { existingSecret: "from-vault" } });
    assert.deepEqual(program.list(), [`${CLUSTER} orders`, "restorable:index:PostgresCluster orders"]);
    const [role] = program.get(CLUSTER, "orders").inputs.spec.managed.roles;
    assert.deepEqual(role.passwordSecret, { name: "from-vault" });
  });

  it("defaults to three instances apart from each other, of which a quorum has every acknowledged commit", async () => {
    const spec = await specOf();
    assert.equal(spec.instances, 3);
    assert.equal(spec.enablePDB, true);
    assert.deepEqual(spec.affinity, {
      enablePodAntiAffinity: true,
      podAntiAffinityType: "required",
      topologyKey: "kubernetes.io/hostname",
    });
    assert.deepEqual(spec.postgresql.synchronous, {
      method: "any",
      number: 1,
      dataDurability: "required",
      failoverQuorum: true,
    });
    assert.deepEqual(spec.bootstrap.initdb, {
      database: "app",
      owner: "app",
      encoding: "UTF8",
      localeCollate: "C",
      localeCType: "C",
      dataChecksums: true,
      postInitSQL: ['CREATE ROLE "restorable_backup"', 'ALTER ROLE "restorable_backup" SET lo_compat_privileges = on'],
    });
  });

  it("asks for as much memory as it may use, and gives PostgreSQL a quarter of it", async () => {
    const spec = await specOf({ resources: { memory: "384Mi", cpu: "100m" }, parameters: { max_connections: "50" } });
    assert.deepEqual(spec.resources, { requests: { cpu: "100m", memory: "384Mi" }, limits: { memory: "384Mi" } });
    assert.deepEqual(spec.postgresql.parameters, { shared_buffers: "96MB", max_connections: "50" });
  });

  it("declares no synchronous replication and no disruption budget for a single instance", async () => {
    const spec = await specOf({ instances: 1, environment: "develop" });
    assert.equal(spec.postgresql.synchronous, undefined);
    assert.equal(spec.enablePDB, false);
  });

  it("leaves the failover quorum out where no replica is to spare for it", async () => {
    assert.equal((await specOf({ instances: 2 })).postgresql.synchronous.failoverQuorum, false);
  });

  it("gives WAL a volume of its own when it has a size", async () => {
    const spec = await specOf({ storage: { size: "20Gi", walSize: "5Gi", storageClass: "fast" } });
    assert.deepEqual(spec.storage, { size: "20Gi", storageClass: "fast" });
    assert.deepEqual(spec.walStorage, { size: "5Gi", storageClass: "fast" });
  });

  it("makes a backup role that reads everything, row-level security or not, and is no superuser", async () => {
    const [role, ...others] = (await specOf()).managed.roles;
    assert.deepEqual(others, []);
    assert.equal(role.name, "restorable_backup");
    assert.deepEqual(role.inRoles, ["pg_read_all_data"]);
    assert.equal(role.bypassrls, true);
    assert.equal(role.superuser, undefined);
  });

  it("makes a named superuser for DatabaseAccess only when asked, and never gives postgres a password", async () => {
    const spec = await specOf({ adminRole: { password: "admin-secret" } });
    assert.equal(spec.enableSuperuserAccess, false);
    assert.equal(spec.managed.roles[1].name, "restorable_admin");
    assert.equal(spec.managed.roles[1].superuser, true);
  });

  it("waits until the cluster is ready and its roles are made, for as long as it is told", async () => {
    const { inputs } = (await declare({ readyTimeout: "20m" })).get(CLUSTER, "orders");
    assert.deepEqual(JSON.parse(inputs.metadata.annotations["pulumi.com/waitFor"]), [
      "condition=Ready",
      "jsonpath={.status.managedRolesStatus.byStatus.reconciled}",
    ]);
  });

  it("registers a descriptor that is plain and known at preview", async () => {
    const program = await declare({}, true);
    const { descriptor } = program.registered["restorable:index:PostgresCluster orders"] as { descriptor: unknown };
    assert.deepEqual(clusterDescriptorSchema.parse(descriptor), {
      kind: "cluster",
      version: 1,
      environment: "staging",
      namespace: "shop",
      cluster: "orders",
      engine: "cloudnative-pg",
      postgresMajor: 17,
      instances: 3,
      synchronous: true,
      spread: true,
      protected: false,
      image: "registry.example.com/postgresql:17.6",
    });
  });

  it("is protected from deletion in production, and elsewhere when told to", async () => {
    const cases: [object, boolean][] = [
      [{ environment: "production" }, true],
      [{ environment: "production", deletionProtection: false }, false],
      [{ environment: "staging" }, false],
      [{ environment: "staging", deletionProtection: true }, true],
    ];
    for (const [changes, expected] of cases) {
      const program = await declare(changes);
      assert.equal(program.get("kubernetes:postgresql.cnpg.io/v1:Cluster", "orders").protect, expected);
    }
  });

  it("refuses an unknown engine and names the known ones", () => {
    assert.equal(
      refused({ engine: "mysql" }),
      'PostgresCluster "orders" cannot be used as declared:\n  - engine: must be "cloudnative-pg"',
    );
  });

  it("refuses fewer than three instances in production", () => {
    assert.equal(
      refused({ environment: "production", instances: 2 }),
      'PostgresCluster "orders" cannot be used as declared:\n' +
        "  - instances: 2 in production: with synchronous replication, writes stop as soon as one of fewer than three " +
        "instances is away; declare at least 3",
    );
  });

  it("refuses an image of another major version", () => {
    assert.equal(
      refused({ image: "registry.example.com:5000/postgresql:16.4-bookworm" }),
      'PostgresCluster "orders" cannot be used as declared:\n' +
        '  - image: "registry.example.com:5000/postgresql:16.4-bookworm" is PostgreSQL 16 by its tag, but postgresMajor is 17; they must agree',
    );
  });

  it("refuses a quorum that can never be reached", () => {
    assert.equal(
      refused({ instances: 2, synchronous: { number: 2 } }),
      'PostgresCluster "orders" cannot be used as declared:\n' +
        "  - synchronous.number: 2 of 1 replicas can never acknowledge a commit: declare fewer than instances, or more instances",
    );
  });

  it("refuses typing errors, malformed sizes and missing passwords together, in one message", () => {
    assert.equal(
      refused({ storage: { size: "20 GB" }, backupRole: {}, readyTimeout: "soon" }),
      'PostgresCluster "orders" cannot be used as declared:\n' +
        "  - storage.size: must be a whole number and a binary unit, such as 512Mi or 10Gi\n" +
        "  - backupRole: give password, or existingSecret with the name of a Secret that holds it\n" +
        '  - readyTimeout: "soon" is not a duration: write a whole number and a unit, such as 90s, 15m, 26h, 7d, 4w',
    );
    assert.match(refused({ instnaces: 3 }), /instnaces: no such setting; look for a typing error/);
  });

  it("refuses a data durability that PostgreSQL does not have", () => {
    assert.match(
      refused({ synchronous: { dataDurability: "best-effort" } }),
      /synchronous.dataDurability: must be "required" or "preferred"/,
    );
  });
});
