import assert from "node:assert/strict";
import type { PolicyResource } from "@pulumi/policy";
import { ABSENT, known, unknown } from "../../../../../policies/known";
import { crunchyPgo } from "../../../../../policies/recognizers/crunchy-pgo/crunchy-pgo";
import type { Bucket } from "../../../../../policies/stack/facts";
import { UNKNOWN_STRING } from "../../stack";
import { bucketOf, bucketResource, custom, DAY, factsOf, only } from "../support/operators";

const TOKEN = "postgres-operator.crunchydata.com/v1beta1:PostgresCluster";
const HOSTS = { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "kubernetes.io/hostname" }] };
const VOLUME = { name: "repo1", volume: { volumeClaimSpec: {} } };
const S3 = {
  name: "repo2",
  s3: { bucket: "backups", endpoint: "s3.eu-central-1.amazonaws.com", region: "eu-central-1" },
};
const NIGHTLY = { schedules: { full: "0 1 * * 0", incremental: "0 1 * * 1-6" } };

const cluster = (spec: object = {}, more: Parameters<typeof custom>[3] = {}, name = "orders") =>
  custom(TOKEN, name, { instances: [{ name: "a", replicas: 3 }], ...spec }, more);
const backedUp = (pgbackrest: object, spec: object = {}) => cluster({ backups: { pgbackrest }, ...spec });

const databaseOf = (...resources: PolicyResource[]) => only(factsOf(crunchyPgo, resources).databases);
const backupOf = (made: PolicyResource, buckets: Bucket[] = []) => only(factsOf(crunchyPgo, [made], buckets).backups);

describe("a Crunchy PGO PostgresCluster", () => {
  it("is a database with everything that it declares", () => {
    const made = cluster({
      image: "crunchy-postgres:18",
      instances: [
        { name: "a", replicas: 2, affinity: { podAntiAffinity: HOSTS } },
        { name: "b", affinity: { podAntiAffinity: HOSTS } },
      ],
      patroni: { dynamicConfiguration: { synchronous_mode: true } },
    });
    assert.deepEqual(databaseOf(made), {
      urn: made.urn,
      name: "orders",
      what: "a Crunchy PGO PostgresCluster",
      origin: "foreign",
      id: { namespace: known("app"), name: known("orders") },
      product: "Crunchy PGO",
      availability: { instances: known(3), spread: known(true), synchronous: known(true) },
      deletionProtection: ABSENT,
      finalSnapshot: ABSENT,
      protect: false,
      dropsWal: known(false),
      images: [{ path: "spec.image", image: known("crunchy-postgres:18") }],
      plainText: [],
    });
  });

  it("has the operator's defaults for what it leaves out", () => {
    const { availability, images } = databaseOf(cluster({ instances: [{ name: "a" }] }));
    assert.deepEqual(availability, { instances: known(1), spread: known(false), synchronous: known(false) });
    assert.deepEqual(images, [{ path: "spec.image", image: ABSENT }]);
    assert.deepEqual(databaseOf(cluster({ instances: undefined })).availability.instances, ABSENT);
  });

  it("is unknown where its values are", () => {
    const { availability, dropsWal } = databaseOf(
      backedUp(
        { repos: [VOLUME], global: UNKNOWN_STRING },
        {
          instances: [{ name: "a", replicas: UNKNOWN_STRING, affinity: UNKNOWN_STRING }],
          patroni: { dynamicConfiguration: UNKNOWN_STRING },
        },
      ),
    );
    assert.deepEqual(availability.instances, unknown("spec.instances[0].replicas"));
    assert.deepEqual(availability.spread, unknown("spec.instances[0].affinity.podAntiAffinity"));
    assert.equal(availability.synchronous.state, "unknown");
    assert.deepEqual(dropsWal, unknown("spec.backups.pgbackrest.global"));
    assert.deepEqual(
      databaseOf(cluster({ instances: UNKNOWN_STRING })).availability.instances,
      unknown("spec.instances"),
    );
  });

  it("is not given defaults by a patch of it", () => {
    const { availability, dropsWal } = databaseOf(custom(`${TOKEN}Patch`, "orders", { paused: true }));
    assert.deepEqual(availability, { instances: ABSENT, spread: ABSENT, synchronous: ABSENT });
    assert.deepEqual(dropsWal, ABSENT);
  });

  it("is spread only if every set of instances must be", () => {
    const spread = (...sets: object[]) => databaseOf(cluster({ instances: sets })).availability.spread;
    const constraint = { labelSelector: { matchLabels: {} }, whenUnsatisfiable: "DoNotSchedule" };
    const constrained = { name: "b", topologySpreadConstraints: [constraint] };
    assert.deepEqual(spread(constrained), known(true));
    assert.deepEqual(spread({ name: "a", affinity: { podAntiAffinity: HOSTS } }, constrained), known(true));
    assert.deepEqual(spread({ name: "a" }, constrained), known(false));
    assert.deepEqual(
      spread({ name: "a", topologySpreadConstraints: [{ ...constraint, whenUnsatisfiable: "ScheduleAnyway" }] }),
      known(false),
    );
  });

  it("is synchronous in every way in which Patroni says so", () => {
    const synchronous = (mode: unknown) =>
      databaseOf(cluster({ patroni: { dynamicConfiguration: { synchronous_mode: mode } } })).availability.synchronous;
    assert.deepEqual(synchronous("on"), known(true));
    assert.deepEqual(synchronous("quorum"), known(true));
    assert.deepEqual(synchronous(false), known(false));
    assert.deepEqual(synchronous("off"), known(false));
    assert.equal(synchronous(UNKNOWN_STRING).state, "unknown");
  });

  it("drops WAL when its queue has a limit, in its options or in a ConfigMap of this stack", () => {
    const drops = (global: object, ...more: PolicyResource[]) => {
      const configuration = [{ configMap: { name: "extra" } }, { secret: { name: "s3" } }];
      return databaseOf(backedUp({ repos: [VOLUME], global, configuration }), ...more).dropsWal;
    };
    const file = (text: unknown, namespace = "app") =>
      custom("core/v1:ConfigMap", "extra", undefined, { metadata: { namespace }, data: { "extra.conf": text } });
    assert.deepEqual(drops({ "archive-push-queue-max": "4GiB" }), known(true));
    assert.deepEqual(drops({ "repo1-archive-push-queue-max": UNKNOWN_STRING }), known(true));
    assert.deepEqual(drops({ "archive-get-queue-max": "4GiB" }), known(false));
    assert.deepEqual(drops({}, file("[global]\narchive-push-queue-max=1GB\n")), known(true));
    assert.deepEqual(drops({}, file("[global]\n# archive-push-queue-max=1GB\n")), known(false));
    assert.deepEqual(drops({}, file("archive-push-queue-max=1GB", "b")), known(false));
    assert.deepEqual(drops({}, file(UNKNOWN_STRING)), unknown("ConfigMap extra: data"));
  });

  it("shows credentials in plain text of its sidecars and of what it was made from", () => {
    const sidecar = { name: "ship", image: "ship", env: [{ name: "SHIP_PASSWORD", value: "hush" }] };
    const { plainText } = databaseOf(
      cluster({
        instances: [{ name: "a", containers: [sidecar] }],
        dataSource: { pgbackrest: { global: { "repo1-s3-key-secret": "hush", "repo1-path": "/x" } } },
      }),
    );
    assert.deepEqual(plainText, [
      { path: "spec.dataSource.pgbackrest.global.repo1-s3-key-secret" },
      { path: "spec.instances[0].containers[0].env.SHIP_PASSWORD" },
    ]);
  });
});

describe("backups of a Crunchy PGO PostgresCluster", () => {
  it("are one backup with all repositories, all schedules, and WAL all the time", () => {
    const bucket = bucketResource("backups");
    const facts = bucketOf(bucket, known("backups"));
    const made = backedUp({
      image: "pgbackrest:2.57",
      repos: [
        { ...VOLUME, ...NIGHTLY },
        { ...S3, schedules: { differential: "@daily" } },
      ],
      global: { "repo2-retention-full": "4", "repo2-cipher-type": "aes-256-cbc" },
    });
    assert.deepEqual(backupOf(made, [facts]), {
      urn: made.urn,
      name: "orders",
      what: "the backups of a Crunchy PGO PostgresCluster",
      origin: "foreign",
      id: "app/orders (PostgresCluster orders)",
      server: { namespace: known("app"), name: known("orders") },
      database: known("*"),
      databaseUrns: [made.urn],
      method: "physical",
      certain: true,
      schedules: ["0 1 * * 0", "0 1 * * 1-6", "@daily"].map((expression) => ({
        expression: known(expression),
        fields: "any",
        timeZone: ABSENT,
      })),
      continuous: known(true),
      deadlineSeconds: ABSENT,
      retention: { count: known(4), seconds: ABSENT, elsewhere: false },
      stores: [
        { kind: "volume", location: known("inside"), bucket: ABSENT, bucketUrns: [], encrypted: known(false) },
        {
          kind: "s3",
          location: known("outside"),
          bucket: known("backups"),
          bucketUrns: [bucket.urn],
          encrypted: known(true),
        },
      ],
      images: [{ path: "spec.backups.pgbackrest.image", image: known("pgbackrest:2.57") }],
      plainText: [],
    });
  });

  it("are none when the cluster has none, and uncertain when that is unknown", () => {
    const none = (spec: object) => factsOf(crunchyPgo, [cluster(spec)]).backups;
    assert.deepEqual(none({}), []);
    assert.deepEqual(none({ backups: {} }), []);
    for (const made of [
      cluster({ backups: UNKNOWN_STRING }),
      backedUp({ repos: UNKNOWN_STRING }),
      custom(TOKEN, "orders", UNKNOWN_STRING),
    ]) {
      const { certain, continuous, stores, schedules } = backupOf(made);
      assert.equal(certain, false);
      assert.deepEqual(continuous, unknown("spec.backups.pgbackrest"));
      assert.deepEqual(only(stores).location, unknown("spec.backups.pgbackrest.repos"));
      assert.equal(only(schedules).expression.state, "unknown");
    }
  });

  it("have no schedule where none is declared, and an unknown one where it is unknown", () => {
    const schedules = (repo: object) => backupOf(backedUp({ repos: [{ ...VOLUME, ...repo }] })).schedules;
    assert.deepEqual(schedules({}), []);
    assert.deepEqual(
      only(schedules({ schedules: { full: UNKNOWN_STRING } })).expression,
      unknown("spec.backups.pgbackrest.repos[0].schedules.full"),
    );
    assert.equal(only(schedules({ schedules: UNKNOWN_STRING })).expression.state, "unknown");
  });

  it("rest while the cluster is shut down or a standby, which archives nothing either", () => {
    const running = (spec: object) => {
      const { schedules, continuous } = backupOf(backedUp({ repos: [{ ...VOLUME, ...NIGHTLY }] }, spec));
      return [schedules.length, continuous];
    };
    assert.deepEqual(running({ shutdown: false, standby: { enabled: false } }), [2, known(true)]);
    assert.deepEqual(running({ shutdown: true }), [0, known(false)]);
    assert.deepEqual(running({ standby: { enabled: true } }), [0, known(false)]);
    assert.deepEqual(running({ standby: { repoName: "repo1" } }), [0, known(false)]);
    const made = backedUp({ repos: [{ ...VOLUME, ...NIGHTLY }] }, { standby: { enabled: UNKNOWN_STRING } });
    assert.deepEqual(backupOf(made).schedules[0]?.expression, unknown("spec.standby.enabled"));
    assert.deepEqual(backupOf(made).continuous, unknown("spec.standby.enabled"));
  });

  it("lie where each repository is", () => {
    const store = (repo: object, global: object = {}) => only(backupOf(backedUp({ repos: [repo], global })).stores);
    const s3 = (endpoint: unknown) => ({ ...S3, s3: { ...S3.s3, endpoint } });
    assert.deepEqual(store(s3("minio.s3.svc:9000")).location, known("inside"));
    assert.deepEqual(store(s3("minio")).location, known("inside"));
    assert.equal(store(s3(UNKNOWN_STRING)).location.state, "unknown");
    assert.deepEqual(store(S3, { "repo2-storage-host": "minio.s3.svc" }).location, known("inside"));
    const gcs = store({ name: "repo1", gcs: { bucket: "backups" } });
    assert.deepEqual([gcs.kind, gcs.bucket, gcs.location], ["gcs", known("backups"), known("outside")]);
    const azure = store({ name: "repo1", azure: { container: "backups" } });
    assert.deepEqual([azure.kind, azure.bucket, azure.location], ["azure", ABSENT, known("outside")]);
    assert.deepEqual(store({ name: "repo1" }).location, ABSENT);
  });

  it("are found in the bucket that they were made from while its name is unknown", () => {
    const bucket = bucketResource("backups");
    const repos = [{ ...S3, s3: { ...S3.s3, bucket: UNKNOWN_STRING } }];
    const made = cluster({ backups: { pgbackrest: { repos } } }, { from: [bucket] });
    assert.deepEqual(only(backupOf(made, [bucketOf(bucket, unknown("bucket"))]).stores).bucketUrns, [bucket.urn]);
  });

  it("also lie in snapshots when there is a class for them", () => {
    const snapshots = { volumeSnapshotClassName: "csi" };
    const made = cluster({ backups: { pgbackrest: { repos: [VOLUME] }, snapshots } });
    assert.deepEqual(
      backupOf(made).stores.map(({ kind }) => kind),
      ["volume", "snapshot"],
    );
  });

  it("are encrypted by a cipher, of which there is none by default", () => {
    const encrypted = (global: unknown) => only(backupOf(backedUp({ repos: [VOLUME], global })).stores).encrypted;
    assert.deepEqual(encrypted({ "repo1-cipher-type": "aes-256-cbc" }), known(true));
    assert.deepEqual(encrypted({ "repo1-cipher-type": "none" }), known(false));
    assert.deepEqual(encrypted({ "repo2-cipher-type": "aes-256-cbc" }), known(false));
    assert.deepEqual(encrypted({ "repo1-cipher-type": UNKNOWN_STRING }), unknown("repo1-cipher-type"));
    assert.equal(encrypted(UNKNOWN_STRING).state, "unknown");
  });

  it("are kept by count or by days, and copies outside the cluster decide", () => {
    const kept = (global: unknown, repos: object[] = [VOLUME], buckets: Bucket[] = []) =>
      backupOf(backedUp({ repos, global }), buckets).retention;
    assert.deepEqual(kept({ "repo1-retention-full": "14" }).count, known(14));
    const time = { "repo1-retention-full": "14", "repo1-retention-full-type": "time" };
    assert.deepEqual(kept(time), { count: ABSENT, seconds: known(14 * DAY), elsewhere: false });
    assert.deepEqual(kept({}), { count: ABSENT, seconds: ABSENT, elsewhere: false });
    assert.deepEqual(kept({ "repo1-retention-full": UNKNOWN_STRING }).count, unknown("repo1-retention-full"));
    assert.equal(kept({ ...time, "repo1-retention-full-type": UNKNOWN_STRING }).seconds.state, "unknown");
    assert.equal(kept(UNKNOWN_STRING).count.state, "unknown");
    const both = { "repo1-retention-full": "30", "repo2-retention-full": "2" };
    assert.deepEqual(kept(both, [VOLUME, S3]).count, known(2));
    assert.deepEqual(kept(both, [VOLUME, { ...VOLUME, name: "repo2" }]).count, known(30));
    const bucket = bucketOf(bucketResource("backups"), known("backups"), known(9 * DAY));
    assert.deepEqual(kept({}, [S3], [bucket]).seconds, known(9 * DAY));
  });

  it("show credentials among the options, and where, but never what they are", () => {
    const global = {
      "repo1-s3-key": "id",
      "repo1-s3-key-secret": "hush",
      "repo2-cipher-pass": UNKNOWN_STRING,
      "repo3-azure-key": "",
      "repo3-gcs-key": "/etc/pgbackrest/conf.d/key.json",
      "repo4-gcs-key": "hush",
      "repo4-gcs-key-type": "token",
      "repo1-s3-kms-key-id": "key",
    };
    assert.deepEqual(
      backupOf(backedUp({ repos: [VOLUME], global })).plainText.map(({ path }) => path),
      ["repo1-s3-key", "repo1-s3-key-secret", "repo2-cipher-pass", "repo4-gcs-key"].map(
        (option) => `spec.backups.pgbackrest.global.${option}`,
      ),
    );
  });
});

describe("a Crunchy PGO PostgresCluster that starts from another's backup", () => {
  const source = backedUp({ repos: [VOLUME, S3] });
  const clone = (postgresCluster: object, more: Parameters<typeof custom>[3] = {}) =>
    cluster({ dataSource: { postgresCluster } }, more, "copy");
  const tests = (...resources: PolicyResource[]) => factsOf(crunchyPgo, resources).restoreTests;

  it("is a restore that does not count", () => {
    const made = clone({ clusterName: "orders", repoName: "repo2" });
    assert.deepEqual(tests(source, made), [
      {
        urn: made.urn,
        name: "copy",
        what: "a Crunchy PGO PostgresCluster that starts from another's backup",
        origin: "foreign",
        covers: [source.urn],
        doesNotCount: "it starts a cluster from a backup once, and checks nothing of what was restored",
        copies: known("outside"),
        schedules: [],
      },
    ]);
  });

  it("names its source by namespace too, and is known by what it was made from", () => {
    const copies = (made: PolicyResource) => tests(source, made).map((test) => test.copies);
    assert.deepEqual(copies(clone({ clusterName: "orders", clusterNamespace: "b", repoName: "repo1" })), []);
    const elsewhere = { metadata: { namespace: "b" } };
    const named = { clusterName: "orders", clusterNamespace: "app", repoName: "repo1" };
    assert.deepEqual(copies(clone(named, elsewhere)), [known("inside")]);
    const unnamed = { clusterName: UNKNOWN_STRING, repoName: UNKNOWN_STRING };
    assert.equal(copies(clone(unnamed, { from: [source] }))[0]?.state, "unknown");
    assert.deepEqual(copies(clone(unnamed)), []);
    assert.deepEqual(copies(cluster({}, {}, "new")), []);
  });
});
