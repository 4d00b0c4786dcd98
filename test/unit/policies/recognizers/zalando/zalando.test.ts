import assert from "node:assert/strict";
import type { PolicyResource } from "@pulumi/policy";
import { ABSENT, known, unknown } from "../../../../../policies/known";
import { zalando } from "../../../../../policies/recognizers/zalando/zalando";
import type { Bucket } from "../../../../../policies/stack/facts";
import { resource, UNKNOWN_STRING } from "../../stack";
import { bucketOf, bucketResource, custom, DAY, factsOf, only } from "../support/operators";

const ELSEWHERE = "the operator's settings, which this stack does not declare";

const cluster = (spec: object = {}, more: Parameters<typeof custom>[3] = {}, name = "orders") =>
  custom("acid.zalan.do/v1:postgresql", name, { teamId: "shop", numberOfInstances: 3, ...spec }, more);
const operator = (configuration: unknown, from: PolicyResource[] = []) =>
  custom("acid.zalan.do/v1:OperatorConfiguration", "operator", undefined, { configuration, from });
const configMap = (name: string, data: unknown, namespace = "operators") =>
  custom("core/v1:ConfigMap", name, undefined, { metadata: { namespace }, data });

const databaseOf = (...resources: PolicyResource[]) => only(factsOf(zalando, resources).databases);
const backupsOf = (resources: PolicyResource[], buckets: Bucket[] = []) => factsOf(zalando, resources, buckets).backups;
const backupOf = (resources: PolicyResource[], buckets: Bucket[] = []) => only(backupsOf(resources, buckets));
const storeOf = (resources: PolicyResource[], buckets: Bucket[] = []) => only(backupOf(resources, buckets).stores);

describe("a Zalando postgresql", () => {
  it("is a database with everything that it declares", () => {
    const made = cluster({ dockerImage: "spilo-18:4.1", patroni: { synchronous_mode: true } });
    assert.deepEqual(databaseOf(made, operator({ kubernetes: { enable_pod_antiaffinity: true } })), {
      urn: made.urn,
      name: "orders",
      what: "a Zalando postgresql",
      origin: "foreign",
      id: { namespace: known("app"), name: known("orders") },
      product: "Zalando",
      availability: { instances: known(3), spread: known(true), synchronous: known(true) },
      deletionProtection: ABSENT,
      finalSnapshot: ABSENT,
      protect: false,
      dropsWal: known(false),
      images: [{ path: "spec.dockerImage", image: known("spilo-18:4.1") }],
      plainText: [],
    });
  });

  it("leaves open what only an operator says that is elsewhere", () => {
    const { availability, images } = databaseOf(cluster({ numberOfInstances: undefined }));
    assert.deepEqual(availability, { instances: ABSENT, spread: ABSENT, synchronous: known(false) });
    assert.deepEqual(images, [{ path: "spec.dockerImage", image: ABSENT }]);
  });

  it("is unknown where its values are", () => {
    const { availability, images } = databaseOf(
      cluster({
        numberOfInstances: UNKNOWN_STRING,
        dockerImage: UNKNOWN_STRING,
        patroni: { synchronous_mode: UNKNOWN_STRING },
        topologySpreadConstraints: UNKNOWN_STRING,
      }),
    );
    assert.deepEqual(availability, {
      instances: unknown("spec.numberOfInstances"),
      spread: unknown("spec.topologySpreadConstraints"),
      synchronous: unknown("spec.patroni.synchronous_mode"),
    });
    assert.deepEqual(images, [{ path: "spec.dockerImage", image: unknown("spec.dockerImage") }]);
  });

  it("is spread as the operator spreads all clusters, or by constraints of its own", () => {
    const spread = (kubernetes: unknown, spec: object = {}) =>
      databaseOf(cluster(spec), operator({ kubernetes })).availability.spread;
    assert.deepEqual(spread({}), known(false));
    assert.deepEqual(spread({ enable_pod_antiaffinity: false }), known(false));
    assert.deepEqual(spread({ enable_pod_antiaffinity: UNKNOWN_STRING }), unknown("enable_pod_antiaffinity"));
    const preferred = { enable_pod_antiaffinity: true, pod_antiaffinity_preferred_during_scheduling: true };
    assert.deepEqual(spread(preferred), known(false));
    const unsure = { ...preferred, pod_antiaffinity_preferred_during_scheduling: UNKNOWN_STRING };
    assert.equal(spread(unsure).state, "unknown");
    const constraint = { labelSelector: { matchLabels: {} }, whenUnsatisfiable: "DoNotSchedule" };
    assert.deepEqual(spread(preferred, { topologySpreadConstraints: [constraint] }), known(true));
  });

  it("has the operator's image when it names none", () => {
    const images = databaseOf(cluster(), operator({ docker_image: "spilo-18:4.1-p1" })).images;
    assert.deepEqual(images, [{ path: "docker_image of the operator", image: known("spilo-18:4.1-p1") }]);
  });

  it("shows credentials in plain text, and where, but never what they are", () => {
    const { plainText } = databaseOf(
      cluster({
        env: [
          { name: "AWS_SECRET_ACCESS_KEY", value: "hush" },
          { name: "AZURE_CLIENT_SECRET", valueFrom: { secretKeyRef: { name: "azure", key: "secret" } } },
        ],
        sidecars: [{ name: "ship", env: [{ name: "SHIP_TOKEN", value: UNKNOWN_STRING }] }],
        clone: { cluster: "old", s3_access_key_id: "id", s3_secret_access_key: "hush" },
      }),
    );
    assert.deepEqual(plainText, [
      { path: "spec.env.AWS_SECRET_ACCESS_KEY" },
      { path: "spec.sidecars[0].env.SHIP_TOKEN" },
      { path: "spec.clone.s3_secret_access_key" },
    ]);
  });

  it("is a database of its own as a clone and as a standby", () => {
    const clone = cluster({ clone: { cluster: "orders" } }, {}, "copy");
    const standby = cluster({ standby: { standby_host: "orders" } }, {}, "standby");
    assert.equal(factsOf(zalando, [cluster(), clone, standby]).databases.length, 3);
  });
});

describe("the WAL archive of a Zalando postgresql", () => {
  it("is switched on by the operator's bucket, for every cluster", () => {
    const bucket = bucketResource("wal");
    const made = cluster();
    const settings = operator({ aws_or_gcp: { wal_s3_bucket: "wal" } });
    assert.deepEqual(backupOf([made, settings], [bucketOf(bucket, known("wal"))]), {
      urn: made.urn,
      name: "orders",
      what: "the WAL archive of a Zalando postgresql",
      origin: "foreign",
      id: "app/orders (WAL archive of postgresql orders)",
      server: { namespace: known("app"), name: known("orders") },
      database: known("*"),
      databaseUrns: [made.urn],
      method: "physical",
      certain: true,
      schedules: [{ expression: known("00 01 * * *"), fields: 5, timeZone: ABSENT }],
      continuous: known(true),
      deadlineSeconds: ABSENT,
      retention: { count: ABSENT, seconds: ABSENT, elsewhere: false },
      stores: [
        { kind: "s3", location: known("outside"), bucket: known("wal"), bucketUrns: [bucket.urn], encrypted: ABSENT },
      ],
      images: [],
      plainText: [],
    });
  });

  it("is off when the operator of this stack names no bucket", () => {
    const settings = operator({ aws_or_gcp: { wal_s3_bucket: "" } });
    assert.deepEqual(backupsOf([cluster(), settings]), []);
    assert.deepEqual(backupsOf([cluster({ env: [{ name: "WAL_S3_BUCKET", value: "" }] }), settings]), []);
  });

  it("is not guessed when the operator is elsewhere, or when there are several", () => {
    for (const operators of [[], [operator({}), configMap("postgres-operator", {})]])
      assert.deepEqual(backupsOf([cluster(), ...operators]), []);
  });

  it("is uncertain while what decides is unknown, and found by its bucket's dependency", () => {
    const bucket = bucketResource("wal");
    const unnamed = [bucketOf(bucket, unknown("bucket"))];
    const settings = operator({ aws_or_gcp: { wal_s3_bucket: UNKNOWN_STRING } }, [bucket]);
    const made = backupOf([cluster(), settings], unnamed);
    assert.equal(made.certain, false);
    assert.deepEqual(only(made.stores).bucketUrns, [bucket.urn]);
    assert.equal(backupOf([cluster(), operator(UNKNOWN_STRING)]).certain, false);
    assert.deepEqual(backupOf([cluster({ env: UNKNOWN_STRING }), operator({})]).continuous, unknown("spec.env"));
  });

  it("is read from the chart's values and from the operator's ConfigMap as well", () => {
    const chart = (props: object) =>
      resource("kubernetes:helm.sh/v3:Release", "operator", { chart: "postgres-operator", ...props });
    const values = { configAwsOrGcp: { wal_gs_bucket: "wal" } };
    const gcs = storeOf([cluster(), chart({ values })]);
    assert.deepEqual([gcs.kind, gcs.bucket, gcs.location], ["gcs", known("wal"), known("outside")]);
    assert.deepEqual(backupsOf([cluster(), chart({ values: {} })]), []);
    assert.equal(backupOf([cluster(), chart({ values: {}, valueYamlFiles: ["values.yaml"] })]).certain, false);
    assert.deepEqual(
      storeOf([cluster(), configMap("postgres-operator", { wal_s3_bucket: "wal" })]).bucket,
      known("wal"),
    );
  });

  it("is set by the cluster's own variables before the operator's", () => {
    const env = [
      { name: "WALG_S3_PREFIX", value: "s3://own/orders" },
      { name: "AWS_ENDPOINT", value: "http://minio.s3.svc:9000" },
      { name: "BACKUP_SCHEDULE", value: "0 3 * * *" },
      { name: "BACKUP_NUM_TO_RETAIN", value: "14" },
      { name: "WALG_LIBSODIUM_KEY_PATH", value: "/keys/wal" },
    ];
    const made = backupOf([cluster({ env }), operator({ aws_or_gcp: { wal_s3_bucket: "wal" } })]);
    assert.deepEqual(only(made.stores), {
      kind: "s3",
      location: known("inside"),
      bucket: known("own"),
      bucketUrns: [],
      encrypted: known(true),
    });
    assert.deepEqual([only(made.schedules).expression, made.retention.count], [known("0 3 * * *"), known(14)]);
  });

  it("is set by the ConfigMap that the operator gives to every pod, where credentials are in plain text", () => {
    const data = {
      WAL_S3_BUCKET: "wal",
      AWS_SECRET_ACCESS_KEY: "hush",
      WALE_S3_ENDPOINT: "https+path://s3.example.com:443",
    };
    for (const reference of ["operators/pods", { namespace: "operators", name: "pods" }]) {
      const settings = operator({ kubernetes: { pod_environment_configmap: reference } });
      const made = backupOf([cluster(), settings, configMap("pods", data)]);
      assert.deepEqual([only(made.stores).bucket, only(made.stores).location], [known("wal"), known("outside")]);
      assert.deepEqual(made.plainText, [{ path: "ConfigMap pods: data.AWS_SECRET_ACCESS_KEY" }]);
      assert.equal(backupOf([cluster(), settings]).certain, false);
      assert.equal(backupOf([cluster(), settings, configMap("pods", UNKNOWN_STRING)]).certain, false);
      assert.deepEqual(backupsOf([cluster(), settings, configMap("pods", { TZ: "UTC" })]), []);
    }
  });

  it("is set by the Secret that the operator gives to every pod, whose values nobody reads", () => {
    const settings = operator({ kubernetes: { pod_environment_secret: "pods" } });
    const secret = custom("core/v1:Secret", "pods", undefined, {
      stringData: { WAL_S3_BUCKET: "wal", AWS_ENDPOINT: "x" },
    });
    const made = backupOf([cluster(), settings, secret]);
    assert.deepEqual([made.certain, made.continuous], [true, known(true)]);
    assert.deepEqual(only(made.stores).bucket, unknown("the value of WAL_S3_BUCKET"));
    assert.deepEqual(only(made.stores).location, unknown("the value of AWS_ENDPOINT"));
    const missing = "pod_environment_secret, which this stack does not declare";
    assert.deepEqual(backupOf([cluster(), settings]).continuous, unknown(missing));
  });

  it("may lie elsewhere than in S3", () => {
    const at = (name: string, value: string) => storeOf([cluster({ env: [{ name, value }] }), operator({})]);
    assert.deepEqual(
      [at("WALG_AZ_PREFIX", "azure://c/x").kind, at("WALG_AZ_PREFIX", "azure://c/x").bucket],
      ["azure", ABSENT],
    );
    assert.deepEqual(at("WALG_SSH_PREFIX", "ssh://backup.example.com/x").location, known("outside"));
    assert.deepEqual(at("WALG_SSH_PREFIX", "ssh://backup.app.svc/x").location, known("inside"));
  });
});

describe("the logical backup of a Zalando postgresql", () => {
  const LOGICAL = { enableLogicalBackup: true };
  const settings = (logical_backup: object) => operator({ logical_backup });

  it("is on when the cluster asks for it, as the operator says for all", () => {
    const bucket = bucketResource("dumps");
    const made = cluster({ ...LOGICAL, logicalBackupSchedule: "30 02 * * *" });
    const given = settings({
      logical_backup_s3_bucket: "dumps",
      logical_backup_s3_sse: "AES256",
      logical_backup_s3_retention_time: "2 weeks",
      logical_backup_docker_image: "logical-backup:v1.15.1",
    });
    assert.deepEqual(backupOf([made, given], [bucketOf(bucket, known("dumps"))]), {
      urn: made.urn,
      name: "orders",
      what: "the logical backup of a Zalando postgresql",
      origin: "foreign",
      id: "app/orders (logical backup of postgresql orders)",
      server: { namespace: known("app"), name: known("orders") },
      database: known("*"),
      databaseUrns: [made.urn],
      method: "logical",
      certain: true,
      schedules: [{ expression: known("30 02 * * *"), fields: 5, timeZone: ABSENT }],
      continuous: known(false),
      deadlineSeconds: ABSENT,
      retention: { count: ABSENT, seconds: known(14 * DAY), elsewhere: false },
      stores: [
        {
          kind: "s3",
          location: known("outside"),
          bucket: known("dumps"),
          bucketUrns: [bucket.urn],
          encrypted: known(true),
        },
      ],
      images: [{ path: "logical_backup_docker_image", image: known("logical-backup:v1.15.1") }],
      plainText: [],
    });
  });

  it("stands alone when nobody here says that there is a WAL archive, and beside one that is declared", () => {
    const made = backupOf([cluster(LOGICAL)]);
    assert.deepEqual([made.method, made.images], ["logical", []]);
    assert.deepEqual(only(made.stores).location, unknown(ELSEWHERE));
    assert.deepEqual(only(made.schedules).expression, known("30 00 * * *"));
    const both = backupsOf([cluster(LOGICAL), operator({ aws_or_gcp: { wal_s3_bucket: "wal" } })]);
    assert.deepEqual(
      both.map(({ method }) => method),
      ["physical", "logical"],
    );
  });

  it("is uncertain while it is unknown whether there is one, and off when it is not asked for", () => {
    assert.equal(backupOf([cluster({ enableLogicalBackup: UNKNOWN_STRING }), settings({})]).certain, false);
    assert.deepEqual(backupsOf([cluster({ enableLogicalBackup: false }), settings({})]), []);
  });

  it("has its schedule from the cluster, the operator, or the operator's default", () => {
    const schedule = (spec: object, given: object) =>
      only(backupOf([cluster({ ...LOGICAL, ...spec }), settings(given)]).schedules).expression;
    const given = { logical_backup_schedule: "0 4 * * *" };
    assert.deepEqual(schedule({ logicalBackupSchedule: "0 5 * * *" }, given), known("0 5 * * *"));
    assert.deepEqual(schedule({}, given), known("0 4 * * *"));
    assert.deepEqual(schedule({}, {}), known("30 00 * * *"));
    assert.deepEqual(schedule({ logicalBackupSchedule: UNKNOWN_STRING }, given), unknown("spec.logicalBackupSchedule"));
  });

  it("is kept as the cluster says, the operator, or the bucket's lifecycle", () => {
    const kept = (spec: object, given: object, buckets: Bucket[] = []) =>
      backupOf([cluster({ ...LOGICAL, ...spec }), settings({ logical_backup_s3_bucket: "dumps", ...given })], buckets)
        .retention.seconds;
    const given = { logical_backup_s3_retention_time: "3 days" };
    assert.deepEqual(kept({ logicalBackupRetention: "1 month" }, given), known(28 * DAY));
    assert.deepEqual(kept({}, given), known(3 * DAY));
    assert.deepEqual(kept({}, {}), ABSENT);
    assert.deepEqual(kept({ logicalBackupRetention: "for long" }, {}), ABSENT);
    assert.equal(kept({ logicalBackupRetention: UNKNOWN_STRING }, given).state, "unknown");
    const bucket = bucketOf(bucketResource("dumps"), known("dumps"), known(9 * DAY));
    assert.deepEqual(kept({}, {}, [bucket]), known(9 * DAY));
  });

  it("lies where the operator's provider and endpoint are, with the operator's keys in plain text", () => {
    const at = (given: object) =>
      storeOf([cluster(LOGICAL), settings({ logical_backup_s3_bucket: "dumps", ...given })]);
    assert.deepEqual(at({ logical_backup_s3_endpoint: "http://minio:9000" }).location, known("inside"));
    assert.equal(at({ logical_backup_s3_endpoint: UNKNOWN_STRING }).location.state, "unknown");
    assert.deepEqual([at({ logical_backup_provider: "gcs" }).kind, at({}).encrypted], ["gcs", ABSENT]);
    assert.deepEqual(
      [at({ logical_backup_provider: "az" }).kind, at({ logical_backup_provider: "az" }).bucket],
      ["azure", ABSENT],
    );
    assert.deepEqual(at({ logical_backup_provider: UNKNOWN_STRING }).location, unknown("logical_backup_provider"));
    const key = { logical_backup_s3_secret_access_key: "hush", logical_backup_s3_access_key_id: "id" };
    assert.deepEqual(backupOf([cluster(LOGICAL), settings(key)]).plainText, [
      { path: "logical_backup_s3_secret_access_key" },
    ]);
  });
});

describe("a clone of a Zalando postgresql", () => {
  const clone = (description: object, more: Parameters<typeof custom>[3] = {}) =>
    cluster({ clone: description }, more, "copy");
  const tests = (...resources: PolicyResource[]) => factsOf(zalando, resources).restoreTests;
  const timestamp = "2026-11-01T12:00:00+01:00";

  it("as of a point in time is a restore that does not count", () => {
    const source = cluster();
    const made = clone({ cluster: "orders", timestamp });
    assert.deepEqual(tests(source, made), [
      {
        urn: made.urn,
        name: "copy",
        what: "a Zalando postgresql that is cloned from another's backup",
        origin: "foreign",
        covers: [source.urn],
        doesNotCount: "it starts a cluster from a backup once, and checks nothing of what was restored",
        copies: ABSENT,
        schedules: [],
      },
    ]);
  });

  it("of a running source, of another namespace or of nothing known restores nothing here", () => {
    const source = cluster();
    assert.deepEqual(tests(source, clone({ cluster: "orders" })), []);
    assert.deepEqual(tests(source, clone({ cluster: "orders", timestamp }, { metadata: { namespace: "b" } })), []);
    assert.deepEqual(tests(source, clone({ cluster: UNKNOWN_STRING, timestamp })), []);
    assert.deepEqual(only(tests(source, clone({ cluster: UNKNOWN_STRING, timestamp }, { from: [source] }))).covers, [
      source.urn,
    ]);
  });
});
