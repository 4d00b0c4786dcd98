import assert from "node:assert/strict";
import { ABSENT, known, unknown } from "../../../../../policies/known";
import type { Bucket } from "../../../../../policies/stack/facts";
import { UNKNOWN_STRING } from "../../stack";
import { bucketOf, bucketResource, type custom, DAY } from "../support/operators";
import { backupOf, cluster, IN_TREE, objectStore, PLUGIN, scheduled, storeOf } from "./support";

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
