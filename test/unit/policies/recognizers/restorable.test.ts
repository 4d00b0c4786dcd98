import assert from "node:assert/strict";
import { known } from "../../../../policies/known";
import { restorable } from "../../../../policies/recognizers/restorable";
import { AGENT_IMAGE, aBackup, aCluster, aStorage, HOUR, SERVER_IMAGE } from "../../../policy/support/evidence";
import { aBucket, BUCKET_URN } from "../facts";
import { component, UNKNOWN_STRING } from "../stack";
import { custom } from "./support/operators";
import { ABSENT, factsOf } from "./support/tools";

const cluster = component("cluster", "orders", aCluster("production"));
const backup = component("backup", "orders-backup", aBackup("production"));
const storage = (changes: Parameters<typeof aStorage>[0] = {}) => component("storage", "store", aStorage(changes));

describe("our PostgresCluster", () => {
  it("is a database, as its descriptor says", () => {
    assert.deepEqual(factsOf(restorable, [cluster]).databases, [
      {
        urn: cluster.urn,
        name: "orders",
        what: "a PostgresCluster",
        origin: "restorable",
        id: { namespace: known("app"), name: known("orders") },
        product: "CloudNativePG",
        availability: { instances: known(3), spread: known(true), synchronous: known(true) },
        deletionProtection: ABSENT,
        finalSnapshot: ABSENT,
        protect: true,
        dropsWal: known(false),
        images: [{ path: "image", image: known(SERVER_IMAGE) }],
        plainText: [],
      },
    ]);
  });

  it("is unknown in every part when its descriptor is absent, unknown, or not valid", () => {
    for (const descriptor of [
      undefined,
      UNKNOWN_STRING,
      { ...aCluster("production"), instances: UNKNOWN_STRING },
      { kind: "cluster" },
    ]) {
      const [found] = factsOf(restorable, [component("cluster", "orders", descriptor)]).databases;
      const readings = [
        found?.id.namespace,
        found?.id.name,
        found?.availability.instances,
        found?.availability.spread,
        found?.availability.synchronous,
        found?.images[0]?.image,
      ];
      assert.deepEqual(
        readings.map((reading) => reading?.state),
        Array(6).fill("unknown"),
      );
      assert.equal(found?.protect, false);
    }
  });

  it("is protected by Pulumi's option or by its own word", () => {
    const protectedBy = (option: boolean, word: boolean) => {
      const declared = component("cluster", "orders", aCluster("production", { protected: word }));
      declared.opts.protect = option;
      return factsOf(restorable, [declared]).databases[0]?.protect;
    };
    assert.deepEqual(
      [protectedBy(false, false), protectedBy(true, false), protectedBy(false, true)],
      [false, true, true],
    );
  });

  it("gives way to the operator's own resource below it, which is nearer to the truth", () => {
    const below = custom("postgresql.cnpg.io/v1:Cluster", "orders", { instances: 1 }, { parent: cluster });
    const { databases } = factsOf(restorable, [cluster, below]);
    assert.deepEqual(
      databases.map(({ urn, origin, availability }) => [urn, origin, availability.instances]),
      [[below.urn, "restorable", known(1)]],
    );
  });
});

describe("our LogicalBackup", () => {
  it("is a backup, as its descriptor says", () => {
    const [found] = factsOf(restorable, [cluster, backup, storage()]).backups;
    assert.deepEqual(found, {
      urn: backup.urn,
      name: "orders-backup",
      what: "a LogicalBackup",
      origin: "restorable",
      id: "app/orders/orders",
      server: { namespace: known("app"), name: known("orders") },
      database: known("orders"),
      databaseUrns: [cluster.urn],
      method: "logical",
      certain: true,
      schedules: [{ expression: known("0 2 * * *"), fields: 5, timeZone: known("UTC") }],
      continuous: known(false),
      deadlineSeconds: known(HOUR),
      retention: { count: ABSENT, seconds: known(30 * 24 * HOUR), elsewhere: false },
      stores: [
        { kind: "s3", location: known("outside"), bucket: known("orders-backups"), bucketUrns: [], encrypted: ABSENT },
      ],
      images: [{ path: "restorePath.agentImage", image: known(AGENT_IMAGE) }],
      plainText: [],
    });
  });

  it("is unknown in every part when its descriptor is, and is a backup all the same", () => {
    for (const descriptor of [undefined, UNKNOWN_STRING, { ...aBackup("production"), schedule: UNKNOWN_STRING }]) {
      const [found] = factsOf(restorable, [cluster, component("backup", "b", descriptor), storage()]).backups;
      assert.equal(found?.id, "b");
      const readings = [
        found?.server?.namespace,
        found?.database,
        found?.schedules[0]?.expression,
        found?.deadlineSeconds,
        found?.retention.seconds,
        found?.stores[0]?.location,
      ];
      assert.deepEqual(
        readings.map((reading) => reading?.state),
        Array(6).fill("unknown"),
      );
      assert.deepEqual(found?.databaseUrns, []);
    }
  });

  it("is of the cluster of its target, and of no other", () => {
    const other = component("cluster", "billing", aCluster("production", { cluster: "billing" }));
    assert.deepEqual(factsOf(restorable, [other, backup]).backups[0]?.databaseUrns, []);
  });

  it("goes to the storage whose Secret it uses, in its own namespace; without one, nobody knows where", () => {
    const location = (...storages: ReturnType<typeof storage>[]) =>
      factsOf(restorable, [backup, ...storages]).backups[0]?.stores[0]?.location;
    assert.deepEqual(location(storage({ endpoint: "http://minio.app.svc:9000" })), known("inside"));
    for (const none of [
      [],
      [storage({ writers: ["secret app/another"] })],
      [storage({ writers: ["secret another/orders-storage-writer"] })],
      [component("storage", "s", UNKNOWN_STRING)],
    ])
      assert.equal(location(...none)?.state, "unknown");
  });

  it("lies in the stack's own bucket when the stack declares it", () => {
    const { backups } = factsOf(restorable, [backup, storage({ bucket: "backups" })], { buckets: [aBucket()] });
    assert.deepEqual(backups[0]?.stores[0]?.bucketUrns, [BUCKET_URN]);
  });
});
