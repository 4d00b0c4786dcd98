import assert from "node:assert/strict";
import type { PolicyResource } from "@pulumi/policy";
import { ABSENT, known, unknown } from "../../../../../policies/known";
import { cloudNativePg } from "../../../../../policies/recognizers/cloudnative-pg/cloudnative-pg";
import type { Bucket } from "../../../../../policies/stack/facts";
import { component, UNKNOWN_STRING } from "../../stack";
import { bucketOf, bucketResource, custom, DAY, factsOf, only } from "../support/operators";

const SPREAD = { affinity: { podAntiAffinityType: "required" } };
const PLUGIN = {
  name: "barman-cloud.cloudnative-pg.io",
  isWALArchiver: true,
  parameters: { barmanObjectName: "store" },
};
const IN_TREE = { destinationPath: "s3://backups/orders", s3Credentials: { accessKeyId: { name: "s3", key: "id" } } };

const cluster = (spec: object = {}, more: Parameters<typeof custom>[3] = {}, name = "orders") =>
  custom("postgresql.cnpg.io/v1:Cluster", name, spec, more);
const scheduled = (spec: object = {}, more: Parameters<typeof custom>[3] = {}) =>
  custom(
    "postgresql.cnpg.io/v1:ScheduledBackup",
    "nightly",
    {
      cluster: { name: "orders" },
      schedule: "0 0 2 * * *",
      method: "plugin",
      pluginConfiguration: { name: PLUGIN.name },
      ...spec,
    },
    more,
  );
const objectStore = (configuration: object, spec: object = {}, more: Parameters<typeof custom>[3] = {}) =>
  custom("barmancloud.cnpg.io/v1:ObjectStore", "store", { configuration, ...spec }, more);

const databaseOf = (...resources: PolicyResource[]) => only(factsOf(cloudNativePg, resources).databases);
const backupOf = (resources: PolicyResource[], buckets: Bucket[] = []) =>
  only(factsOf(cloudNativePg, resources, buckets).backups);
const storeOf = (resources: PolicyResource[], buckets: Bucket[] = []) => only(backupOf(resources, buckets).stores);

describe("a CloudNativePG Cluster", () => {
  it("is a database with everything that it declares", () => {
    const made = cluster({
      instances: 3,
      imageName: "ghcr.io/cloudnative-pg/postgresql:18.1",
      ...SPREAD,
      postgresql: { synchronous: { method: "any", number: 1 } },
    });
    assert.deepEqual(databaseOf(made), {
      urn: made.urn,
      name: "orders",
      what: "a CloudNativePG Cluster",
      origin: "foreign",
      id: { namespace: known("app"), name: known("orders") },
      product: "CloudNativePG",
      availability: { instances: known(3), spread: known(true), synchronous: known(true) },
      deletionProtection: ABSENT,
      finalSnapshot: ABSENT,
      protect: false,
      dropsWal: known(false),
      images: [{ path: "spec.imageName", image: known("ghcr.io/cloudnative-pg/postgresql:18.1") }],
      plainText: [],
    });
  });

  it("has the operator's defaults for what it leaves out, and no image that anybody chose", () => {
    const { availability, images } = databaseOf(cluster());
    assert.deepEqual(availability, { instances: known(1), spread: known(false), synchronous: known(false) });
    assert.deepEqual(images, [{ path: "spec.imageName", image: ABSENT }]);
  });

  it("is unknown where its values are", () => {
    const { availability, images } = databaseOf(
      cluster({
        instances: UNKNOWN_STRING,
        imageName: UNKNOWN_STRING,
        affinity: { podAntiAffinityType: UNKNOWN_STRING },
        postgresql: { synchronous: { method: "any", number: UNKNOWN_STRING } },
      }),
    );
    assert.deepEqual(availability, {
      instances: unknown("spec.instances"),
      spread: unknown("spec.affinity.podAntiAffinityType"),
      synchronous: unknown("spec.postgresql.synchronous.number"),
    });
    assert.deepEqual(images, [{ path: "spec.imageName", image: unknown("spec.imageName") }]);
  });

  it("is unknown in everything when its whole spec is", () => {
    const { availability, dropsWal } = databaseOf(custom("postgresql.cnpg.io/v1:Cluster", "orders", UNKNOWN_STRING));
    for (const reading of Object.values(availability)) assert.equal(reading.state, "unknown");
    assert.deepEqual(dropsWal, known(false));
  });

  it("is not given defaults by a patch of it, which says a part only", () => {
    const { availability } = databaseOf(custom("postgresql.cnpg.io/v1:ClusterPatch", "orders", { instances: 2 }));
    assert.deepEqual(availability, { instances: known(2), spread: ABSENT, synchronous: ABSENT });
  });

  it("is spread by a requirement only: not by a preference, nor by anti-affinity that is switched off", () => {
    const spread = (spec: object) => databaseOf(cluster(spec)).availability.spread;
    const selector = { matchLabels: { "cnpg.io/cluster": "orders" } };
    const constraint = { topologyKey: "kubernetes.io/hostname", maxSkew: 1, labelSelector: selector };
    const terms = { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "kubernetes.io/hostname" }] };
    assert.deepEqual(spread({ affinity: { podAntiAffinityType: "preferred" } }), known(false));
    assert.deepEqual(spread({ affinity: { ...SPREAD.affinity, enablePodAntiAffinity: false } }), known(false));
    assert.deepEqual(
      spread({ affinity: { ...SPREAD.affinity, enablePodAntiAffinity: UNKNOWN_STRING } }),
      unknown("spec.affinity.enablePodAntiAffinity"),
    );
    assert.deepEqual(spread({ affinity: { additionalPodAntiAffinity: terms } }), known(true));
    const constrained = (change: object) => spread({ topologySpreadConstraints: [{ ...constraint, ...change }] });
    assert.deepEqual(constrained({ whenUnsatisfiable: "DoNotSchedule" }), known(true));
    assert.deepEqual(constrained({ whenUnsatisfiable: "ScheduleAnyway" }), known(false));
    assert.deepEqual(constrained({ whenUnsatisfiable: "DoNotSchedule", labelSelector: null }), known(false));
    assert.equal(constrained({ whenUnsatisfiable: UNKNOWN_STRING }).state, "unknown");
    assert.equal(spread({ topologySpreadConstraints: UNKNOWN_STRING }).state, "unknown");
  });

  it("is synchronous only if writes wait when no replica is there", () => {
    const synchronous = (spec: object) => databaseOf(cluster(spec)).availability.synchronous;
    const declared = (dataDurability: string) => ({
      postgresql: { synchronous: { method: "any", number: 1, dataDurability } },
    });
    assert.deepEqual(synchronous(declared("required")), known(true));
    assert.deepEqual(synchronous(declared("preferred")), known(false));
    assert.equal(synchronous(declared(UNKNOWN_STRING)).state, "unknown");
    assert.deepEqual(synchronous({ minSyncReplicas: 1, maxSyncReplicas: 1 }), known(true));
    assert.deepEqual(synchronous({ minSyncReplicas: 0, maxSyncReplicas: 1 }), known(false));
    assert.deepEqual(synchronous({ minSyncReplicas: UNKNOWN_STRING }), unknown("spec.minSyncReplicas"));
  });

  it("takes its image from a catalog of the stack, of its own major version", () => {
    const ref = { apiGroup: "postgresql.cnpg.io", kind: "ImageCatalog", name: "images", major: 18 };
    const images = [
      { major: 17, image: "pg:17" },
      { major: 18, image: "pg:18@sha256:ab" },
    ];
    const catalog = custom("postgresql.cnpg.io/v1:ImageCatalog", "images", { images });
    const elsewhere = custom(
      "postgresql.cnpg.io/v1:ImageCatalog",
      "images",
      { images },
      { metadata: { namespace: "b" } },
    );
    const global = custom("postgresql.cnpg.io/v1:ClusterImageCatalog", "images", { images });
    const image = (ref: object, ...catalogs: PolicyResource[]) =>
      only(databaseOf(cluster({ imageCatalogRef: ref }), ...catalogs).images);
    assert.deepEqual(image(ref, catalog), { path: "spec.imageCatalogRef", image: known("pg:18@sha256:ab") });
    assert.deepEqual(image({ ...ref, kind: "ClusterImageCatalog" }, global).image, known("pg:18@sha256:ab"));
    assert.deepEqual(image(ref, elsewhere).image, ABSENT);
    assert.deepEqual(image({ ...ref, major: 16 }, catalog).image, ABSENT);
    assert.deepEqual(image({ ...ref, major: UNKNOWN_STRING }, catalog).image, unknown("spec.imageCatalogRef.major"));
  });

  it("shows credentials in plain text, and where, but never what they are", () => {
    const { plainText } = databaseOf(
      cluster({
        env: [
          { name: "AWS_SECRET_ACCESS_KEY", value: "hush" },
          { name: "API_TOKEN", valueFrom: { secretKeyRef: { name: "token", key: "token" } } },
          { name: "TZ", value: "UTC" },
        ],
        externalClusters: [{ name: "old", connectionParameters: { host: "old", password: "hush" } }],
      }),
    );
    assert.deepEqual(plainText, [
      { path: "spec.env.AWS_SECRET_ACCESS_KEY" },
      { path: "spec.externalClusters[0].connectionParameters.password" },
    ]);
  });

  it("is our own below a PostgresCluster, and protected when a component above it is", () => {
    const parent = component("cluster", "orders");
    parent.opts.protect = true;
    const { origin, protect } = databaseOf(cluster({}, { parent }));
    assert.deepEqual([origin, protect], ["restorable", true]);
  });

  it("is no backup by itself, however it archives WAL", () => {
    const { backups } = factsOf(cloudNativePg, [
      cluster({ backup: { barmanObjectStore: IN_TREE }, plugins: [PLUGIN] }),
    ]);
    assert.deepEqual(backups, []);
  });
});

describe("a CloudNativePG ScheduledBackup", () => {
  it("is a backup of its Cluster, into the store of the cluster's plugin", () => {
    const bucket = bucketResource("backups");
    const facts = bucketOf(bucket, known("backups"));
    const own = cluster({ plugins: [PLUGIN] });
    const made = scheduled();
    const store = objectStore(
      { ...IN_TREE, data: { encryption: "AES256" }, wal: { encryption: "AES256" } },
      { retentionPolicy: "30d" },
    );
    assert.deepEqual(backupOf([own, store, made], [facts]), {
      urn: made.urn,
      name: "nightly",
      what: "a CloudNativePG ScheduledBackup",
      origin: "foreign",
      id: "app/orders (ScheduledBackup nightly)",
      server: { namespace: known("app"), name: known("orders") },
      database: known("*"),
      databaseUrns: [own.urn],
      method: "physical",
      certain: true,
      schedules: [{ expression: known("0 0 2 * * *"), fields: 6, timeZone: ABSENT }],
      continuous: known(true),
      deadlineSeconds: ABSENT,
      retention: { count: ABSENT, seconds: known(30 * DAY), elsewhere: false },
      stores: [
        {
          kind: "s3",
          location: known("outside"),
          bucket: known("backups"),
          bucketUrns: [bucket.urn],
          encrypted: known(true),
        },
      ],
      images: [],
      plainText: [],
    });
  });

  it("makes none while it is suspended, and may make none when that is unknown", () => {
    assert.deepEqual(factsOf(cloudNativePg, [cluster(), scheduled({ suspend: true })]).backups, []);
    assert.equal(backupOf([cluster(), scheduled({ suspend: UNKNOWN_STRING })]).certain, false);
    assert.equal(backupOf([cluster(), scheduled({ suspend: false })]).certain, true);
  });

  it("has no schedule by `immediate` alone, and an unknown one when it is unknown", () => {
    assert.deepEqual(backupOf([scheduled({ schedule: undefined, immediate: true })]).schedules, []);
    const [schedule] = backupOf([scheduled({ schedule: UNKNOWN_STRING })]).schedules;
    assert.deepEqual(schedule, { expression: unknown("spec.schedule"), fields: 6, timeZone: ABSENT });
  });

  it("is of the Cluster with its name in its namespace, and of no other", () => {
    const other = cluster({}, { metadata: { namespace: "b" } });
    const similar = cluster({}, {}, "orders-eu");
    const made = backupOf([other, similar, scheduled()]);
    assert.deepEqual(made.databaseUrns, []);
    assert.deepEqual([made.id, made.continuous], ["app/orders (ScheduledBackup nightly)", ABSENT]);
  });

  it("is of the Cluster that it was made from while the name is unknown, unless there are several", () => {
    const own = cluster({ plugins: [PLUGIN] }, { metadata: { name: UNKNOWN_STRING } });
    const made = () => scheduled({ cluster: { name: UNKNOWN_STRING } }, { from: [own] });
    assert.deepEqual(backupOf([own, made()]).databaseUrns, [own.urn]);
    const second = cluster({}, {}, "second");
    assert.deepEqual(
      backupOf([own, second, scheduled({ cluster: { name: UNKNOWN_STRING } }, { from: [own, second] })]).databaseUrns,
      [],
    );
    assert.deepEqual(backupOf([own, scheduled({ cluster: { name: UNKNOWN_STRING } })]).databaseUrns, []);
  });

  it("archives continuously as its Cluster says", () => {
    const continuous = (spec: object, metadata: object = {}) =>
      backupOf([cluster(spec, { metadata }), scheduled()]).continuous;
    const plugin = (change: object) => ({ plugins: [{ ...PLUGIN, ...change }] });
    assert.deepEqual(continuous(plugin({})), known(true));
    assert.deepEqual(continuous(plugin({ isWALArchiver: false })), known(false));
    assert.deepEqual(continuous(plugin({ isWALArchiver: undefined })), known(false));
    assert.deepEqual(continuous(plugin({ enabled: false })), known(false));
    assert.equal(continuous(plugin({ isWALArchiver: UNKNOWN_STRING })).state, "unknown");
    assert.deepEqual(continuous({ plugins: UNKNOWN_STRING }), unknown("spec.plugins"));
    assert.deepEqual(continuous({ backup: { barmanObjectStore: IN_TREE } }), known(true));
    assert.deepEqual(continuous({}), known(false));
    const skipped = (value: string) => ({ annotations: { "cnpg.io/skipWalArchiving": value } });
    assert.deepEqual(continuous(plugin({}), skipped("enabled")), known(false));
    assert.equal(continuous(plugin({}), skipped(UNKNOWN_STRING)).state, "unknown");
  });

  it("with volume snapshots stays in the cluster", () => {
    const made = backupOf([cluster({ plugins: [PLUGIN] }), scheduled({ method: "volumeSnapshot" })]);
    assert.equal(made.method, "snapshot");
    assert.deepEqual(only(made.stores), {
      kind: "snapshot",
      location: known("inside"),
      bucket: ABSENT,
      bucketUrns: [],
      encrypted: ABSENT,
    });
    assert.deepEqual(made.retention, { count: ABSENT, seconds: ABSENT, elsewhere: false });
  });

  it("goes to the Cluster's own store in tree, which is the default, with the Cluster's retention", () => {
    const own = cluster({ backup: { barmanObjectStore: IN_TREE, retentionPolicy: "4w" } });
    const made = backupOf([own, scheduled({ method: undefined })]);
    assert.deepEqual([made.method, made.retention.seconds], ["physical", known(28 * DAY)]);
    assert.deepEqual([only(made.stores).bucket, only(made.stores).location], [known("backups"), known("outside")]);
    // Nothing to back up to: such a backup fails.
    assert.deepEqual(backupOf([cluster(), scheduled({ method: undefined })]).stores, []);
  });

  it("has a method that nobody knows when that is unknown", () => {
    const made = backupOf([cluster({ plugins: [PLUGIN] }), scheduled({ method: UNKNOWN_STRING })]);
    assert.equal(made.method, "unknown");
    assert.deepEqual(
      [only(made.stores).location, made.retention.seconds],
      [unknown("spec.method"), unknown("spec.method")],
    );
  });

  it("is kept elsewhere when its store is declared elsewhere", () => {
    const missing = backupOf([cluster({ plugins: [PLUGIN] }), scheduled()]);
    assert.deepEqual(
      only(missing.stores).location,
      unknown("the ObjectStore store, which this stack does not declare"),
    );
    assert.equal(missing.retention.elsewhere, true);
    const alone = backupOf([scheduled()]);
    assert.deepEqual(only(alone.stores).location, unknown("the Cluster, which this stack does not declare"));
    assert.equal(alone.retention.elsewhere, true);
    const other = objectStore(IN_TREE, {}, { metadata: { namespace: "b" } });
    assert.equal(only(backupOf([cluster({ plugins: [PLUGIN] }), other, scheduled()]).stores).location.state, "unknown");
  });

  it("of another plugin goes where nobody here knows", () => {
    const made = backupOf([
      cluster({ plugins: [PLUGIN] }),
      scheduled({ pluginConfiguration: { name: "other.example" } }),
    ]);
    assert.deepEqual(only(made.stores).location, unknown("where another plugin stores"));
    assert.equal(made.retention.elsewhere, false);
  });

  it("finds the store by the ObjectStore's dependencies while names are unknown", () => {
    const store = objectStore(IN_TREE, {}, { metadata: { name: UNKNOWN_STRING } });
    const plugin = { ...PLUGIN, parameters: { barmanObjectName: UNKNOWN_STRING } };
    const own = cluster({ plugins: [plugin] }, { from: [store] });
    assert.deepEqual(storeOf([own, store, scheduled()]).bucket, known("backups"));
    assert.deepEqual(
      storeOf([cluster({ plugins: [plugin] }), store, scheduled()]).location,
      unknown("parameters.barmanObjectName"),
    );
  });
});

describe("where Barman stores", () => {
  const at = (configuration: object, buckets: Bucket[] = [], more: Parameters<typeof custom>[3] = {}) =>
    storeOf([cluster({ plugins: [PLUGIN] }), objectStore(configuration, {}, more), scheduled()], buckets);

  it("is inside the cluster when the endpoint is a Service of it", () => {
    for (const endpointURL of ["http://minio:9000", "https://minio.s3.svc", "http://minio.s3.svc.cluster.local:9000"])
      assert.deepEqual(at({ ...IN_TREE, endpointURL }).location, known("inside"), endpointURL);
    assert.deepEqual(at({ ...IN_TREE, endpointURL: "https://s3.example.com" }).location, known("outside"));
    assert.equal(at({ ...IN_TREE, endpointURL: UNKNOWN_STRING }).location.state, "unknown");
  });

  it("is outside at a cloud's own endpoint, in the bucket of the path", () => {
    assert.deepEqual([at(IN_TREE).kind, at(IN_TREE).location], ["s3", known("outside")]);
    const gcs = at({ destinationPath: "gs://backups" });
    assert.deepEqual([gcs.kind, gcs.bucket, gcs.location], ["gcs", known("backups"), known("outside")]);
    const azure = at({ destinationPath: "https://acme.blob.core.windows.net/container/path" });
    assert.deepEqual([azure.kind, azure.bucket, azure.location], ["azure", ABSENT, known("outside")]);
    assert.deepEqual(at({ destinationPath: "http://azurite:10000/devstoreaccount1" }).location, known("inside"));
  });

  it("is known by its credentials while the path is unknown, and by the bucket that it was made from", () => {
    const bucket = bucketResource("backups");
    const facts = bucketOf(bucket, unknown("bucket"));
    const given = { ...IN_TREE, destinationPath: UNKNOWN_STRING };
    const store = at(given, [facts], { from: [bucket] });
    assert.deepEqual(
      [store.kind, store.location, store.bucket.state, store.bucketUrns],
      ["s3", known("outside"), "unknown", [bucket.urn]],
    );
    const nothing = at({ destinationPath: UNKNOWN_STRING });
    assert.deepEqual([nothing.kind, nothing.location.state], ["other", "unknown"]);
    assert.deepEqual(at(given, [facts]).bucketUrns, []);
  });

  it("is encrypted if data and WAL both ask for it; otherwise the bucket decides", () => {
    const aes = { encryption: "AES256" };
    const encrypted = (data: unknown, wal: unknown) => at({ ...IN_TREE, data, wal }).encrypted;
    assert.deepEqual(encrypted(aes, { encryption: "aws:kms" }), known(true));
    assert.deepEqual(encrypted(aes, undefined), ABSENT);
    assert.deepEqual(encrypted(undefined, undefined), ABSENT);
    assert.equal(encrypted(aes, { encryption: UNKNOWN_STRING }).state, "unknown");
  });

  it("keeps for the policy's time, else as the lifecycle of the stack's bucket has it", () => {
    const bucket = bucketResource("backups");
    const kept = (retentionPolicy: string | undefined, buckets: Bucket[] = []) =>
      backupOf([cluster({ plugins: [PLUGIN] }), objectStore(IN_TREE, { retentionPolicy }), scheduled()], buckets)
        .retention;
    assert.deepEqual(kept("2m").seconds, known(62 * DAY));
    assert.deepEqual(kept("soon").seconds, ABSENT);
    assert.equal(kept(UNKNOWN_STRING).seconds.state, "unknown");
    assert.deepEqual(kept(undefined).seconds, ABSENT);
    assert.deepEqual(kept(undefined, [bucketOf(bucket, known("backups"), known(9 * DAY))]).seconds, known(9 * DAY));
    assert.deepEqual(kept(undefined, [bucketOf(bucket, known("backups"))]).seconds, known(Number.POSITIVE_INFINITY));
    assert.deepEqual(kept("7d", [bucketOf(bucket, known("backups"))]).seconds, known(7 * DAY));
    assert.deepEqual(kept(undefined, [bucketOf(bucket, known("others"))]).seconds, ABSENT);
  });

  it("may show credentials in the sidecar's environment", () => {
    const env = [{ name: "AWS_SECRET_ACCESS_KEY", value: "hush" }];
    const store = objectStore(IN_TREE, { instanceSidecarConfiguration: { env } });
    assert.deepEqual(backupOf([cluster({ plugins: [PLUGIN] }), store, scheduled()]).plainText, [
      { path: "ObjectStore store: spec.instanceSidecarConfiguration.env.AWS_SECRET_ACCESS_KEY" },
    ]);
  });
});

describe("a CloudNativePG Backup", () => {
  it("is a backup without a schedule", () => {
    const own = cluster({ plugins: [PLUGIN] });
    const spec = { cluster: { name: "orders" }, method: "plugin", pluginConfiguration: { name: PLUGIN.name } };
    const made = backupOf([own, objectStore(IN_TREE), custom("postgresql.cnpg.io/v1:Backup", "before-upgrade", spec)]);
    assert.deepEqual(
      [made.what, made.id, made.schedules, made.databaseUrns],
      ["a CloudNativePG Backup", "app/orders (Backup before-upgrade)", [], [own.urn]],
    );
  });
});

describe("a CloudNativePG Cluster that starts from a backup", () => {
  const tests = (...resources: PolicyResource[]) => factsOf(cloudNativePg, resources).restoreTests;
  const source = cluster({ plugins: [PLUGIN] });
  const restored = (plugin: object) =>
    cluster(
      { bootstrap: { recovery: { source: "origin" } }, externalClusters: [{ name: "origin", ...plugin }] },
      {},
      "restored",
    );
  const plugin = (serverName: string | undefined, barmanObjectName = "store") => ({
    plugin: { name: PLUGIN.name, parameters: { barmanObjectName, serverName } },
  });

  it("is a database, and a restore of its source that does not count", () => {
    const made = restored(plugin("orders"));
    assert.equal(factsOf(cloudNativePg, [source, made]).databases.length, 2);
    assert.deepEqual(tests(source, made), [
      {
        urn: made.urn,
        name: "restored",
        what: "a CloudNativePG Cluster that starts from a backup",
        origin: "foreign",
        covers: [source.urn],
        doesNotCount: "it starts a cluster from a backup once, and checks nothing of what was restored",
        copies: ABSENT,
        schedules: [],
      },
    ]);
  });

  it("covers nothing when its archive is another, or cannot be told", () => {
    assert.deepEqual(tests(source, restored(plugin("others"))), []);
    assert.deepEqual(tests(source, restored(plugin(undefined))), []);
    assert.deepEqual(tests(source, restored(plugin("orders", "elsewhere"))), []);
    assert.deepEqual(tests(source, restored(plugin(UNKNOWN_STRING))), []);
    assert.deepEqual(tests(source, cluster({ bootstrap: { initdb: {} } }, {}, "new")), []);
  });

  it("does not cover itself where it goes on archiving into what it was restored from", () => {
    const parameters = { barmanObjectName: "store", serverName: "orders" };
    const made = cluster(
      {
        bootstrap: { recovery: { source: "origin" } },
        externalClusters: [{ name: "origin", ...plugin("orders") }],
        plugins: [{ ...PLUGIN, parameters }],
      },
      {},
      "restored",
    );
    assert.deepEqual(only(tests(source, made)).covers, [source.urn]);
  });

  it("covers the cluster whose store in tree it reads", () => {
    const own = cluster({ backup: { barmanObjectStore: IN_TREE } });
    const made = restored({ barmanObjectStore: { ...IN_TREE, serverName: "orders" } });
    assert.deepEqual(only(tests(own, made)).covers, [own.urn]);
    const other = restored({ barmanObjectStore: { ...IN_TREE, endpointURL: "http://minio", serverName: "orders" } });
    assert.deepEqual(tests(own, other), []);
  });

  it("covers the Backup that it names", () => {
    const taken = custom("postgresql.cnpg.io/v1:Backup", "taken", { cluster: { name: "orders" } });
    const made = cluster({ bootstrap: { recovery: { backup: { name: "taken" } } } }, {}, "restored");
    assert.deepEqual(only(tests(source, taken, made)).covers, [taken.urn, source.urn]);
  });
});
