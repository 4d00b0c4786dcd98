import assert from "node:assert/strict";
import { configureGate } from "../../../../policies/analysis";
import { ABSENT, known, unknown } from "../../../../policies/known";
import { imagesPinnedByDigest, rule } from "../../../../policies/rules/images-pinned-by-digest";
import { UNCONFIGURED } from "../../../../policies/settings";
import { aCluster, aDrill, aRestorePath } from "../../../policy/support/evidence";
import {
  aBackup,
  aDatabase,
  BACKUP_URN,
  DATABASE_URN,
  findings,
  gateIn,
  PINNED_IMAGE,
  PRODUCTION,
  safeFacts,
} from "../facts";
import { component, resource, UNKNOWN_STRING, violations } from "../stack";

const IMAGE = "registry.example.com/postgresql:17.6";
const use = (image: string, path = "spec.imageName") => [{ path, image: known(image) }];
const drill = (images: { server: string; agent: string }) => ({
  urn: "urn:drill",
  name: "orders-drill",
  descriptor: aDrill("production", { restorePath: aRestorePath({ images }) }),
});
const cluster = (image: string) => ({
  urn: "urn:cluster",
  name: "orders",
  descriptor: aCluster("production", { image }),
});

describe("images-pinned-by-digest", () => {
  it("is silent where every image is pinned, and where none is named", () => {
    assert.deepEqual(findings(rule, safeFacts()), []);
    assert.deepEqual(
      findings(rule, { databases: [aDatabase({ images: [{ path: "spec.image", image: ABSENT }] })] }),
      [],
    );
    const facts = { drills: [drill({ server: PINNED_IMAGE, agent: PINNED_IMAGE })], clusters: [cluster(PINNED_IMAGE)] };
    assert.deepEqual(findings(rule, facts), []);
  });

  it("finds an image with a tag alone", () => {
    assert.deepEqual(findings(rule, { databases: [aDatabase({ images: use(IMAGE) })] }), [
      {
        urn: DATABASE_URN,
        verdict: "registry.example.com/postgresql:17.6 is not pinned by its digest.",
        reasons: [
          "it is used by app/orders (spec.imageName)",
          "what a tag means can change after the drill that proved it, and from one node to the next",
        ],
        remedies: ["append the digest that was tested: registry.example.com/postgresql:17.6@sha256:…"],
      },
    ]);
  });

  it("speaks once of an image, and of every place where it is used", () => {
    const facts = {
      databases: [aDatabase({ images: use(IMAGE) })],
      backups: [aBackup({ images: use(IMAGE, "containers[0].image") })],
      clusters: [cluster(IMAGE)],
      drills: [drill({ server: IMAGE, agent: "registry.example.com/agent:1" })],
    };
    const [server, agent, ...more] = findings(rule, facts);
    assert.deepEqual(more, []);
    assert.equal(
      server?.reasons[0],
      "it is used by app/orders (spec.imageName), app/orders (ScheduledBackup nightly) (containers[0].image), app/orders (image), the drill of app/orders/orders (restorePath.images.server)",
    );
    assert.equal(agent?.urn, "urn:drill");
    assert.equal(agent?.verdict, "registry.example.com/agent:1 is not pinned by its digest.");
  });

  it("does not take what only looks like a digest for one", () => {
    const found = (image: string) => findings(rule, { backups: [aBackup({ images: use(image) })] });
    for (const image of ["postgres", "postgres:17@sha256:abc", `postgres:sha256-${"a".repeat(64)}`])
      assert.equal(found(image).length, 1, image);
    assert.deepEqual(found("postgres:17@sha256:abc")[0]?.remedies, [
      "append the digest that was tested: postgres:17@sha256:…",
    ]);
    assert.deepEqual(found(`postgres@sha256:${"0".repeat(64)}`), []);
  });

  it("finds an image that is unknown at preview", () => {
    const images = [{ path: "containers[0].image", image: unknown("spec.template.spec.containers.0.image") }];
    assert.deepEqual(findings(rule, { backups: [aBackup({ images })] }), [
      {
        urn: BACKUP_URN,
        verdict: "app/orders (ScheduledBackup nightly) runs an image that is unknown at preview.",
        reasons: ["containers[0].image is unknown at preview, so nobody can tell whether it is pinned by its digest"],
        remedies: ["give the image as a plain value, with its digest"],
      },
    ]);
  });

  it("finds a component of ours that says nothing of its images", () => {
    const silent = { urn: "urn:drill", name: "orders-drill", problem: "descriptor is unknown at preview" };
    for (const facts of [{ drills: [silent] }, { clusters: [silent] }]) {
      const [finding] = findings(rule, facts);
      assert.equal(finding?.verdict, "orders-drill: nobody can tell which images this runs.");
      assert.deepEqual(finding?.reasons, ["descriptor is unknown at preview"]);
    }
  });

  it("looks at production only, and where nobody said what this is", () => {
    const facts = { databases: [aDatabase({ images: use(IMAGE) })] };
    for (const [gate, count] of [
      [gateIn("develop"), 0],
      [gateIn("staging"), 0],
      [UNCONFIGURED, 1],
    ] as const)
      assert.equal(findings(rule, facts, { gate }).length, count);
  });
});

describe("images-pinned-by-digest on resources", () => {
  before(() => configureGate(PRODUCTION));
  after(() => configureGate(UNCONFIGURED));

  const cronJob = (image: unknown) =>
    resource("kubernetes:batch/v1:CronJob", "dump", {
      metadata: { name: "dump", namespace: "app" },
      spec: { jobTemplate: { spec: { template: { spec: { containers: [{ image, command: ["pg_dump"] }] } } } } },
    });
  const verdicts = (...resources: Parameters<typeof violations>[1]) =>
    violations(imagesPinnedByDigest, resources).map(({ message }) => message.split("\n")[0]);

  it("reads a CronJob's images: known and unknown", () => {
    assert.deepEqual(verdicts(cronJob(PINNED_IMAGE)), []);
    assert.deepEqual(verdicts(cronJob("postgres:17")), ["postgres:17 is not pinned by its digest."]);
    assert.match(verdicts(cronJob(UNKNOWN_STRING)).join(), /dump.* runs an image that is unknown at preview\.$/);
  });

  it("reads the descriptors of our own drills", () => {
    assert.deepEqual(
      verdicts(component("drill", "orders-drill", drill({ server: PINNED_IMAGE, agent: "agent:1" }).descriptor)),
      ["agent:1 is not pinned by its digest."],
    );
    assert.deepEqual(verdicts(component("drill", "orders-drill", UNKNOWN_STRING)), [
      "orders-drill: nobody can tell which images this runs.",
    ]);
  });
});
