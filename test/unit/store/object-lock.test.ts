import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { NO_END } from "../../../model/retention";
import { S3Store } from "../../../store/s3-store";

interface Answer {
  status: number;
  body: string;
}

const error = (status: number, code: string, message = code): Answer => ({
  status,
  body: `<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
});
const NONE = error(404, "NoSuchObjectLockConfiguration");
const hold = (status: string): Answer => ({ status: 200, body: `<LegalHold><Status>${status}</Status></LegalHold>` });
const until = (date: string): Answer => ({
  status: 200,
  body: `<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>${date}</RetainUntilDate></Retention>`,
});

describe("Object Lock", () => {
  let server: Server;
  let store: S3Store;
  let answers: { "legal-hold": Answer; retention: Answer; "object-lock": Answer };
  let requests: string[];

  beforeEach(async () => {
    requests = [];
    answers = { "legal-hold": NONE, retention: NONE, "object-lock": error(403, "AccessDenied") };
    server = createServer((request, response) => {
      const query = new URL(request.url ?? "/", "http://store").searchParams;
      const asked = (["legal-hold", "object-lock"] as const).find((name) => query.has(name)) ?? "retention";
      requests.push(asked);
      const { status, body } = answers[asked];
      response.statusCode = status;
      response.setHeader("content-type", "application/xml").end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const credentials = { accessKeyId: "key", secretAccessKey: "sesame" };
    store = S3Store.open({ bucket: "backups", region: "us-east-1", endpoint, credentials });
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it("keeps an object until its retention ends", async () => {
    answers.retention = until("2027-01-01T00:00:00Z");
    assert.deepEqual(await store.lockedUntil("a"), new Date("2027-01-01T00:00:00Z"));
  });

  it("keeps an object under a legal hold without end, whatever its retention", async () => {
    answers = { ...answers, "legal-hold": hold("ON"), retention: until("2020-01-01T00:00:00Z") };
    assert.deepEqual(await store.lockedUntil("a"), NO_END);
    answers["legal-hold"] = hold("OFF");
    assert.deepEqual(await store.lockedUntil("a"), new Date("2020-01-01T00:00:00Z"));
  });

  it("keeps nothing of an object without a lock, or one that is gone, and is asked again for the next", async () => {
    assert.equal(await store.lockedUntil("a"), undefined);
    answers = { ...answers, "legal-hold": error(404, "NoSuchKey"), retention: error(404, "NoSuchKey") };
    assert.equal(await store.lockedUntil("b"), undefined);
    assert.equal(requests.length, 4);
  });

  for (const [what, answer] of Object.entries({
    "a bucket without it": error(400, "InvalidRequest", "Bucket is missing Object Lock Configuration"),
    "a bucket of MinIO without it": error(400, "InvalidRequest", "Bucket is missing ObjectLockConfiguration"),
    "a server that does not know it": error(501, "NotImplemented"),
  }))
    it(`is unknown to ${what}, which is asked only once`, async () => {
      answers["legal-hold"] = answer;
      assert.equal(await store.lockedUntil("a"), undefined);
      assert.equal(await store.lockedUntil("b"), undefined);
      assert.deepEqual(requests, ["legal-hold"]);
    });

  it("is absent for a key that may not ask for an object's, but sees that the bucket has none", async () => {
    answers["legal-hold"] = error(403, "AccessDenied");
    answers["object-lock"] = error(404, "ObjectLockConfigurationNotFoundError");
    assert.equal(await store.lockedUntil("a"), undefined);
    assert.equal(await store.lockedUntil("b"), undefined);
    assert.deepEqual(requests, ["legal-hold", "object-lock"]);
  });

  it("is not taken for absent when the key may not ask, or the request is wrong", async () => {
    answers["legal-hold"] = error(403, "AccessDenied");
    const denied = /cannot tell whether Object Lock keeps a in the bucket backups: .* allow it s3:GetBucketObjectLock/;
    await assert.rejects(store.lockedUntil("a"), denied);
    answers["object-lock"] = {
      status: 200,
      body: "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>",
    };
    await assert.rejects(store.lockedUntil("a"), denied);
    answers["legal-hold"] = error(400, "InvalidRequest", "something else");
    await assert.rejects(store.lockedUntil("a"), /InvalidRequest: something else/);
  });
});
