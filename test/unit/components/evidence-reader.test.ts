import { strict as assert } from "node:assert";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readEvidence } from "../../../components";
import { ApiServer } from "../evidence/api-server";

const FINGERPRINT = "a".repeat(64);
const location = { namespace: "shop-drill", configMap: "shop-drill-evidence", fingerprint: FINGERPRINT, files: [] };

describe("reading evidence", () => {
  let api: ApiServer;
  before(() => {
    api = new ApiServer();
  });
  afterEach(() => api.close());
  after(() => api.remove());

  it("finds the fingerprint's own evidence in the ConfigMap, and no other", async () => {
    const asked = await api.answer(200, {
      data: { [`${FINGERPRINT}.dsse.json`]: "mine", [`${"b".repeat(64)}.dsse.json`]: "other" },
    });
    assert.deepEqual(await readEvidence(location), {
      evidence: [{ source: "ConfigMap shop-drill/shop-drill-evidence", envelope: "mine" }],
      evidenceProblems: [],
    });
    assert.deepEqual(asked, ["/api/v1/namespaces/shop-drill/configmaps/shop-drill-evidence"]);
  });

  it("finds the off-site copy's evidence as well where the drill restores one, and asks once", async () => {
    const data = { [`${FINGERPRINT}.dsse.json`]: "mine", [`${"b".repeat(64)}.dsse.json`]: "the copy's" };
    const asked = await api.answer(200, { data });
    const found = await readEvidence({ ...location, offSiteFingerprint: "b".repeat(64) });
    assert.deepEqual(found.evidence, [
      { source: "ConfigMap shop-drill/shop-drill-evidence", envelope: "mine" },
      { source: "ConfigMap shop-drill/shop-drill-evidence (off-site copy)", envelope: "the copy's" },
    ]);
    assert.equal(asked.length, 1);
    await api.answer(403, { message: "forbidden" });
    const refused = await readEvidence({ ...location, offSiteFingerprint: "b".repeat(64) });
    assert.deepEqual([refused.evidence, refused.evidenceProblems.length], [[], 1]);
  });

  it("takes a missing ConfigMap, and one without evidence yet, for no evidence", async () => {
    await api.answer(404, { message: "not found" });
    assert.deepEqual(await readEvidence(location), { evidence: [], evidenceProblems: [] });
    await api.answer(200, { data: { __proto__: "x", [`${"b".repeat(64)}.dsse.json`]: "other" } });
    assert.deepEqual(await readEvidence(location), { evidence: [], evidenceProblems: [] });
  });

  it("says where what could not be read should have been, and still reads the files", async () => {
    api.pointTo("https://127.0.0.1:1");
    const file = join(api.folder, "develop.dsse.json");
    writeFileSync(file, "promoted");
    const found = await readEvidence({ ...location, files: [file, join(api.folder, "none.json")] });
    assert.deepEqual(found.evidence, [{ source: `file ${file}`, envelope: "promoted" }]);
    assert.equal(found.evidenceProblems.length, 2);
    assert.match(
      found.evidenceProblems[0] as string,
      /^ConfigMap shop-drill\/shop-drill-evidence: the API server at \S+ cannot be reached: .*ECONNREFUSED/,
    );
    assert.match(found.evidenceProblems[1] as string, /none.json: ENOENT/);
  });

  it("reads from the context that it is told", async () => {
    api.pointTo("https://127.0.0.1:1");
    const { evidenceProblems } = await readEvidence({ ...location, kubeContext: "production" });
    assert.deepEqual(evidenceProblems, [
      'ConfigMap shop-drill/shop-drill-evidence: the kubeconfig has no context "production"',
    ]);
  });
});
