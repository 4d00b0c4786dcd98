import { strict as assert } from "node:assert";
import { RestorablePostgres, type RestorablePostgresArgs } from "../../../components";
import type { BackupDescriptor, DrillDescriptor } from "../../../model/descriptor";
import { plainPaths, type RunOptions, refusal, run, SIGNING_KEY } from "./declare";
import { database, restorable, store } from "./examples";

const declare = (changes: Partial<RestorablePostgresArgs> = {}, options: RunOptions = {}) =>
  run(() => new RestorablePostgres("orders", restorable(changes)), options);
const refused = (changes: object) => refusal(() => new RestorablePostgres("orders", restorable(changes)));
const problem = (text: string) => `RestorablePostgres "orders" cannot be used as declared:\n  - ${text}`;
const ours = (list: string[]) => list.filter((line) => line.startsWith("restorable:"));

const two = {
  databases: [
    database(),
    database({ name: "Shop_Audit", owner: "audit_owner", roles: [], applicationRole: "audit_owner" }),
  ],
};

describe("RestorablePostgres", () => {
  it("declares one of each component, and access, backup and drill for each database", async () => {
    assert.deepEqual(ours((await declare(two)).list()), [
      "restorable:index:DatabaseAccess orders-shop-access",
      "restorable:index:DatabaseAccess orders-shop-audit-access",
      "restorable:index:DrillNamespace orders-drills",
      "restorable:index:LogicalBackup orders-shop-audit-backup",
      "restorable:index:LogicalBackup orders-shop-backup",
      "restorable:index:PostgresCluster orders",
      "restorable:index:RestorablePostgres orders",
      "restorable:index:RestoreDrill orders-shop-audit-drill",
      "restorable:index:RestoreDrill orders-shop-drill",
      "restorable:index:S3CompatibleBackupStorage orders-storage",
    ]);
  });

  it("tells tools what there is of each database, at preview already", async () => {
    const { registered } = await declare({}, { preview: true });
    const { databases } = registered["restorable:index:RestorablePostgres orders"] as {
      databases: Record<string, string>[];
    };
    const { fingerprint, ...rest } = databases[0] as Record<string, string>;
    assert.match(fingerprint as string, /^[0-9a-f]{64}$/);
    assert.deepEqual(rest, {
      database: "shop",
      namespace: "shop",
      cluster: "orders",
      backupCronJob: "orders-shop-backup",
      drillNamespace: "shop-drill",
      drillCronJob: "orders-shop-drill",
      evidenceConfigMap: "orders-shop-drill-evidence",
      timeZone: "UTC",
      retention: { keepSeconds: 14 * 86_400 },
    });
  });

  it("has each backup ask for the drill of its own database, and lets no other ask for it", async () => {
    const program = await declare(two);
    for (const name of ["orders-shop", "orders-shop-audit"]) {
      const { data } = program.get("kubernetes:core/v1:ConfigMap", `${name}-backup-config`).inputs;
      assert.deepEqual(JSON.parse(data["config.json"]).requestDrill, {
        namespace: "shop-drill",
        drill: `${name}-drill`,
      });
      const asks = program.get("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", `${name}-drill-requests`);
      assert.deepEqual(asks.inputs.subjects, [{ kind: "ServiceAccount", namespace: "shop", name: `${name}-backup` }]);
    }
  });

  it("has one backup look for databases of the cluster that are not declared", async () => {
    const backup = { ...restorable().backup, coverage: { exclude: ["scratch_*"] } };
    const program = await declare({ ...two, backup });
    const configs = (name: string) => {
      const { data } = program.get("kubernetes:core/v1:ConfigMap", `${name}-backup-config`).inputs;
      return JSON.parse(data["config.json"]);
    };
    const { declared, exclude } = configs("orders-shop").coverage;
    assert.deepEqual([declared, exclude], [["shop", "Shop_Audit"], ["scratch_*"]]);
    assert.equal(configs("orders-shop-audit").coverage, undefined);
  });

  it("leaves tables out of a database's backup and of its drill alike", async () => {
    const excludeTables = ["audit.log_*"];
    const { registered } = await declare({ databases: [database({ excludeTables })] }, { preview: true });
    const plain = await declare({}, { preview: true });
    const of = (from: typeof registered, key: string) =>
      (from[`restorable:index:${key}`] as { fingerprint: string }).fingerprint;
    assert.equal(of(registered, "LogicalBackup orders-shop-backup"), of(registered, "RestoreDrill orders-shop-drill"));
    assert.notEqual(
      of(registered, "LogicalBackup orders-shop-backup"),
      of(plain.registered, "LogicalBackup orders-shop-backup"),
    );
  });

  it("gives a backup and its drill the same target, environment and fingerprint", async () => {
    const { registered } = await declare({}, { preview: true });
    const of = <T>(key: string) => registered[`restorable:index:${key}`] as { descriptor: T; fingerprint: string };
    const backup = of<BackupDescriptor>("LogicalBackup orders-shop-backup");
    const drill = of<DrillDescriptor>("RestoreDrill orders-shop-drill");
    assert.equal(backup.fingerprint, drill.fingerprint);
    assert.deepEqual(backup.descriptor.target, drill.descriptor.target);
    assert.equal(backup.descriptor.environment, drill.descriptor.environment);
    assert.equal(backup.descriptor.rpoSeconds, drill.descriptor.objectives.rpoSeconds);
  });

  it("deploys in the order cluster, access, backup, drill", async () => {
    const created: string[] = [];
    await declare(
      {},
      {
        onCreate: async (_, name) => {
          await new Promise((resolve) => setTimeout(resolve, name === "orders" ? 30 : 2));
          created.push(name);
        },
      },
    );
    const order = [
      "orders-backup-credentials",
      "orders-access",
      "orders-shop-access-database",
      "orders-shop-access-login-shop_app",
      "orders-shop-backup-on-deployment",
      "orders-shop-drill-on-deployment",
    ];
    assert.deepEqual(
      created.filter((name) => order.includes(name)),
      order,
    );
    assert.ok(created.indexOf("orders-storage-reader") < created.indexOf("orders-shop-drill-on-deployment"));
    assert.ok(created.indexOf("orders-drills-deny-all") < created.indexOf("orders-shop-drill-on-deployment"));
  });

  it("proves whom it gives the admin's password to where it has the authority's certificate, and says so where not", async () => {
    const provider = async (change: object) => {
      const access = { host: "orders-rw.app.svc", adminPassword: "admin-secret", ...change };
      return (await declare({ access })).get("pulumi:providers:postgresql", "orders-access").inputs;
    };
    const proven = await provider({ caFile: "ca.crt" });
    assert.deepEqual([proven.sslmode, proven.sslrootcert], ["verify-full", "ca.crt"]);
    assert.equal((await provider({})).sslmode, "require");
    assert.equal((await provider({ caFile: "ca.crt", sslMode: "verify-ca" })).sslmode, "verify-ca");
  });

  it("leaves databases, roles and grants alone without access to the database", async () => {
    const list = (await declare({ access: undefined })).list();
    assert.ok(!list.some((line) => line.startsWith("postgresql:") || line.includes("admin")));
  });

  it("shows no secret anywhere but in secrets: not in inputs, config, outputs or descriptors", async () => {
    const program = await declare({ ...two, databases: [database({ ownerPassword: "owner-secret" })] });
    const secrets = [
      "backup-secret",
      "admin-secret",
      "app-secret",
      "owner-secret",
      "writer-secret",
      "reader-secret",
      "evidence-secret",
      "writer-id",
      SIGNING_KEY.split("\n")[1] as string,
    ];
    for (const secret of secrets) {
      for (const { type, name, raw } of program.resources)
        assert.deepEqual(plainPaths(raw, secret), [], `${type} ${name}`);
      assert.deepEqual(plainPaths(program.registered, secret), []);
    }
  });

  it("uses Secrets that are there already, by their names", async () => {
    const existing = (existingSecret: string) => ({ existingSecret });
    const program = await declare({
      access: undefined,
      backupRole: existing("db"),
      drill: { rto: "1h", apiServerCidrs: ["10.0.0.5/32"], signingKey: existing("sign") },
      store: store({ writer: existing("w"), reader: existing("r"), evidence: existing("e") }),
    });
    assert.ok(!program.list().some((line) => line.includes(":Secret ")));
    const names = (type: string, name: string) =>
      program
        .get(type, name)
        .inputs.spec.template.spec.volumes.flatMap(
          (v: { secret?: { secretName: string } }) => v.secret?.secretName ?? [],
        );
    assert.deepEqual(names("kubernetes:batch/v1:Job", "orders-shop-backup-on-deployment"), ["db", "orders-ca", "w"]);
    assert.deepEqual(names("kubernetes:batch/v1:Job", "orders-shop-drill-on-deployment"), ["r", "e", "sign"]);
  });

  it("refuses a retention that is over before the next drill", () => {
    assert.equal(
      refused({
        backup: { schedule: "0 * * * *", rpo: "2h", retention: "2d" },
        drill: { ...restorable().drill, afterBackup: false, schedule: "0 4 * * 0" },
      }),
      problem(
        'backup.retention: "2d" is shorter than the time between two restore drills (up to 7d): every drilled backup would be gone before the next drill; keep backups for at least 7d or drill more often',
      ),
    );
  });

  it("refuses databases whose names become one", () => {
    assert.equal(
      refused({ databases: [database({ name: "a_b" }), database({ name: "a-b" })] }),
      problem('databases.1.name: "a-b" becomes the Kubernetes name "a-b", which another database has'),
    );
  });

  it("refuses what a part refuses, in the part's own words", () => {
    assert.match(
      refused({ drill: { ...restorable().drill, namespace: "shop" } }),
      /"shop" is the namespace of the source database/,
    );
    assert.match(refused({ engine: "oracle" }), /engine: must be "cloudnative-pg"/);
    assert.match(refused({ databases: [] }), /databases: must hold at least one database: there is nothing to back up/);
  });
});
