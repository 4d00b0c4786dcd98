import assert from "node:assert/strict";
import type { PolicyResource } from "@pulumi/policy";
import { ABSENT, known, unknown } from "../../../../../policies/known";
import { zalando } from "../../../../../policies/recognizers/zalando/zalando";
import { UNKNOWN_STRING } from "../../stack";
import { type custom, factsOf, only } from "../support/operators";
import { cluster, databaseOf, operator } from "./support";

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
