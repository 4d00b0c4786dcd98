import assert from "node:assert/strict";
import { known, unknown } from "../../../../../policies/known";
import { UNKNOWN_STRING } from "../../stack";
import { aws, DAY, factsOf, from, only, unknownGiven } from "./support";

const ABSENT = { state: "absent" };
const POSTGRES = { identifier: "orders", engine: "postgres", backupRetentionPeriod: 14 };
const AURORA = { clusterIdentifier: "orders", engine: "aurora-postgresql", backupRetentionPeriod: 14 };

const instance = (props: object = {}) => aws("rds/Instance", "orders", { ...POSTGRES, ...props });
const cluster = (props: object = {}) => aws("rds/Cluster", "orders", { ...AURORA, ...props });
const member = (name: string, props: object = {}) =>
  aws("rds/ClusterInstance", name, { clusterIdentifier: "orders", engine: "aurora-postgresql", ...props });

const databaseOf = (...resources: Parameters<typeof factsOf>) => only(factsOf(...resources).databases);
const backupOf = (...resources: Parameters<typeof factsOf>) => only(factsOf(...resources).backups);

describe("RDS instances", () => {
  it("are databases with everything that they declare", () => {
    const resource = instance({ multiAz: true, deletionProtection: true, skipFinalSnapshot: false });
    assert.deepEqual(databaseOf(resource), {
      urn: resource.urn,
      name: "orders",
      what: "an RDS instance",
      origin: "foreign",
      id: { namespace: known("aws"), name: known("orders") },
      product: "AWS RDS",
      availability: { instances: known(2), spread: known(true), synchronous: known(true) },
      deletionProtection: known(true),
      finalSnapshot: known(true),
      protect: false,
      dropsWal: known(false),
      images: [],
      plainText: [],
    });
  });

  it("have the provider's defaults for what is left out", () => {
    const { availability, deletionProtection, finalSnapshot } = databaseOf(instance());
    assert.deepEqual(availability, { instances: known(1), spread: known(false), synchronous: known(false) });
    assert.deepEqual([deletionProtection, finalSnapshot], [known(false), known(true)]);
  });

  it("have the same defaults when AWS will fill in, at preview, what is left out", () => {
    const left = { multiAz: UNKNOWN_STRING, backupRetentionPeriod: UNKNOWN_STRING, snapshotIdentifier: UNKNOWN_STRING };
    const { databases, backups } = factsOf(instance(left));
    assert.deepEqual(only(databases).availability.instances, known(1));
    assert.deepEqual(backups, []);
  });

  it("are unknown where the program gave what is unknown", () => {
    const props = { ...POSTGRES, deletionProtection: UNKNOWN_STRING, skipFinalSnapshot: UNKNOWN_STRING };
    const { availability, ...rest } = databaseOf(unknownGiven("rds/Instance", "orders", props, "multiAz"));
    for (const reading of Object.values(availability)) assert.deepEqual(reading, unknown("multiAz"));
    assert.deepEqual(rest.deletionProtection, unknown("deletionProtection"));
    assert.deepEqual(rest.finalSnapshot, unknown("skipFinalSnapshot"));
  });

  it("lose their final snapshot when it is skipped", () => {
    assert.deepEqual(databaseOf(instance({ skipFinalSnapshot: true })).finalSnapshot, known(false));
  });

  it("count as PostgreSQL when the engine is unknown or left to a snapshot, and not as MySQL", () => {
    assert.equal(factsOf(instance({ engine: UNKNOWN_STRING })).databases.length, 1);
    assert.equal(factsOf(instance({ engine: undefined, snapshotIdentifier: "before" })).databases.length, 1);
    for (const engine of ["mysql", "mariadb", "sqlserver-ex"]) {
      const facts = factsOf(instance({ engine }));
      assert.deepEqual([facts.databases, facts.backups], [[], []], engine);
    }
  });

  it("are no databases of their own when they are replicas", () => {
    const replica = instance({ identifier: "copy", replicateSourceDb: UNKNOWN_STRING });
    const facts = factsOf(from(replica, "replicateSourceDb", instance()));
    assert.deepEqual([facts.databases, facts.backups], [[], []]);
    assert.equal(factsOf(instance({ replicateSourceDb: "" })).databases.length, 1);
  });

  it("have no finding for a password: a secret looks like a literal here", () => {
    assert.deepEqual(databaseOf(instance({ password: "hunter2" })).plainText, []);
  });

  it("have an unknown name when AWS gives it", () => {
    const { databases, backups } = factsOf(instance({ identifier: UNKNOWN_STRING }));
    assert.deepEqual(only(databases).id.name, unknown("identifier"));
    assert.equal(only(backups).id, "aws/? (automated backups of orders)");
  });
});

describe("automated backups of RDS", () => {
  it("are a backup with point-in-time recovery, daily, kept as declared", () => {
    const resource = instance({ storageEncrypted: true });
    assert.deepEqual(backupOf(resource), {
      urn: resource.urn,
      name: "orders",
      what: "the automated backups of an RDS instance",
      origin: "foreign",
      id: "aws/orders (automated backups)",
      server: { namespace: known("aws"), name: known("orders") },
      database: known("*"),
      databaseUrns: [resource.urn],
      method: "managed",
      certain: true,
      schedules: [{ expression: known("rate(1 day)"), fields: "aws", timeZone: known("UTC") }],
      continuous: known(true),
      deadlineSeconds: ABSENT,
      retention: { count: ABSENT, seconds: known(14 * DAY), elsewhere: false },
      stores: [{ kind: "rds", location: known("outside"), bucket: ABSENT, bucketUrns: [], encrypted: known(true) }],
      images: [],
      plainText: [],
    });
  });

  it("are none for zero days, and none for an instance that says nothing", () => {
    assert.deepEqual(factsOf(instance({ backupRetentionPeriod: 0 })).backups, []);
    assert.deepEqual(factsOf(instance({ backupRetentionPeriod: undefined })).backups, []);
  });

  it("may be none when the period is unknown, or another database's", () => {
    const restored = instance({ backupRetentionPeriod: undefined, snapshotIdentifier: "before" });
    const given = unknownGiven("rds/Instance", "orders", POSTGRES, "backupRetentionPeriod");
    for (const resource of [restored, given]) {
      const { certain, retention } = backupOf(resource);
      assert.equal(certain, false);
      assert.deepEqual(retention.seconds, unknown("backupRetentionPeriod"));
    }
  });

  it("are encrypted as the storage is", () => {
    const encrypted = (resource: ReturnType<typeof instance>) => only(backupOf(resource).stores).encrypted;
    assert.deepEqual(encrypted(instance()), known(false));
    assert.deepEqual(encrypted(instance({ storageEncrypted: UNKNOWN_STRING })), known(false));
    assert.deepEqual(
      encrypted(unknownGiven("rds/Instance", "orders", POSTGRES, "storageEncrypted")),
      unknown("storageEncrypted"),
    );
    assert.deepEqual(encrypted(instance({ snapshotIdentifier: "before" })), unknown("storageEncrypted"));
    assert.deepEqual(encrypted(cluster({ engineMode: "serverless" })), known(true));
  });

  it("are outside, also when they go with the database, and inside on an Outpost", () => {
    const location = (props: object) => only(backupOf(instance(props)).stores).location;
    assert.deepEqual(location({ deleteAutomatedBackups: true }), known("outside"));
    assert.deepEqual(location({ backupTarget: UNKNOWN_STRING }), known("outside"));
    assert.deepEqual(location({ backupTarget: "outposts" }), known("inside"));
  });
});

describe("Aurora clusters", () => {
  it("have the instances that refer to them, over several zones, and storage that is always in three", () => {
    const { availability, product, what } = databaseOf(cluster(), member("one"), member("two"));
    assert.deepEqual(availability, { instances: known(2), spread: known(true), synchronous: known(true) });
    assert.deepEqual([product, what], ["AWS Aurora", "an Aurora cluster"]);
  });

  it("find their instances by dependency while the identifier is unknown, and no others'", () => {
    const orders = cluster({ clusterIdentifier: UNKNOWN_STRING });
    const other = aws("rds/Cluster", "other", { engine: "aurora-postgresql", clusterIdentifier: "other" });
    const own = from(member("one", { clusterIdentifier: UNKNOWN_STRING }), "clusterIdentifier", orders);
    const others = from(member("two", { clusterIdentifier: UNKNOWN_STRING }), "clusterIdentifier", other);
    const [first] = factsOf(orders, other, own, others, member("three", { clusterIdentifier: "third" })).databases;
    assert.deepEqual(first?.availability.instances, known(1));
  });

  it("are not spread with one instance, or with all in one zone", () => {
    const zone = (availabilityZone: string) => ({ availabilityZone });
    const spread = (...members: Parameters<typeof factsOf>) => databaseOf(cluster(), ...members).availability.spread;
    assert.deepEqual(spread(member("one")), known(false));
    assert.deepEqual(spread(member("one", zone("a")), member("two", zone("a"))), known(false));
    assert.deepEqual(spread(member("one", zone("a")), member("two", zone("b"))), known(true));
    assert.deepEqual(spread(member("one", zone("a")), member("two", zone(UNKNOWN_STRING))), known(true));
    const props = { clusterIdentifier: "orders" };
    const given = unknownGiven("rds/ClusterInstance", "two", props, "availabilityZone");
    assert.deepEqual(spread(member("one", zone("a")), given), unknown("availabilityZone"));
  });

  it("always have automated backups, for one day unless they say more", () => {
    const days = (props: object) => backupOf(cluster(props)).retention.seconds;
    assert.deepEqual(days({}), known(14 * DAY));
    assert.deepEqual(days({ backupRetentionPeriod: undefined }), known(DAY));
    assert.deepEqual(days({ backupRetentionPeriod: UNKNOWN_STRING }), known(DAY));
    const given = backupOf(unknownGiven("rds/Cluster", "orders", AURORA, "backupRetentionPeriod"));
    assert.deepEqual([given.certain, given.retention.seconds], [true, unknown("backupRetentionPeriod")]);
  });

  it("are no databases of their own as secondaries of a global database or as replicas", () => {
    const databases = (props: object) =>
      factsOf(cluster({ masterUsername: UNKNOWN_STRING, ...props })).databases.length;
    assert.equal(databases({ globalClusterIdentifier: "world" }), 0);
    assert.equal(databases({ globalClusterIdentifier: UNKNOWN_STRING }), 0);
    assert.equal(databases({ replicationSourceIdentifier: UNKNOWN_STRING }), 0);
    assert.equal(databases({ globalClusterIdentifier: "world", manageMasterUserPassword: true }), 1);
    assert.equal(databases({ globalClusterIdentifier: "world", snapshotIdentifier: "before" }), 1);
  });
});

describe("RDS Multi-AZ clusters", () => {
  it("are three instances in three zones, one of which waits for a commit", () => {
    const { availability, product, what } = databaseOf(cluster({ engine: "postgres" }));
    assert.deepEqual(availability, { instances: known(3), spread: known(true), synchronous: known(true) });
    assert.deepEqual([product, what], ["AWS RDS", "an RDS Multi-AZ cluster"]);
  });
});
