import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readEvidence } from "../../../components";

const FINGERPRINT = "a".repeat(64);
const location = { namespace: "shop-drill", configMap: "shop-drill-evidence", fingerprint: FINGERPRINT, files: [] };

describe("reading evidence", () => {
  const folder = mkdtempSync(join(tmpdir(), "evidence-"));
  const kubeconfig = join(folder, "kubeconfig");
  const before = process.env.KUBECONFIG;
  let server: Server | undefined;

  const pointTo = (url: string) => {
    const config = {
      clusters: [{ name: "c", cluster: { server: url, "insecure-skip-tls-verify": url.startsWith("http:") } }],
      users: [{ name: "u", user: {} }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    };
    writeFileSync(kubeconfig, JSON.stringify({ apiVersion: "v1", kind: "Config", ...config }));
    process.env.KUBECONFIG = kubeconfig;
  };
  const answer = async (status: number, body: unknown) => {
    const asked: string[] = [];
    server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.writeHead(status).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    pointTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return asked;
  };
  afterEach(() => {
    server?.close();
    server?.closeAllConnections();
  });
  after(() => {
    if (before === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = before;
    rmSync(folder, { recursive: true });
  });

  it("finds the fingerprint's own evidence in the ConfigMap, and no other", async () => {
    const asked = await answer(200, {
      data: { [`${FINGERPRINT}.dsse.json`]: "mine", [`${"b".repeat(64)}.dsse.json`]: "other" },
    });
    assert.deepEqual(await readEvidence(location), {
      evidence: [{ source: "ConfigMap shop-drill/shop-drill-evidence", envelope: "mine" }],
      evidenceProblems: [],
    });
    assert.deepEqual(asked, ["/api/v1/namespaces/shop-drill/configmaps/shop-drill-evidence"]);
  });

  it("takes a missing ConfigMap, and one without evidence yet, for no evidence", async () => {
    await answer(404, { message: "not found" });
    assert.deepEqual(await readEvidence(location), { evidence: [], evidenceProblems: [] });
    server?.close();
    await answer(200, { metadata: {} });
    assert.deepEqual(await readEvidence(location), { evidence: [], evidenceProblems: [] });
  });

  it("says so when it may not read", async () => {
    await answer(403, { message: "configmaps is forbidden" });
    const { evidence, evidenceProblems } = await readEvidence(location);
    assert.deepEqual(evidence, []);
    assert.match(
      evidenceProblems.join(),
      /^ConfigMap shop-drill\/shop-drill-evidence: the API server at http:\S+ answered 403 \(configmaps is forbidden\)$/,
    );
  });

  it("says so when nobody listens, and still reads the files", async () => {
    pointTo("https://127.0.0.1:1");
    const file = join(folder, "develop.dsse.json");
    writeFileSync(file, "promoted");
    const found = await readEvidence({ ...location, files: [file, join(folder, "none.json")] });
    assert.deepEqual(found.evidence, [{ source: `file ${file}`, envelope: "promoted" }]);
    assert.equal(found.evidenceProblems.length, 2);
    assert.match(found.evidenceProblems[0] as string, /cannot be reached: .*ECONNREFUSED/);
    assert.match(found.evidenceProblems[1] as string, /none.json: ENOENT/);
  });

  it("says so when the context does not exist, or the kubeconfig cannot be read", async () => {
    pointTo("https://127.0.0.1:1");
    const { evidenceProblems } = await readEvidence({ ...location, kubeContext: "production" });
    assert.deepEqual(evidenceProblems, [
      'ConfigMap shop-drill/shop-drill-evidence: the kubeconfig has no context "production"',
    ]);
    process.env.KUBECONFIG = join(folder, "not-there");
    assert.equal((await readEvidence(location)).evidenceProblems.length, 1);
  });

  it("gives up on an API server that does not answer", async () => {
    server = createServer(() => undefined);
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    pointTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const started = Date.now();
    const { evidenceProblems } = await readEvidence(location);
    assert.match(evidenceProblems.join(), /the API server at http:\S+ did not answer within 5s$/);
    assert.ok(Date.now() - started < 8000);
  }).timeout(10_000);
});
