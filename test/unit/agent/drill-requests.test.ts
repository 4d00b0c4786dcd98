import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import * as k8s from "@kubernetes/client-node";
import { drillRequests } from "../../../agent/cluster/drill-requests";
import { startDrill } from "../../../agent/cluster/start-drill";

const ID = "20261121T021500Z-9f3a";

/** An API server that answers as the test says, and notes what it was asked. */
async function serving(answer: (request: IncomingMessage, response: ServerResponse, body: string) => void) {
  const asked: string[] = [];
  const server: Server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    asked.push(`${request.method} ${request.url}`);
    response.setHeader("content-type", "application/json");
    answer(request, response, body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const config = new k8s.KubeConfig();
  config.loadFromClusterAndUser(
    { name: "test", server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, skipTLSVerify: true },
    { name: "starter", token: "t" },
  );
  return { cluster: { k8s, config }, asked, close: () => server.close() };
}

describe("requests in a ConfigMap", () => {
  it("are read and watched by that ConfigMap's name alone, which is all that the role allows", async () => {
    const map = (id: string, resourceVersion: string) => ({
      metadata: { name: "shop-drill-requests", resourceVersion },
      data: { requested: id },
    });
    const { cluster, asked, close } = await serving((request, response) => {
      if (!request.url?.includes("watch=true")) response.end(JSON.stringify(map("a", "41")));
      else {
        response.write(`${JSON.stringify({ type: "MODIFIED", object: map(ID, "42") })}\n`);
        response.write(`${JSON.stringify({ type: "DELETED", object: map("gone", "43") })}\n`);
        response.end();
      }
    });
    const seen: unknown[] = [];
    try {
      const requests = drillRequests(cluster, "shop-drill", "shop-drill-requests");
      assert.deepEqual(await requests.read(), { requested: "a" });
      await requests.watch((data) => seen.push(data), new AbortController().signal);
    } finally {
      close();
    }
    assert.deepEqual(seen, [{ requested: ID }]);
    const path = "/api/v1/namespaces/shop-drill/configmaps";
    assert.deepEqual(asked, [
      `GET ${path}/shop-drill-requests`,
      `GET ${path}?watch=true&fieldSelector=metadata.name%3Dshop-drill-requests&timeoutSeconds=25`,
    ]);
  });

  it("end the watch with an error when the server has forgotten the version, and are not taken for silence", async () => {
    const { cluster, close } = await serving((request, response) => {
      if (!request.url?.includes("watch=true")) response.end(JSON.stringify({ metadata: { resourceVersion: "1" } }));
      else {
        response.statusCode = 403;
        response.end("{}");
      }
    });
    const requests = drillRequests(cluster, "shop-drill", "shop-drill-requests");
    try {
      await requests.read();
      await assert.rejects(
        requests.watch(() => undefined, new AbortController().signal),
        /Forbidden/,
      );
    } finally {
      close();
    }
  });
});

describe("a drill's Job", () => {
  const template = { spec: { containers: [{ name: "drill", image: "registry.example.com/agent:1", env: [] }] } };
  const cronJob = { metadata: { name: "shop-drill", uid: "u" }, spec: { jobTemplate: { spec: { template } } } };
  const answering = (status: number, reason: string) =>
    serving((request, response) => {
      if (request.method === "GET") return response.end(JSON.stringify(cronJob));
      response.statusCode = status;
      return response.end(JSON.stringify({ kind: "Status", reason, message: reason }));
    });

  it("that is there already was started before, and is no failure", async () => {
    const { cluster, asked, close } = await answering(409, "AlreadyExists");
    try {
      const started = await startDrill(cluster, "shop-drill", "shop-drill", ID);
      assert.deepEqual(started, { job: "shop-drill-20261121t021500z-9f3a", before: true });
    } finally {
      close();
    }
    assert.deepEqual(asked, [
      "GET /apis/batch/v1/namespaces/shop-drill/cronjobs/shop-drill",
      "POST /apis/batch/v1/namespaces/shop-drill/jobs",
    ]);
  });

  it("that could not be made is a failure: a quota, or a namespace that is going away", async () => {
    for (const [status, reason] of [
      [403, "Forbidden"],
      [409, "Conflict"],
    ] as const) {
      const { cluster, close } = await answering(status, reason);
      try {
        await assert.rejects(startDrill(cluster, "shop-drill", "shop-drill", ID), /cannot create the Job/);
      } finally {
        close();
      }
    }
  });
});
