import assert from "node:assert/strict";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import * as k8s from "@kubernetes/client-node";
import { apiClient, apiError } from "../../../runtime/kubernetes";

async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => assert.fail("the call came to an end as if it had been answered"),
    (error: unknown) => error,
  );
}

const map = { namespace: "shop-drill", name: "evidence" };

describe("a call of the API server", () => {
  let server: Server;
  let answer: (response: ServerResponse) => void;
  const config = new k8s.KubeConfig();
  const read = (seconds?: number, signal?: AbortSignal) =>
    apiClient({ k8s, config, signal }, k8s.CoreV1Api, seconds).readNamespacedConfigMap(map);

  before(async () => {
    server = createServer((_request, response) => answer(response.setHeader("content-type", "application/json")));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    config.loadFromClusterAndUser({ name: "test", server: url, skipTLSVerify: true }, { name: "agent", token: "t" });
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });

  it("gives the answer", async () => {
    answer = (response) => response.end(JSON.stringify({ data: { a: "1" } }));
    assert.deepEqual((await read()).data, { a: "1" });
  });

  for (const [what, silent] of [
    ["never answers", () => undefined],
    ["stops in the middle of its answer", (response: ServerResponse) => response.write('{"data":')],
  ] as const) {
    it(`is given up when the server ${what}: a drill must not hang until its Job's deadline`, async () => {
      answer = silent;
      const error = await failureOf(read(0.1));
      assert.equal(
        apiError(error, "read the ConfigMap", "try again").message,
        "cannot read the ConfigMap: the API server did not answer in time; try again",
      );
    });
  }

  it("ends when the process is told to stop, and says by what", async () => {
    const stop = new AbortController();
    answer = () => stop.abort(new Error("stopped by SIGTERM"));
    const error = await failureOf(read(20, stop.signal));
    assert.match(apiError(error, "read the ConfigMap", "try again").message, /stopped by SIGTERM/);
  });
});
