import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fingerprint } from "../../../../model/restore-path";
import { configureGate } from "../../../../policies/analysis";
import { promotionOrder } from "../../../../policies/rules/promotion-order";
import { restoreGate } from "../../../../policies/rules/restore-gate";
import { UNCONFIGURED } from "../../../../policies/settings";
import {
  AGENT_IMAGE,
  aCluster,
  aRestorePath,
  HOUR,
  newKeys,
  SERVER_IMAGE,
  sealed,
  TARGET,
  trusting,
} from "../../../policy/support/evidence";
import { ApiServer } from "../../evidence/api-server";
import { drill, FAILED, GATE, inChain, keys, testimony, unproven, waived } from "../drills";
import { component, resource, resourceViolations, UNKNOWN_STRING, validate, violations } from "../stack";

const cluster = (metadata: object = { namespace: "app", name: "orders" }, imageName: unknown = SERVER_IMAGE) =>
  resource("kubernetes:postgresql.cnpg.io/v1:Cluster", "orders", { metadata, spec: { instances: 3, imageName } });

/** What stops the update of `of`, by a gate that was given `evidence`. */
const stopped = (evidence: string[], of = cluster(), changes: object = {}) =>
  resourceViolations(restoreGate, of, { ...GATE, evidence, ...changes });

const own = (changes: Parameters<typeof testimony>[1] = {}, age?: number) =>
  sealed(testimony("production", changes, age), keys);
const staging = (changes: Parameters<typeof testimony>[1] = {}, age?: number) =>
  sealed(testimony("staging", changes, age), keys);
describe("restore-gate, before an update", () => {
  it("stops a production database without evidence: verdict, reason, remedies, page", async () => {
    assert.deepEqual(await stopped([]), [
      [
        "app/orders: a CloudNativePG Cluster must not start, nobody has proven that it can be recovered.",
        "Reason: the gate was given no evidence",
        "Remedy: give restore-gate's `evidence` a passing drill of app/orders or of staging, or a waiver for it",
        "Remedy: or name app/orders in startsWithoutEvidence, if what tests its restores signs no evidence",
        "Page: docs/policies/restore-gate.md",
      ].join("\n"),
    ]);
  });

  const refused: [string, string[], RegExp][] = [
    ["stale", [own({}, 27 * HOUR)], /the drill of app\/orders\/orders in production: the drill ended 1d 3h ago/],
    ["failing", [own(FAILED)], /failed: role app is missing/],
    ["incomplete", [own({ checks: [] })], /nothing was checked of artifact/],
    ["of an empty database", [own({ contents: { tables: 3, rows: 0 } })], /restored an empty database/],
    [
      "over the objectives of its own drill",
      [own({ measured: { rpoSeconds: 1, rtoSeconds: 2 * HOUR } })],
      /recovery time \(RTO\) was 2h/,
    ],
    [
      "of another server",
      [own({ target: { ...TARGET, cluster: "billing" } })],
      /the drill of app\/billing\/orders in production is of another server/,
    ],
    [
      "of a server of this name in another namespace",
      [own({ target: { ...TARGET, namespace: "app2" } })],
      /is of another server/,
    ],
    ["of this server in another stack", [own({ stack: "production-eu" })], /is of another stack/],
    [
      "of another image than this server runs now",
      [own(imaged("registry.example.com/postgresql:16"))],
      /is of another image than this server runs now/,
    ],
    ["of staging, and stale", [staging({}, 27 * HOUR)], /in staging: the drill ended 1d 3h ago/],
    ["of staging, and failing", [staging(FAILED)], /in staging: the drill of .* failed/],
    [
      "of another server of staging, though of this image",
      [staging({ target: { ...TARGET, cluster: "billing" } })],
      /the drill of app\/billing\/orders in staging is of another server/,
    ],
    ["of staging, of another image", [staging(imaged("registry.example.com/postgresql:16"))], /is of another image/],
    [
      "of staging, of a single row",
      [staging({ contents: { tables: 1, rows: 1 } })],
      /in staging restored 1 rows; it takes 100 \(promotion\.minRows\)/,
    ],
    [
      "of an environment that is neither this one nor the one before",
      [sealed(testimony("develop"), keys)],
      /the gate's evidence is of other environments/,
    ],
    ["signed by a key that nobody trusts", [sealed(testimony("production"), newKeys())], /no trusted key signed it/],
    ["not JSON", ["certainly restored"], /evidence 1 of restore-gate's configuration: it is not JSON/],
    ["of two megabytes", [`"${"x".repeat(2 * 1024 * 1024)}"`], /evidence has at most 1048576/],
  ];
  for (const [what, evidence, reason] of refused)
    it(`stops it when the evidence is ${what}`, async () => {
      const [message = ""] = await stopped(evidence);
      assert.match(message, /^app\/orders: a CloudNativePG Cluster must not start/);
      assert.match(message, reason);
    });

  it("stops it when the evidence is over what the gate allows, whatever the drill was told", async () => {
    const lax = { rpoSeconds: 99 * HOUR, rtoSeconds: 99 * HOUR };
    const slow = own({ objectives: lax });
    assert.deepEqual(await stopped([slow]), []);
    assert.match((await stopped([slow], cluster(), { maxRto: "1m" }))[0] ?? "", /the objective is 1m/);
    assert.match((await stopped([slow], cluster(), { maxRpo: "1h" }))[0] ?? "", /the objective is 1h/);
  });

  it("lets it start with evidence of its own, of this image", async () => {
    assert.deepEqual(await stopped([own()]), []);
    assert.deepEqual(await stopped([own({ stack: "acme/shop/production" })]), []);
  });

  it("lets it start with evidence of the environment before, of this server by the name that it has there", async () => {
    assert.deepEqual(await stopped([staging()]), []);
    const there = { ...TARGET, namespace: "app-staging" };
    const promotion = { databases: { "app/orders/orders": "app-staging/orders/orders" } };
    assert.deepEqual(await stopped([staging({ target: there })], cluster(), { promotion }), []);
    assert.equal((await stopped([staging()], cluster(), { promotion })).length, 1);
    assert.equal((await stopped([staging()], cluster(), { promotion: { stack: "another" } })).length, 1);
  });

  it("goes by the server's name where its declaration says no image, and not where the image is unknown", async () => {
    const unsaid = cluster(undefined, null);
    assert.deepEqual(await stopped([own()], unsaid), []);
    assert.deepEqual(await stopped([staging()], unsaid), []);
    assert.match(
      (await stopped([staging({ target: { ...TARGET, cluster: "billing" } })], unsaid))[0] ?? "",
      /of another server/,
    );
    assert.equal((await stopped([own()], cluster(undefined, UNKNOWN_STRING))).length, 1);
  });

  it("stops a server whose name is unknown: whose evidence it would need cannot be told", async () => {
    const nameless = cluster({ namespace: "app", name: UNKNOWN_STRING });
    assert.match((await stopped([own()], nameless))[0] ?? "", /^app\/\?: a CloudNativePG Cluster must not start/);
  });

  it("lets it start with a waiver for it, and with no other", async () => {
    const given = (changes: object = {}) => resourceViolations(restoreGate, cluster(), waived(changes));
    assert.deepEqual(await given(), []);
    assert.deepEqual(await given({ target: { ...TARGET, database: "another" } }), []);
    assert.equal((await given({ target: { ...TARGET, cluster: "billing" } })).length, 1);
    assert.equal((await given({ environment: "staging" })).length, 1);
    assert.equal((await resourceViolations(restoreGate, cluster(), waived({}, keys))).length, 1);
  });

  it("lets those start that startsWithoutEvidence names, and no others", async () => {
    assert.deepEqual(await stopped([], cluster(), { startsWithoutEvidence: ["app/orders"] }), []);
    for (const name of ["app/order", "app2/orders", "orders", "*"])
      assert.equal((await stopped([], cluster(), { startsWithoutEvidence: [name] })).length, 1, name);
  });

  it("lets every database start in the first environments", async () => {
    for (const environment of ["local", "develop"]) assert.deepEqual(await stopped([], cluster(), { environment }), []);
    assert.equal((await stopped([], cluster(), { environment: "staging" })).length, 1);
    assert.equal((await stopped([], cluster(), { environment: "develop", firstEnvironments: ["local"] })).length, 1);
  });

  it("says nothing of what is no database, and of components, which only declare others", async () => {
    assert.deepEqual(await stopped([], resource("kubernetes:core/v1:ConfigMap", "c", { data: {} })), []);
    assert.deepEqual(await stopped([], component("cluster", "orders", aCluster("production"))), []);
  });

  it("is silent in a preview, in which nothing starts", async () => {
    assert.deepEqual(await resourceViolations(restoreGate, cluster(), GATE, { preview: true }), []);
    assert.equal((await resourceViolations(restoreGate, cluster(), GATE)).length, 1);
  });
});

describe("restore-gate, when several records speak of one server", () => {
  const [older = "", newer = "", newest = ""] = inChain(
    testimony("production", {}, 2 * HOUR),
    testimony("production", FAILED, HOUR),
    testimony("production", {}, HOUR / 2),
  );

  it("never lets an older one that passed outweigh a newer that failed, in whatever order", async () => {
    for (const evidence of [
      [older, newer],
      [newer, older],
    ]) {
      const [message = ""] = await stopped(evidence);
      assert.match(message, /failed: role app is missing/);
      assert.equal(message.match(/Reason: /g)?.length, 1, message);
    }
    assert.deepEqual(await stopped([older, newer, newest]), []);
  });

  it("does not let staging's success outweigh a failure here", async () => {
    assert.match((await stopped([staging({}, HOUR / 2), newer]))[0] ?? "", /in production: the drill of .* failed/);
    assert.deepEqual(await stopped([staging(FAILED), own()]), []);
  });

  it("wants every database of the server that is drilled to be recoverable", async () => {
    const audit = { target: { ...TARGET, database: "audit" } };
    assert.deepEqual(await stopped([own(), own(audit)]), []);
    assert.match(
      (await stopped([own(), own({ ...audit, ...FAILED })]))[0] ?? "",
      /the drill of app\/orders\/audit in production: .* failed/,
    );
  });

  it("does not mind what is said of other servers", async () => {
    assert.deepEqual(await stopped([own(), own({ ...FAILED, target: { ...TARGET, cluster: "billing" } })]), []);
  });

  it("is not content with one that passed beside one that cannot be trusted or read", async () => {
    assert.match((await stopped([own(), "certainly restored"]))[0] ?? "", /it is not JSON/);
    assert.match(
      (await stopped([own(), "file:/nonexistent"]))[0] ?? "",
      /Reason: file:\/nonexistent could not be read: ENOENT/,
    );
  });

  it("counts evidence of either key while one replaces the other, and of the old one no longer", async () => {
    const old = newKeys();
    const byOld = sealed(testimony("production"), old);
    const both = { trustedKeys: trusting([old, keys]) };
    assert.deepEqual(await stopped([byOld], cluster(), both), []);
    assert.deepEqual(await stopped([own()], cluster(), both), []);
    assert.match((await stopped([byOld]))[0] ?? "", /no trusted key signed it/);
  });
});

describe("restore-gate and where its evidence is", () => {
  let api: ApiServer;
  before(() => {
    api = new ApiServer();
  });
  afterEach(() => api.close());
  after(() => api.remove());

  it("reads a file", async () => {
    const file = join(api.folder, "evidence.json");
    writeFileSync(file, own());
    assert.deepEqual(await stopped([`file:${file}`]), []);
    writeFileSync(file, own(FAILED));
    assert.match((await stopped([`file:${file}`]))[0] ?? "", /evidence\.json: the drill of .* failed/);
  });

  it("reads every record of a ConfigMap in the cluster of the kubeconfig", async () => {
    const asked = await api.answer(200, { data: { "a.dsse.json": own({}, 2 * HOUR), "b.dsse.json": own(FAILED) } });
    assert.match(
      (await stopped(["configmap:app-drill/orders"]))[0] ?? "",
      /configmap:app-drill\/orders \(b\.dsse\.json\): .* failed/,
    );
    assert.deepEqual(asked, ["/api/v1/namespaces/app-drill/configmaps/orders"]);
    await api.answer(200, { data: { "a.dsse.json": own() } });
    assert.deepEqual(await stopped(["configmap:app-drill/orders"]), []);
  });

  it("takes a ConfigMap that is not there yet for no evidence", async () => {
    await api.answer(404, { message: "not found" });
    assert.match((await stopped(["configmap:app-drill/orders"]))[0] ?? "", /Reason: the gate was given no evidence/);
  });

  it("stops when the API server says no, or nobody answers", async () => {
    await api.answer(403, { message: "configmaps is forbidden" });
    assert.match(
      (await stopped(["configmap:app-drill/orders"]))[0] ?? "",
      /could not be read: .* answered 403 \(configmaps is forbidden\)/,
    );
    api.pointTo("https://127.0.0.1:1");
    assert.match((await stopped(["configmap:app-drill/orders"]))[0] ?? "", /cannot be reached: .*ECONNREFUSED/);
  });

  it("reads once for the whole stack, not once for each resource", async () => {
    const asked = await api.answer(200, { data: { "a.dsse.json": own() } });
    // Pulumi gives each resource a new object with the same values.
    const config = { ...GATE, evidence: ["configmap:app-drill/orders"] };
    for (let i = 0; i < 5; i++) assert.deepEqual(await validate(restoreGate, cluster(), { ...config }), []);
    assert.equal(asked.length, 1);
  });
});

describe("restore-gate and its configuration", () => {
  it("stops every database without one: nobody said that this is not production", async () => {
    const [message = ""] = await resourceViolations(restoreGate, cluster(), {});
    assert.match(message, /^app\/orders: a CloudNativePG Cluster must not start/);
    assert.match(message, /Reason: restore-gate has no configuration: nobody said which environment this is/);
    assert.match(message, /Remedy: configure restore-gate: see its page/);
  });

  it("stops every database with a malformed one, and says everything that is wrong with it", async () => {
    const [message = ""] = await resourceViolations(restoreGate, cluster(), {
      environment: "local",
      trustedKeys: [],
      evidense: [],
    });
    assert.match(message, /Reason: trustedKeys: /);
    assert.match(message, /Reason: evidense: no such setting; look for a typing error/);
  });

  it("leaves it for the rules over the whole stack, also in a preview", async () => {
    const unprovenInLocal = [drill(unproven("local"))];
    const local = { ...GATE, environment: "local" };
    for (const preview of [true, false]) {
      const said = async (configuration: object) => {
        await validate(restoreGate, cluster(), configuration, preview);
        return violations(promotionOrder, unprovenInLocal);
      };
      try {
        assert.deepEqual(await said(local), []);
        assert.equal((await said({ ...local, firstEnvironments: [] })).length, 1);
      } finally {
        configureGate(UNCONFIGURED);
      }
    }
  });

  it("reports a defect of its own as a violation, not as a pass", async () => {
    const broken = Object.defineProperty({ ...cluster() }, "props", {
      get: () => {
        throw new TypeError("boom");
      },
    });
    const [message = ""] = await validate(restoreGate, broken, { ...GATE });
    assert.match(message, /^This rule could not be checked, and what is not checked does not pass\.\nReason: boom/);
  });

  it("takes the level that Pulumi hands over for no setting", async () => {
    assert.deepEqual(await stopped([own()], cluster(), { enforcementLevel: "mandatory" }), []);
  });
});

/** What the drill of a server that runs this image says of its restore path. */
function imaged(server: string) {
  const restorePath = aRestorePath({ images: { server, agent: AGENT_IMAGE } });
  return { restorePath, fingerprint: fingerprint(restorePath) };
}
