import assert from "node:assert/strict";
import { ABSENT, known, unknown } from "../../../../../policies/known";
import { resource, UNKNOWN_STRING } from "../../stack";
import { bucketOf, bucketResource, custom, only } from "../support/operators";
import { backupOf, backupsOf, cluster, configMap, operator, storeOf } from "./support";

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
