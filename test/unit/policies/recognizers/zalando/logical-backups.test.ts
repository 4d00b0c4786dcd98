import assert from "node:assert/strict";
import { ABSENT, known, unknown } from "../../../../../policies/known";
import type { Bucket } from "../../../../../policies/stack/facts";
import { UNKNOWN_STRING } from "../../stack";
import { bucketOf, bucketResource, DAY, only } from "../support/operators";
import { backupOf, backupsOf, cluster, ELSEWHERE, operator, storeOf } from "./support";

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
