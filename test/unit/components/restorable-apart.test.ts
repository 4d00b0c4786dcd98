import { strict as assert } from "node:assert";
import { RestorablePostgres, type RestorablePostgresArgs } from "../../../components";
import { drillDescriptorSchema } from "../../../model/descriptor";
import { refusal, run } from "./declare";
import { offSite, restorable, store } from "./examples";

const { reader: _r, evidence: _e, ...appStore } = store({ pruner: { existingSecret: "pruner" } });
const apart = (changes: Partial<RestorablePostgresArgs> = {}) =>
  restorable({
    environment: "production",
    drill: { by: "platform", rto: "1h", schedule: "0 4 * * 0", evidenceKeys: [] },
    store: appStore,
    ...changes,
  });
const declare = (changes: Partial<RestorablePostgresArgs> = {}) =>
  run(() => new RestorablePostgres("orders", apart(changes)), { preview: true });
const refused = (changes: object) => refusal(() => new RestorablePostgres("orders", apart(changes as never)));

describe("RestorablePostgres with a platform's drills", () => {
  it("declares cluster, storage and backups, and of drills a reference alone", async () => {
    const ours = (await declare()).list().filter((line) => line.startsWith("restorable:"));
    assert.deepEqual(ours, [
      "restorable:index:BackupRetention orders-shop-retention",
      "restorable:index:DatabaseAccess orders-shop-access",
      "restorable:index:LogicalBackup orders-shop-backup",
      "restorable:index:PlatformDrill orders-shop-drill",
      "restorable:index:PostgresCluster orders",
      "restorable:index:RestorablePostgres orders",
      "restorable:index:S3CompatibleBackupStorage orders-storage",
    ]);
  });

  it("declares nothing in the drills' namespace: no Secret, no right, no Job", async () => {
    const { reader: _, ...copies } = offSite();
    const withCopier = { ...appStore, copier: { existingSecret: "copier" } };
    const program = await declare({ store: withCopier, offSite: copies });
    const namespaces = program.resources.map(({ inputs }) => inputs.metadata?.namespace).filter(Boolean);
    assert.ok(namespaces.length > 5);
    assert.ok(program.list().includes("restorable:index:BackupCopy orders-shop-copy"));
    assert.deepEqual(
      namespaces.filter((namespace) => namespace !== "shop"),
      [],
    );
    assert.doesNotMatch(program.list().join("\n"), /rbac|signing|identity|Namespace orders-drills/);
  });

  it("has its backups ask the platform's drill, by the name that it would have here", async () => {
    const { data } = (await declare()).get("kubernetes:core/v1:ConfigMap", "orders-shop-backup-config").inputs;
    assert.deepEqual(JSON.parse(data["config.json"]).requestDrill, {
      namespace: "shop-drill",
      drill: "orders-shop-drill",
    });
  });

  it("registers a drill that covers the backup, and names no Secret of the platform's to tools", async () => {
    const { registered } = await declare();
    const of = (name: string) =>
      registered[`restorable:index:${name}`] as { fingerprint: string; descriptor: unknown; restorable: unknown };
    const descriptor = drillDescriptorSchema.parse(of("PlatformDrill orders-shop-drill").descriptor);
    assert.equal(descriptor.fingerprint, of("LogicalBackup orders-shop-backup").fingerprint);
    const { storages, databases } = of("RestorablePostgres orders").restorable as {
      storages: { primary: { secrets: object } };
      databases: { drillCronJob: string; evidenceConfigMap: string }[];
    };
    assert.deepEqual(Object.keys(storages.primary.secrets), ["writer", "pruner"]);
    assert.equal(databases[0]?.drillCronJob, "orders-shop-drill");
    assert.equal(databases[0]?.evidenceConfigMap, "orders-shop-drill-evidence");
  });

  it("refuses whatever is the platform's to declare, each by its name", () => {
    const drill = { by: "platform", rto: "1h", signingKey: { existingSecret: "key" }, serverMemory: "2Gi" };
    const lines = refused({ drill, store: store() }).split("\n");
    for (const path of ["drill.signingKey", "drill.serverMemory", "store.reader", "store.evidence"])
      assert.ok(
        lines.includes(
          `  - ${path}: has no place here with drill.by: "platform": the stack that declares the drills has it`,
        ),
        path,
      );
    const nfsStore = { server: "nas.example.com", path: "/export", size: "1Gi" };
    assert.match(refused({ store: undefined, nfsStore }), /nfsStore: cannot be declared with drill.by: "platform"/);
  });

  it("asks for key, reader and evidence where this stack drills", () => {
    const lines = refused({ environment: "staging", drill: { rto: "1h", apiServerCidrs: ["10.0.0.5/32"] } }).split(
      "\n",
    );
    for (const path of ["drill.signingKey", "store.reader", "store.evidence"])
      assert.ok(
        lines.includes(
          `  - ${path}: is missing: drills need it, unless a platform's own stack drills (drill.by: "platform")`,
        ),
        path,
      );
  });

  it("refuses a key of the program in production, and opens the way to the KMS that signs", async () => {
    const mine = { rto: "1h", apiServerCidrs: ["10.0.0.5/32"] };
    const kms = { keyId: "alias/evidence", region: "eu-central-1" };
    const program = await run(
      () => new RestorablePostgres("orders", apart({ drill: { ...mine, signingKey: { kms } }, store: store() })),
    );
    assert.ok(program.list().includes("kubernetes:networking.k8s.io/v1:NetworkPolicy orders-drills-allow-signing"));
    assert.match(
      refused({ drill: { ...restorable().drill }, store: store() }),
      /signingKey\.privateKey: is in the program/,
    );
  });
});
