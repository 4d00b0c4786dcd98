import assert from "node:assert/strict";
import type { PolicyResource } from "@pulumi/policy";
import type { TYPE_TOKENS } from "../../../../model/descriptor";
import { known, unknown } from "../../../../policies/known";
import {
  kubernetesKind,
  kubernetesName,
  kubernetesNamespace,
  StackView,
  sameServer,
  serverText,
} from "../../../../policies/stack/view";
import { aDatabase } from "../facts";
import { component, resource, UNKNOWN_STRING } from "../stack";

const named = (metadata: object, name = "c") =>
  resource("kubernetes:postgresql.cnpg.io/v1:Cluster", name, { metadata });
/** `one` made from `others`, as the engine says of one of its properties. */
const madeFrom = (one: PolicyResource, property: string, ...others: PolicyResource[]) => {
  one.propertyDependencies[property] = others;
  return one;
};

describe("a Kubernetes resource's kind", () => {
  const kinds: [string, { group: string; kind: string } | undefined][] = [
    ["kubernetes:postgresql.cnpg.io/v1:Cluster", { group: "postgresql.cnpg.io", kind: "Cluster" }],
    ["kubernetes:batch/v1:CronJob", { group: "batch", kind: "CronJob" }],
    ["kubernetes:batch/v1:CronJobPatch", { group: "batch", kind: "CronJob" }],
    ["kubernetes:yaml:ConfigGroup", { group: "yaml", kind: "ConfigGroup" }],
    ["aws:s3/bucket:Bucket", undefined],
    ["pulumi:pulumi:Stack", undefined],
    ["pulumi:providers:kubernetes", undefined],
  ];
  for (const [type, kind] of kinds)
    it(`of ${type} is ${kind ? `${kind.group}/${kind.kind}` : "none"}`, () =>
      assert.deepEqual(kubernetesKind(type), kind));
});

describe("a Kubernetes resource's name and namespace", () => {
  it("are those of its metadata; without a namespace, its provider's, or default", () => {
    assert.deepEqual(kubernetesName(named({ name: "orders" })), known("orders"));
    assert.deepEqual(kubernetesNamespace(named({ name: "orders", namespace: "app" })), known("app"));
    assert.deepEqual(kubernetesNamespace(named({ name: "orders" })), known("default"));
    const provider = (props: object) => ({
      ...named({}),
      provider: { ...resource("pulumi:providers:kubernetes", "p", { ...props }) },
    });
    assert.deepEqual(kubernetesNamespace(provider({ namespace: "team" })), known("team"));
    assert.equal(kubernetesNamespace(provider({ namespace: UNKNOWN_STRING })).state, "unknown");
    assert.deepEqual(kubernetesNamespace(provider({})), known("default"));
  });

  it("are unknown, and never default, when they are unknown at preview", () => {
    assert.equal(kubernetesNamespace(named({ namespace: UNKNOWN_STRING })).state, "unknown");
    assert.equal(
      kubernetesNamespace(resource("kubernetes:batch/v1:CronJob", "c", { metadata: UNKNOWN_STRING })).state,
      "unknown",
    );
    assert.deepEqual(kubernetesName(named({})), { state: "absent" });
  });
});

describe("a server's identity", () => {
  const id = (namespace: string, name?: string) => ({
    namespace: known(namespace),
    name: name === undefined ? unknown("n") : known(name),
  });

  it("is the same only when both parts are known and equal", () => {
    assert.equal(sameServer(id("app", "orders"), id("app", "orders")), true);
    for (const other of [id("app", "orders-2"), id("app2", "orders"), id("app")])
      assert.equal(sameServer(id("app", "orders"), other), false);
    assert.equal(sameServer(id("app"), id("app")), false);
  });

  it("has a question mark for people where it is not known", () => {
    assert.deepEqual([serverText(id("app", "orders")), serverText(id("app"))], ["app/orders", "app/?"]);
  });
});

describe("a view of a stack", () => {
  it("finds resources by type, by kind of whatever version, by name, and by parent", () => {
    const parent = component("cluster", "p");
    const child = { ...named({ name: "orders", namespace: "app" }, "child"), parent };
    const patch = resource("kubernetes:postgresql.cnpg.io/v1beta9:ClusterPatch", "patch", {
      metadata: { name: "other" },
    });
    const view = new StackView([parent, child, patch]);
    assert.deepEqual(view.ofType("kubernetes:postgresql.cnpg.io/v1:Cluster"), [child]);
    assert.deepEqual(view.ofKind("postgresql.cnpg.io", "Cluster"), [child, patch]);
    assert.equal(
      view.named("postgresql.cnpg.io", "Cluster", { namespace: known("app"), name: known("orders") }),
      child,
    );
    assert.equal(
      view.named("postgresql.cnpg.io", "Cluster", { namespace: known("app"), name: unknown("n") }),
      undefined,
    );
    assert.deepEqual(view.childrenOf(parent.urn), [child]);
    assert.deepEqual([view.ofType("x"), view.ofKind("x", "y"), view.childrenOf("x")], [[], [], []]);
  });

  it("finds the database of an identity, and none of an unknown one", () => {
    const view = new StackView([]);
    view.databases = [aDatabase()];
    assert.equal(view.database(aDatabase().id), view.databases[0]);
    assert.equal(view.database({ namespace: known("app"), name: unknown("n") }), undefined);
  });
});

describe("what a resource refers to", () => {
  const bucket = resource("aws:s3/bucket:Bucket", "b", { bucket: "backups" });
  const other = resource("aws:s3/bucket:Bucket", "o", { bucket: "others" });
  const versioning = (name: unknown) =>
    resource("aws:s3/bucketVersioning:BucketVersioning", "v", {
      bucket: name,
      ids: ["a", "backups"],
      nested: { bucket: name },
    });
  const view = new StackView([bucket, other, versioning("backups")]);

  it("is told by the value, when it is known on both sides", () => {
    assert.equal(view.refersTo(versioning("backups"), "bucket", bucket, known("backups")), true);
    assert.equal(view.refersTo(versioning("others"), "bucket", bucket, known("backups")), false);
    assert.equal(view.refersTo(versioning("x"), "ids", bucket, known("backups")), true);
    assert.equal(view.refersTo(versioning("backups"), "nested.bucket", bucket, known("backups")), true);
    // The value decides, whatever else it was made from.
    assert.equal(
      view.refersTo(madeFrom(versioning("others"), "bucket", bucket), "bucket", bucket, known("backups")),
      false,
    );
  });

  it("is told by what it was made from, when the value is unknown, absent or never given", () => {
    for (const name of [UNKNOWN_STRING, undefined]) {
      assert.equal(
        view.refersTo(madeFrom(versioning(name), "bucket", bucket), "bucket", bucket, known("backups")),
        true,
      );
      assert.equal(
        view.refersTo(madeFrom(versioning(name), "bucket", other), "bucket", bucket, known("backups")),
        false,
      );
      assert.equal(view.refersTo(versioning(name), "bucket", bucket, known("backups")), false);
    }
    assert.equal(view.refersTo(madeFrom(versioning(UNKNOWN_STRING), "nested", bucket), "nested.bucket", bucket), true);
  });

  it("is asked of all resources of some types at once", () => {
    const types = ["aws:s3/bucketVersioning:BucketVersioning", "aws:s3/bucketVersioningV2:BucketVersioningV2"];
    assert.deepEqual(
      view.referring(types, "bucket", bucket, known("backups")).map(({ name }) => name),
      ["v"],
    );
    assert.deepEqual(view.referring(types, "bucket", other, known("others")), []);
  });
});

describe("whose a resource is", () => {
  const origin = (type: string, name: string, parent?: PolicyResource) =>
    new StackView([]).origin(resource(`kubernetes:${type}`, name, {}, parent));

  const made: [keyof typeof TYPE_TOKENS, string, string][] = [
    ["cluster", "postgresql.cnpg.io/v1:Cluster", "c"],
    ["backup", "batch/v1:CronJob", "c-schedule"],
    ["backup", "batch/v1:Job", "c-on-deployment"],
    ["copy", "batch/v1:CronJob", "c-schedule"],
    ["retention", "batch/v1:CronJob", "c-schedule"],
    ["drill", "batch/v1:CronJob", "c-schedule"],
    ["drill", "apps/v1:Deployment", "c-starter"],
  ];
  for (const [kind, type, name] of made)
    it(`is ours when ${kind} makes one of its type and name: ${type}`, () => {
      const ours = component(kind, "c");
      assert.equal(origin(type, name, ours), "restorable");
      // Below it is not enough, nor is its name.
      assert.equal(origin(type, `${name}-2`, ours), "foreign");
      assert.equal(origin(type, name, resource("kubernetes:yaml/v2:ConfigGroup", "c", {}, ours)), "foreign");
      assert.equal(origin(type, name, resource("other:index:Thing", "c", {})), "foreign");
      assert.equal(origin(type, name), "foreign");
    });

  const theirs: [keyof typeof TYPE_TOKENS, string][] = [
    ["cluster", "postgresql.cnpg.io/v1:ScheduledBackup"],
    ["cluster", "apps/v1:StatefulSet"],
    ["access", "batch/v1:CronJob"],
    ["backup", "postgresql.cnpg.io/v1:Cluster"],
    ["restorable", "batch/v1:CronJob"],
    ["drillNamespace", "batch/v1:CronJob"],
  ];
  for (const [kind, type] of theirs)
    it(`is its declarer's below ${kind}, which makes no ${type}`, () => {
      for (const name of ["c", "c-schedule", "c-on-deployment"])
        assert.equal(origin(type, name, component(kind, "c")), "foreign");
    });
});
