import assert from "node:assert/strict";
import type { PolicyResource } from "@pulumi/policy";
import { known, unknown } from "../../../../../policies/known";
import { kubeStash } from "../../../../../policies/recognizers/kubestash/kubestash";
import { UNKNOWN_STRING } from "../../stack";
import { custom, DAY, only } from "../support/operators";
import { ABSENT, cluster, factsOf } from "../support/tools";

const postgres = (spec: object = {}, name = "orders", namespace = "app") =>
  custom("kubedb.com/v1:Postgres", name, { version: "17.4", replicas: 3, ...spec }, { metadata: { namespace } });
const storage = (spec: object = { s3: { bucket: "stash" } }) =>
  custom("storage.kubestash.com/v1alpha1:BackupStorage", "s3", { storage: spec }, { metadata: { namespace: "stash" } });
const policy = (spec: object = { successfulSnapshots: { last: 5, daily: 14 } }, name = "keep") =>
  custom("storage.kubestash.com/v1alpha1:RetentionPolicy", name, spec, { metadata: { namespace: "stash" } });

const REPOSITORY = { name: "repo", backend: "far", encryptionSecret: { name: "key" } };
const VERIFIED = { ...REPOSITORY, backupVerifier: { name: "verifier" } };
const session = (more: object = {}) => ({
  name: "nightly",
  scheduler: { schedule: "0 2 * * *" },
  addon: { name: "postgres-addon", tasks: [{ name: "logical-backup" }] },
  repositories: [REPOSITORY],
  ...more,
});
const BACKEND = {
  name: "far",
  storageRef: { name: "s3", namespace: "stash" },
  retentionPolicy: { name: "keep", namespace: "stash" },
};
const TARGET = { apiGroup: "kubedb.com", kind: "Postgres", name: "orders", namespace: "app" };
const configuration = (spec: object = {}) =>
  custom("core.kubestash.com/v1alpha1:BackupConfiguration", "backup", {
    target: TARGET,
    backends: [BACKEND],
    sessions: [session()],
    ...spec,
  });
const withSession = (more: object) => configuration({ sessions: [session(more)] });

const SURROUNDINGS = [storage(), policy()];
const factsIn = (...resources: PolicyResource[]) => factsOf(kubeStash, [...SURROUNDINGS, ...resources]);
const backupOf = (...resources: PolicyResource[]) => only(factsIn(...resources).backups);

describe("a KubeDB Postgres", () => {
  const databaseOf = (spec: object = {}) => only(factsIn(postgres(spec)).databases);

  it("is a database with everything that it declares", () => {
    const made = postgres({ streamingMode: "Synchronous", deletionPolicy: "DoNotTerminate" });
    assert.deepEqual(only(factsIn(made).databases), {
      urn: made.urn,
      name: "orders",
      what: "a KubeDB Postgres",
      origin: "foreign",
      id: { namespace: known("app"), name: known("orders") },
      product: "KubeDB",
      availability: { instances: known(3), spread: known(false), synchronous: known(true) },
      deletionProtection: known(true),
      finalSnapshot: ABSENT,
      protect: false,
      dropsWal: known(false),
      images: [],
      plainText: [],
    });
  });

  it("has KubeDB's defaults, and unknown values", () => {
    const { availability, deletionProtection } = databaseOf({ replicas: undefined });
    assert.deepEqual([availability.instances, availability.synchronous], [known(1), known(false)]);
    assert.deepEqual(deletionProtection, known(false));
    const unread = databaseOf({ replicas: UNKNOWN_STRING, streamingMode: UNKNOWN_STRING });
    assert.deepEqual(unread.availability.instances, unknown("spec.replicas"));
    assert.deepEqual(unread.availability.synchronous, unknown("spec.streamingMode"));
  });

  it("is none that exists for backups to be restored into", () => {
    const target = { name: "orders", namespace: "verify" };
    const verifier = custom("core.kubestash.com/v1alpha1:BackupVerifier", "verifier", { restoreOption: { target } });
    const found = factsIn(postgres(), postgres({}, "orders", "verify"), verifier, configuration()).databases;
    assert.deepEqual(only(found).id.namespace, known("app"));
  });
});

describe("a KubeStash BackupConfiguration", () => {
  it("is a backup of its target", () => {
    const [made, config] = [postgres(), configuration()];
    assert.deepEqual(backupOf(made, config), {
      urn: config.urn,
      name: "backup",
      what: "a KubeStash BackupConfiguration",
      origin: "foreign",
      id: "app/orders (KubeStash BackupConfiguration backup, session nightly)",
      server: { namespace: known("app"), name: known("orders") },
      database: ABSENT,
      databaseUrns: [made.urn],
      method: "logical",
      certain: true,
      schedules: [{ expression: known("0 2 * * *"), fields: "any", timeZone: ABSENT }],
      continuous: known(false),
      deadlineSeconds: ABSENT,
      retention: { count: known(14), seconds: known(14 * DAY), elsewhere: false },
      stores: [
        { kind: "s3", location: known("outside"), bucket: known("stash"), bucketUrns: [], encrypted: known(true) },
      ],
      images: [],
      plainText: [],
    });
  });

  it("is one for each session", () => {
    const config = configuration({ sessions: [session(), session({ name: "weekly", backupTimeout: "2h" })] });
    assert.deepEqual(
      factsIn(postgres(), config).backups.map(({ deadlineSeconds }) => deadlineSeconds),
      [ABSENT, known(7200)],
    );
  });

  it("is of the method that its tasks have, and none with manifests alone", () => {
    const method = (...names: unknown[]) =>
      factsIn(postgres(), withSession({ addon: { tasks: names.map((name) => ({ name })) } })).backups[0]?.method;
    assert.equal(method("physical-backup"), "physical");
    assert.equal(method("manifest-backup", "volume-snapshot"), "snapshot");
    assert.equal(method(UNKNOWN_STRING), "unknown");
    assert.equal(method("manifest-backup", UNKNOWN_STRING), "unknown");
    assert.equal(method("manifest-backup"), undefined);
  });

  it("is none while it is paused or its session is suspended, and may be none while that is unknown", () => {
    const count = (config: PolicyResource) => factsIn(postgres(), config).backups.length;
    assert.equal(count(configuration({ paused: true })), 0);
    assert.equal(count(withSession({ scheduler: { schedule: "@daily", suspend: true } })), 0);
    assert.equal(backupOf(postgres(), configuration({ paused: UNKNOWN_STRING })).certain, false);
  });

  it("is none of other databases, and may be one while its target is unknown", () => {
    const mysql = { target: { ...TARGET, kind: "MySQL" }, sessions: [session({ addon: { name: "mysql-addon" } })] };
    assert.deepEqual(factsIn(configuration(mysql)).backups, []);
    const unread = { target: UNKNOWN_STRING, sessions: [session({ addon: { tasks: [{ name: "logical-backup" }] } })] };
    assert.equal(only(factsIn(configuration(unread)).backups).certain, false);
  });

  it("is one of what this stack does not declare, by the addon or by the target", () => {
    const binding = { apiGroup: "appcatalog.appscode.com", kind: "AppBinding", name: "ledger" };
    const external = backupOf(configuration({ target: binding }));
    assert.deepEqual([external.certain, external.server, external.databaseUrns], [true, undefined, []]);
    assert.deepEqual(backupOf(configuration()).server, { namespace: known("app"), name: known("orders") });
  });

  it("is one of the files of a database's claim", () => {
    const [made, claim] = [cluster(), { kind: "PersistentVolumeClaim", name: "orders-1" }];
    const found = backupOf(
      made,
      configuration({
        target: claim,
        sessions: [session({ addon: { name: "pvc-addon", tasks: [{ name: "logical-backup" }] } })],
      }),
    );
    assert.deepEqual([found.method, found.databaseUrns], ["volume", [made.urn]]);
    assert.deepEqual(factsIn(made, configuration({ target: { ...claim, name: "uploads" } })).backups, []);
  });

  it("is kept as its policy says, however much of it is known", () => {
    const kept = (spec: object) =>
      only(factsOf(kubeStash, [storage(), policy(spec), postgres(), configuration()]).backups).retention;
    const period = { maxRetentionPeriod: "1w", successfulSnapshots: { monthly: 3 } };
    assert.deepEqual(kept(period), { count: known(3), seconds: known(7 * DAY), elsewhere: false });
    assert.deepEqual(kept({ maxRetentionPeriod: "2mo" }).seconds, known(56 * DAY));
    assert.deepEqual(kept({ maxRetentionPeriod: UNKNOWN_STRING }).seconds, unknown("spec.maxRetentionPeriod"));
    assert.deepEqual(kept({}), { count: ABSENT, seconds: ABSENT, elsewhere: false });
  });

  it("is kept elsewhere by a policy that this stack does not declare, and by its default policy without one", () => {
    const backend = (retentionPolicy: unknown) => configuration({ backends: [{ ...BACKEND, retentionPolicy }] });
    assert.equal(backupOf(postgres(), backend({ name: "other" })).retention.elsewhere, true);
    assert.equal(backupOf(postgres(), backend(undefined)).retention.elsewhere, true);
    const own = custom("storage.kubestash.com/v1alpha1:RetentionPolicy", "d", {
      default: true,
      successfulSnapshots: { last: 9 },
    });
    assert.deepEqual(backupOf(postgres(), own, backend(undefined)).retention.count, known(9));
    assert.equal(backupOf(postgres(), backend({ name: UNKNOWN_STRING })).retention.count.state, "unknown");
  });

  it("is kept as long as in the repository that keeps it shortest", () => {
    const second = {
      name: "near",
      storageRef: BACKEND.storageRef,
      retentionPolicy: { name: "few", namespace: "stash" },
    };
    const both = configuration({
      backends: [BACKEND, second],
      sessions: [session({ repositories: [REPOSITORY, { ...REPOSITORY, backend: "near" }] })],
    });
    const found = backupOf(postgres(), policy({ successfulSnapshots: { last: 2 } }, "few"), both);
    assert.deepEqual([found.retention.count, found.retention.seconds, found.stores.length], [known(2), ABSENT, 2]);
  });

  it("lies in a storage of the stack, or where nobody here knows", () => {
    const place = (spec: object | undefined) => {
      const storages = spec ? [storage(spec)] : [];
      return only(only(factsOf(kubeStash, [...storages, policy(), postgres(), configuration()]).backups).stores)
        .location;
    };
    assert.deepEqual(place({ s3: { endpoint: "http://minio.minio.svc", bucket: "b" } }), known("inside"));
    assert.deepEqual(place({ local: { nfs: { server: "10.0.0.9" } } }), known("outside"));
    assert.deepEqual(place({ local: { persistentVolumeClaim: { claimName: "c" } } }), known("inside"));
    assert.deepEqual(place(undefined), unknown("the BackupStorage stash/s3, which this stack does not declare"));
    const unread = configuration({ backends: [{ ...BACKEND, storageRef: { name: UNKNOWN_STRING } }] });
    assert.equal(only(backupOf(postgres(), unread).stores).location.state, "unknown");
  });
});

describe("a KubeDB PostgresArchiver", () => {
  const archiver = (spec: object = {}) =>
    custom("archiver.kubedb.com/v1alpha1:PostgresArchiver", "archiver", {
      fullBackup: { driver: "Restic", scheduler: { schedule: "30 3 * * *" } },
      backupStorage: { ref: { name: "s3", namespace: "stash" } },
      retentionPolicy: { name: "keep", namespace: "stash" },
      ...spec,
    });
  const archived = postgres({ archiver: { ref: { name: "archiver", namespace: "app" } } });

  it("is a backup with WAL of the servers that name it", () => {
    const found = backupOf(archived, archiver());
    assert.deepEqual(
      [found.method, found.continuous, found.databaseUrns, only(found.stores).location],
      ["physical", known(true), [archived.urn], known("outside")],
    );
    assert.deepEqual(factsIn(postgres(), archiver()).backups, []);
    assert.deepEqual(factsIn(archived, archiver({ pause: true })).backups, []);
  });

  it("takes snapshots unless it says otherwise", () => {
    const snapshots = backupOf(archived, archiver({ fullBackup: { scheduler: { schedule: UNKNOWN_STRING } } }));
    assert.deepEqual([snapshots.method, only(snapshots.stores).kind], ["snapshot", "snapshot"]);
    assert.equal(only(snapshots.schedules).expression.state, "unknown");
  });
});

describe("a KubeStash BackupVerifier", () => {
  const verifier = (spec: object = {}, name = "verifier") =>
    custom("core.kubestash.com/v1alpha1:BackupVerifier", name, {
      type: "Query",
      query: { postgres: [{ table: "orders", rowCount: { operator: "GreaterThan", value: 0 } }] },
      function: "kubedbverifier",
      scheduler: { schedule: "0 6 * * *" },
      restoreOption: { target: { ...TARGET, namespace: "verify" } },
      ...spec,
    });
  const verified = withSession({ repositories: [VERIFIED] });
  const testsOf = (...resources: PolicyResource[]) => factsIn(postgres(), ...resources).restoreTests;
  const why = (spec: object, config = verified) => only(testsOf(config, verifier(spec))).doesNotCount;

  it("counts when it restores elsewhere, asks, and runs by itself", () => {
    const made = verifier();
    assert.deepEqual(only(testsOf(verified, made)), {
      urn: made.urn,
      name: "verifier",
      what: "a KubeStash BackupVerifier",
      origin: "foreign",
      covers: [verified.urn],
      copies: known("outside"),
      schedules: [{ expression: known("0 6 * * *"), fields: "any", timeZone: ABSENT }],
    });
    const script = { location: "/scripts/orders-are-there.sh" };
    assert.equal(why({ type: "Script", script, scheduler: undefined, schedule: "@daily" }), undefined);
  });

  it("does not count when it only restores, or nobody knows what it does", () => {
    const nothing = "it restores and checks nothing: its type is neither Query nor Script";
    assert.equal(why({ type: "RestoreOnly" }), nothing);
    assert.equal(why({ type: undefined }), nothing);
    assert.equal(why({ type: UNKNOWN_STRING }), "whether it checks what it restored is unknown at preview");
  });

  it("does not count when it asks for nothing, and when its script does nothing", () => {
    const nothing = "it restores and checks nothing";
    for (const query of [undefined, {}, { postgres: [] }, { mysql: [{ table: "orders" }] }])
      assert.equal(why({ query }), `${nothing}: it has no query of PostgreSQL`);
    assert.equal(why({ query: UNKNOWN_STRING }), "what it asks for is unknown at preview");
    const script = (location: unknown) => ({ type: "Script", script: { location } });
    assert.equal(why({ type: "Script", script: undefined }), `${nothing}: it names no script`);
    assert.equal(why(script(UNKNOWN_STRING)), "which script it runs is unknown at preview");
    assert.equal(why(script("exit 0")), `${nothing}: its script does nothing`);
    assert.equal(why(script("psql -c 'SELECT count(*) FROM orders'")), undefined);
  });

  it("reads its script where the stack declares it", () => {
    const mounted = {
      type: "Script",
      script: { location: "/scripts/check.sh" },
      volumes: [{ name: "s", configMap: { name: "checks" } }],
      volumeMounts: [{ name: "s", mountPath: "/scripts" }],
    };
    const of = (text: unknown) => {
      const map = custom("core/v1:ConfigMap", "checks", undefined, { data: { "check.sh": text } });
      return only(testsOf(verified, verifier(mounted), map)).doesNotCount;
    };
    assert.equal(
      of("#!/bin/sh\n# looks at everything: psql\nset -e\nLOG=1\necho fine; exit 0\n"),
      "it restores and checks nothing: its script does nothing",
    );
    assert.equal(of("#!/bin/sh\npsql -c 'SELECT 1 FROM orders'\n"), undefined);
    assert.equal(of(UNKNOWN_STRING), "what its script does is unknown at preview");
    assert.equal(why(mounted), undefined);
  });

  it("does not count when it restores over the server that was backed up, or nobody knows where to", () => {
    const target = (name: unknown) => ({ restoreOption: { target: name } });
    assert.equal(why(target(TARGET)), "it restores over app/orders, which is what the backup is of");
    assert.equal(why(target(undefined)), "it does not say where it restores to");
    assert.equal(why(target({ ...TARGET, namespace: UNKNOWN_STRING })), "where it restores to is unknown at preview");
  });

  it("does not count when it never runs", () => {
    assert.equal(why({ scheduler: undefined }), "it never runs: it has no schedule");
    assert.equal(why({ scheduler: { schedule: "@daily", suspend: true } }), "it is suspended");
    assert.equal(why({ scheduler: { schedule: UNKNOWN_STRING } }), "when it runs is unknown at preview");
  });

  it("runs after backups where verificationStrategies name it", () => {
    const strategy = { name: "v", repository: "repo", verifier: { name: "verifier" }, verifyEvery: 3 };
    const config = withSession({ verificationStrategies: [strategy] });
    assert.equal(why({ scheduler: undefined }, config), undefined);
  });

  it("does not count while another session of the same configuration has none that counts", () => {
    const weekly = (repository: object) =>
      configuration({
        sessions: [session({ repositories: [VERIFIED] }), session({ name: "weekly", repositories: [repository] })],
      });
    assert.equal(
      why({}, weekly(REPOSITORY)),
      "session weekly of the same BackupConfiguration has no verifier that counts",
    );
    assert.equal(why({}, weekly(VERIFIED)), undefined);
    const other = weekly({ ...REPOSITORY, backupVerifier: { name: "other" } });
    assert.deepEqual(
      testsOf(other, verifier(), verifier({}, "other")).map(({ doesNotCount }) => doesNotCount),
      [undefined, undefined],
    );
    assert.equal(
      testsOf(other, verifier(), verifier({ type: "RestoreOnly" }, "other"))[0]?.doesNotCount !== undefined,
      true,
    );
  });

  it("covers nothing that does not name it", () => {
    assert.deepEqual(testsOf(configuration(), verifier()), []);
    assert.deepEqual(testsOf(verified, verifier({}, "other")), []);
    const unread = withSession({ repositories: [{ ...REPOSITORY, backupVerifier: { name: UNKNOWN_STRING } }] });
    assert.deepEqual(testsOf(unread, verifier()), []);
  });
});

describe("a KubeStash RestoreSession", () => {
  const restore = (spec: object = {}) =>
    custom("core.kubestash.com/v1alpha1:RestoreSession", "back", {
      target: TARGET,
      dataSource: { repository: "repo", snapshot: "latest" },
      ...spec,
    });
  const testsOf = (spec: object = {}) => factsIn(postgres(), configuration(), restore(spec)).restoreTests;

  it("does not count, least of all over what was backed up", () => {
    const found = only(testsOf());
    assert.deepEqual(found.covers, [configuration().urn]);
    assert.equal(
      found.doesNotCount,
      "it checks nothing, and it restores over app/orders, which is what the backup is of",
    );
    assert.equal(only(testsOf({ target: { ...TARGET, name: "copy" } })).doesNotCount, "it checks nothing");
  });

  it("is nothing to us when it restores something else", () => {
    assert.deepEqual(testsOf({ dataSource: { repository: "other" } }), []);
    assert.deepEqual(testsOf({ dataSource: { repository: UNKNOWN_STRING } }), []);
  });
});
