import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readConfigMap } from "../../../evidence/read-configmap";
import { ApiServer } from "./api-server";

const evidence = { namespace: "shop-drill", name: "evidence" };

describe("reading a ConfigMap", () => {
  let api: ApiServer;
  before(() => {
    api = new ApiServer();
  });
  afterEach(() => api.close());
  after(() => api.remove());

  it("gives its data, and asks for nothing else", async () => {
    const asked = await api.answer(200, { metadata: { name: "evidence" }, data: { a: "1", b: "2" } });
    assert.deepEqual(await readConfigMap(evidence), { a: "1", b: "2" });
    assert.deepEqual(asked, ["/api/v1/namespaces/shop-drill/configmaps/evidence"]);
  });

  it("gives nothing when there is no such ConfigMap, and no data when it is empty", async () => {
    await api.answer(404, { message: "not found" });
    assert.equal(await readConfigMap(evidence), undefined);
    await api.answer(200, { metadata: {} });
    assert.deepEqual(await readConfigMap(evidence), {});
  });

  it("reads one as large as a ConfigMap can be", async () => {
    await api.answer(200, { data: { large: "x".repeat(1024 * 1024) } });
    assert.equal((await readConfigMap(evidence))?.large?.length, 1024 * 1024);
  });

  it("says why when it may not read, in the API server's words", async () => {
    await api.answer(403, { message: "configmaps is forbidden" });
    await assert.rejects(
      readConfigMap(evidence),
      /^Error: the API server at http:\S+ answered 403 \(configmaps is forbidden\)$/,
    );
    await api.answer(502, "<html>bad gateway</html>");
    await assert.rejects(readConfigMap(evidence), /answered 502 \(no reason given\)$/);
  });

  it("says so when what answers is no API server", async () => {
    await api.answer(200, "<html>welcome</html>");
    await assert.rejects(readConfigMap(evidence), SyntaxError);
  });

  it("says so when nobody listens", async () => {
    api.pointTo("https://127.0.0.1:1");
    await assert.rejects(
      readConfigMap(evidence),
      /the API server at https:\/\/127\.0\.0\.1:1 cannot be reached: .*ECONNREFUSED/,
    );
  });

  it("takes the context that it is told, and says so when there is none of that name", async () => {
    const asked = await api.answer(200, { data: {} });
    await readConfigMap({ ...evidence, kubeContext: "x" });
    assert.equal(asked.length, 1);
    await assert.rejects(
      readConfigMap({ ...evidence, kubeContext: "production" }),
      /^Error: the kubeconfig has no context "production"$/,
    );
  });

  it("says so when the kubeconfig is missing, damaged, or names no cluster", async () => {
    process.env.KUBECONFIG = join(api.folder, "not-there");
    await assert.rejects(readConfigMap(evidence));
    const file = join(api.folder, "damaged");
    process.env.KUBECONFIG = file;
    writeFileSync(file, "{");
    await assert.rejects(readConfigMap(evidence));
    writeFileSync(file, "apiVersion: v1\nkind: Config\n");
    await assert.rejects(readConfigMap(evidence), /there is no kubeconfig with a cluster; set KUBECONFIG/);
  });

  it("gives up on an API server that does not answer", async () => {
    await api.answerNever();
    const started = Date.now();
    await assert.rejects(readConfigMap(evidence), /the API server at http:\S+ did not answer within 5s$/);
    assert.ok(Date.now() - started < 8000);
  }).timeout(10_000);

  it("gives up on credentials that come from a program that hangs", async () => {
    const file = join(api.folder, "hanging");
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: "sleep",
      args: ["7"],
      interactiveMode: "Never",
    };
    const config = {
      clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
      users: [{ name: "u", user: { exec } }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    };
    writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "Config", ...config }));
    process.env.KUBECONFIG = file;
    const started = Date.now();
    await assert.rejects(readConfigMap(evidence), /no answer within 5s$/);
    assert.ok(Date.now() - started < 8000);
  }).timeout(10_000);
});
