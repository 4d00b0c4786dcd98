import assert from "node:assert/strict";
import type { PolicyResource } from "@pulumi/policy";
import { ABSENT, known, unknown } from "../../../../../policies/known";
import { cloudNativePg } from "../../../../../policies/recognizers/cloudnative-pg/cloudnative-pg";
import { component, UNKNOWN_STRING } from "../../stack";
import { custom, factsOf, only } from "../support/operators";
import { cluster, databaseOf, IN_TREE, PLUGIN, SPREAD } from "./support";

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
