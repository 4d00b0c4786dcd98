import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { subjectOf } from "../../../model/signed-record";
import { gateEvidenceFor, loadEvidence, signedEvidence, untrustedGateEvidence } from "../../../policies/gate-evidence";
import { type Configured, readSettings, UNCONFIGURED } from "../../../policies/settings";
import { aRestorePath, newKeys, sealed, TARGET } from "../../policy/support/evidence";
import { ApiServer } from "../evidence/api-server";
import { FAILED, GATE, keys, NOW, testimony, unproven } from "./drills";

/** The gate with what it found at the sources of `evidence`. */
async function loaded(evidence: string[], changes: object = {}): Promise<Configured> {
  const gate = await loadEvidence(readSettings({ ...GATE, ...changes, evidence }));
  assert.ok(gate.ok);
  return gate;
}

const envelope = (changes: Parameters<typeof testimony>[1] = {}, environment = "production") =>
  sealed(testimony(environment, changes), keys);

describe("the evidence that the gate reads itself", () => {
  let api: ApiServer;
  before(() => {
    api = new ApiServer();
  });
  afterEach(() => api.close());
  after(() => api.remove());

  it("comes from the text itself, from files, and from every JSON file in ConfigMaps, each with its source", async () => {
    const file = join(api.folder, "e.json");
    writeFileSync(file, "in a file");
    await api.answer(200, { data: { [`${"a".repeat(64)}.dsse.json`]: "first", "other.json": "second", notes: "[]" } });
    const { records, evidenceProblems } = await loaded([
      "as text",
      `file:${file}`,
      "configmap:app-drill/orders.evidence",
    ]);
    assert.deepEqual(evidenceProblems, []);
    assert.deepEqual(records, [
      { source: "evidence 1 of restore-gate's configuration", envelope: "as text" },
      { source: `file:${file}`, envelope: "in a file" },
      { source: "configmap:app-drill/orders.evidence (aaaaaaaaaaaa)", envelope: "first" },
      { source: "configmap:app-drill/orders.evidence (other.json)", envelope: "second" },
    ]);
  });

  it("is none when there is no ConfigMap yet, or nothing in it", async () => {
    await api.answer(404, { message: "not found" });
    const nothing = await loaded(["configmap:app-drill/orders"]);
    assert.deepEqual([nothing.records, nothing.evidenceProblems], [[], []]);
    await api.answer(200, {});
    assert.deepEqual((await loaded(["configmap:app-drill/orders"])).records, []);
  });

  it("never fails: what cannot be read is said, and the rest is read all the same", async () => {
    api.pointTo("https://127.0.0.1:1");
    const gate = await loaded(["file:/nonexistent/e.json", "configmap:app-drill/orders", "as text"]);
    assert.deepEqual(
      gate.records.map(({ source }) => source),
      ["evidence 3 of restore-gate's configuration"],
    );
    assert.equal(gate.evidenceProblems.length, 2);
    assert.match(gate.evidenceProblems[0] ?? "", /^file:\/nonexistent\/e\.json could not be read: ENOENT/);
    assert.match(gate.evidenceProblems[1] ?? "", /^configmap:app-drill\/orders could not be read: .*ECONNREFUSED/);
  });

  const malformed = [
    "configmap:",
    "configmap:app",
    "configmap:app/",
    "configmap:a/b/c",
    "configmap:../secrets",
    "configmap:App/x",
  ];
  for (const source of malformed)
    it(`does not ask the API server for ${source}, and says how to write it`, async () => {
      const asked = await api.answer(200, { data: { a: "b" } });
      const gate = await loaded([source]);
      assert.deepEqual(gate.evidenceProblems, [`${source} could not be read: write configmap:namespace/name`]);
      assert.deepEqual([gate.records, asked], [[], []]);
    });

  it("is not looked for without a configuration", async () => {
    assert.equal(await loadEvidence(UNCONFIGURED), UNCONFIGURED);
  });
});

describe("the gate's evidence for a drill", () => {
  it("is what speaks of its restore path, here or in the environment before, whether it passed or not", async () => {
    const gate = await loaded([envelope(), envelope(FAILED), envelope({}, "staging")]);
    assert.equal(gateEvidenceFor(unproven(), gate, NOW).length, 3);
  });

  const others: [string, string][] = [
    ["of another database", envelope({ target: { ...TARGET, database: "audit" } })],
    ["of another stack", envelope({ stack: "production-eu" })],
    ["of an environment that is not the one before", envelope({}, "develop")],
    ["that no trusted key has signed", sealed(testimony("production"), newKeys())],
    ["that is not JSON", "certainly restored"],
  ];
  for (const [what, text] of others)
    it(`is nothing ${what}`, async () => {
      assert.deepEqual(gateEvidenceFor(unproven(), await loaded([text]), NOW), []);
    });

  it("is of every restore path of its database: they are one chain", async () => {
    const drill = unproven("production", { restorePath: aRestorePath({ postgresMajor: 16 }) });
    assert.equal(gateEvidenceFor(drill, await loaded([envelope()]), NOW).length, 1);
  });
});

describe("the gate's evidence as a whole", () => {
  it("is all that a key of its environment has signed, whatever it is of", async () => {
    const target = { ...TARGET, cluster: "billing" };
    const strangers = { trustedKeys: { production: GATE.trustedKeys.production, staging: [newKeys().publicKey] } };
    const gate = await loaded([envelope({ target }), envelope({ target }, "staging"), "no JSON"], strangers);
    assert.deepEqual(
      signedEvidence(gate).map((record) => [subjectOf(record).environment, subjectOf(record).target.cluster]),
      [["production", "billing"]],
    );
  });

  it("is refused where no trusted key has signed it, or it contradicts itself", async () => {
    const otherPath = testimony("production", { restorePath: aRestorePath({ postgresMajor: 16 }) });
    const gate = await loaded([envelope(), sealed(testimony("production"), newKeys()), sealed(otherPath, keys), "{}"]);
    assert.deepEqual(
      untrustedGateEvidence(gate).map(({ kind, source }) => [kind, source]),
      [
        ["untrusted", "evidence 2 of restore-gate's configuration"],
        ["contradictory", "evidence 3 of restore-gate's configuration"],
        ["untrusted", "evidence 4 of restore-gate's configuration"],
      ],
    );
  });
});
