import assert from "node:assert/strict";
import { known, unknown } from "../../../../../policies/known";
import { aBucket, BUCKET_URN } from "../../facts";
import { resource, UNKNOWN_STRING } from "../../stack";
import { bucketOf } from "../support/operators";
import { ABSENT } from "../support/tools";
import { backupIn, cronJob, scripted, shell } from "./support";

const secret = { secretKeyRef: { name: "s", key: "k" } };
/** Kind, location and bucket of the only store of a CronJob that runs `script`. */
function storeOf(script: string, env: unknown[] = [], pod: object = {}) {
  const { stores } = scripted(script, env, { pod });
  assert.equal(stores.length, 1, JSON.stringify(stores));
  const [store] = stores;
  const text = (reading?: { state: string; value?: unknown }) =>
    reading?.state === "known" ? reading.value : reading?.state;
  return [store?.kind, text(store?.location), text(store?.bucket)];
}

describe("the object store of a backup job", () => {
  const addresses: [string, unknown[], [string, string, string]][] = [
    ["pg_dump app | aws s3 cp - s3://backups/app.dump", [], ["s3", "outside", "backups"]],
    ["pg_dump app | gsutil cp - gs://backups/app", [], ["gcs", "outside", "backups"]],
    ["barman-cloud-backup az://backups/app main", [], ["azure", "outside", "backups"]],
    [
      "pg_dump app | aws s3 cp - s3://$BUCKET/app",
      [{ name: "BUCKET", value: "backups" }],
      ["s3", "outside", "backups"],
    ],
    ["pg_dump app | aws s3 cp - s3://$BUCKET/app", [], ["s3", "outside", "unknown"]],
    ["pg_dump app | aws s3 cp - $DEST", [{ name: "DEST", value: "s3://backups/app" }], ["s3", "outside", "backups"]],
    ["wal-g backup-push /data", [{ name: "WALG_S3_PREFIX", value: "s3://backups/wal" }], ["s3", "outside", "backups"]],
    ["wal-g backup-push /data", [{ name: "WALG_GS_PREFIX", value: "gs://backups/wal" }], ["gcs", "outside", "backups"]],
    ["pg_dump app | restic -r s3:https://s3.example.com/backups backup --stdin", [], ["s3", "outside", "backups"]],
    [
      "pg_dump app | restic backup --stdin",
      [{ name: "RESTIC_REPOSITORY", value: "s3:http://minio.storage:9000/backups" }],
      ["s3", "inside", "backups"],
    ],
    ["pg_dump app > x; aws s3api put-object --bucket backups --key app --body x", [], ["s3", "outside", "backups"]],
    ["/backup.sh; pg_dump app", [{ name: "S3_BUCKET", value: "backups" }], ["s3", "outside", "backups"]],
    ["/backup.sh; pg_dump app", [{ name: "GCS_BUCKET", value: "backups" }], ["gcs", "outside", "backups"]],
    ["/backup.sh; pg_dump app", [{ name: "S3_BUCKET", valueFrom: secret }], ["s3", "outside", "unknown"]],
    ["/backup.sh; pg_dump app", [{ name: "S3_BUCKET", value: UNKNOWN_STRING }], ["s3", "outside", "unknown"]],
  ];
  for (const [script, env, expected] of addresses)
    it(`is found in ${script} ${JSON.stringify(env)}`, () => assert.deepEqual(storeOf(script, env), expected));

  it("is found once, however often it is named, and each of several for itself", () => {
    assert.equal(scripted("aws s3 ls s3://a/; pg_dump app | aws s3 cp - s3://a/x").stores.length, 1);
    const { stores } = scripted(
      "pg_dump app > x; aws s3 cp x s3://near --endpoint-url http://minio:9000; aws s3 cp x s3://far",
    );
    assert.deepEqual(
      stores.map(({ bucket, location }) => [bucket, location]),
      [
        [known("near"), known("inside")],
        [known("far"), known("outside")],
      ],
    );
  });
});

describe("where a backup job's object store is", () => {
  const endpoint = (value: unknown) => [{ name: "AWS_ENDPOINT_URL", ...(value as object) }];
  const to = "pg_dump app | aws s3 cp - s3://b/x";
  const places: [string, unknown[], string][] = [
    [to, endpoint({ value: "https://s3.example.com" }), "outside"],
    [to, endpoint({ value: "http://minio.storage.svc:9000" }), "inside"],
    [to, endpoint({ valueFrom: secret }), "unknown"],
    [to, endpoint({ value: UNKNOWN_STRING }), "unknown"],
    [`${to} --endpoint-url http://minio:9000`, [], "inside"],
    [`${to} --endpoint-url=https://s3.example.com`, endpoint({ value: "http://minio:9000" }), "outside"],
    [`${to} --endpoint-url $NOBODY_KNOWS`, [], "unknown"],
    [`${to} --endpoint-url $AT`, [{ name: "AT", value: "http://minio:9000" }], "inside"],
    ["pg_dump app | s3cmd --host=minio.storage put - s3://b/x", [], "inside"],
    // pg_dump's host is the database, not the store.
    ["pg_dump --host=orders-rw app | aws s3 cp - s3://b/x", [], "outside"],
    ["pg_dump --host=orders-rw app > x; aws s3api put-object --bucket b --key k --body x", [], "outside"],
    ["pg_dump --host=db.example.com app | aws --endpoint-url http://minio:9000 s3 cp - s3://b/x", [], "inside"],
    ["mc alias set store http://minio:9000 $K $S; pg_dump app | mc pipe store/b", [], "inside"],
    ["pg_dump app | mc pipe store/b", [{ name: "MC_HOST_store", value: "https://k:s@s3.example.com" }], "outside"],
    // Where these go stands in a configuration that is not here.
    ["pg_dump app | mc pipe store/b", [], "unknown"],
    ["pg_dump app | rclone rcat remote:b/x", [], "unknown"],
    ["pg_dump app | restic backup --stdin", [{ name: "RESTIC_REPOSITORY", valueFrom: secret }], "unknown"],
    // Not every endpoint is a store's.
    [to, [{ name: "OTEL_EXPORTER_OTLP_ENDPOINT", value: "http://collector:4318" }], "outside"],
  ];
  for (const [script, env, location] of places)
    it(`is ${location} for ${script} ${JSON.stringify(env)}`, () => assert.equal(storeOf(script, env)[1], location));

  it("is unknown when variables come from elsewhere as a whole: an endpoint may be among them", () => {
    const container = { ...shell(to), envFrom: [{ secretRef: { name: "s3" } }] };
    assert.deepEqual(backupIn([cronJob(container)]).stores[0]?.location, unknown("envFrom"));
    assert.deepEqual(
      backupIn([cronJob({ ...shell(`${to} --endpoint-url https://s3.example.com`), envFrom: [{ secretRef: {} }] })])
        .stores[0]?.location,
      known("outside"),
    );
  });
});

describe("the volumes of a backup job", () => {
  const volume = (given: unknown) => storeOf("pg_dump app > /backups/x", [], { volumes: [given] }).slice(0, 2);

  it("are NFS outside the cluster, unless its server is a Service", () => {
    assert.deepEqual(volume({ nfs: { server: "nas.example.com", path: "/b" } }), ["nfs", "outside"]);
    assert.deepEqual(volume({ nfs: { server: "nfs.storage.svc.cluster.local", path: "/b" } }), ["nfs", "inside"]);
    assert.deepEqual(volume({ nfs: { server: UNKNOWN_STRING, path: "/b" } }), ["nfs", "unknown"]);
  });

  it("are inside it as claims, folders of the node, and ephemeral ones", () => {
    for (const given of [
      { persistentVolumeClaim: { claimName: "b" } },
      { hostPath: { path: "/b" } },
      { ephemeral: { volumeClaimTemplate: {} } },
    ])
      assert.deepEqual(volume(given), ["volume", "inside"]);
    assert.deepEqual(volume({ persistentVolumeClaim: { claimName: UNKNOWN_STRING } }), ["volume", "inside"]);
  });

  it("are anywhere as a driver's, or when they are unknown", () => {
    assert.deepEqual(volume({ csi: { driver: "efs.csi.aws.com" } }), ["volume", "unknown"]);
    assert.deepEqual(volume(UNKNOWN_STRING), ["other", "unknown"]);
    assert.deepEqual(storeOf("pg_dump app > /b/x", [], { volumes: UNKNOWN_STRING }).slice(0, 2), ["other", "unknown"]);
  });

  it("are no store when they hold nothing that lasts, and none beside an object store", () => {
    assert.deepEqual(volume({ emptyDir: {} }), ["other", "unknown"]);
    assert.deepEqual(volume({ secret: { secretName: "s" } }), ["other", "unknown"]);
    assert.deepEqual(storeOf("pg_dump app | aws s3 cp - s3://b/x", [], { volumes: [{ persistentVolumeClaim: {} }] }), [
      "s3",
      "outside",
      "b",
    ]);
  });
});

describe("the bucket of a backup job", () => {
  it("is one of the stack's by its name", () => {
    const to = (bucket: string) =>
      backupIn([cronJob(shell(`pg_dump app | aws s3 cp - s3://${bucket}/x`))], { buckets: [aBucket()] });
    assert.deepEqual(to("backups").stores[0]?.bucketUrns, [BUCKET_URN]);
    assert.deepEqual(to("backups-2").stores[0]?.bucketUrns, []);
  });

  it("is one of the stack's from which the job was made, as long as its name is unknown", () => {
    const made = resource("aws:s3/bucket:Bucket", "new", {});
    const job = (from: ReturnType<typeof resource>[]) =>
      cronJob(shell("pg_dump app | /upload.sh", [{ name: "S3_BUCKET", value: UNKNOWN_STRING }]), { from });
    const buckets = [bucketOf(made, unknown("bucket")), aBucket()];
    assert.deepEqual(backupIn([made, job([made])], { buckets }).stores[0]?.bucketUrns, [made.urn]);
    assert.deepEqual(backupIn([made, job([])], { buckets }).stores[0]?.bucketUrns, []);
  });
});

describe("what a backup job encrypts before it leaves", () => {
  const encrypted = (script: string, env: unknown[] = []) => scripted(script, env).stores[0]?.encrypted;
  const yes: [string, unknown[]][] = [
    ["pg_dump app | restic backup --stdin", []],
    ["pg_dump app | age -r age1x | aws s3 cp - s3://b/x", []],
    ["pg_dump app | gpg --batch --encrypt -r x | aws s3 cp - s3://b/x", []],
    ["pg_dump app | openssl enc -aes-256-cbc -pass env:P | aws s3 cp - s3://b/x", []],
    ["wal-g backup-push /data", [{ name: "WALG_LIBSODIUM_KEY", valueFrom: secret }]],
  ];
  for (const [script, env] of yes)
    it(`is known of ${script}`, () => assert.deepEqual(encrypted(script, env), known(true)));
  const no = [
    "pg_dump app | aws s3 cp - s3://b/x",
    "age -d -i key old; pg_dump app",
    "find --max-age -r x; pg_dump app",
    "gpg --decrypt x; pg_dump app",
  ];
  for (const script of no) it(`is not said by ${script}`, () => assert.deepEqual(encrypted(script), ABSENT));
});
