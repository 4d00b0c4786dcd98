import assert from "node:assert/strict";
import { type Asked, type OddAnswer, OddServer } from "./odd-server";

describe("objects are removed", () => {
  let server: OddServer;
  beforeEach(async () => {
    server = await new OddServer().start();
  });
  afterEach(() => server.stop());

  const manyAtOnce = ({ method, query }: Asked) => method === "POST" && query.has("delete");

  it("many with one request", async () => {
    const keys = server.fill(1500);
    await server.store().remove(...keys);
    assert.equal(server.objects.size, 0);
    assert.deepEqual([server.count("POST", "delete"), server.count("DELETE")], [2, 0]);
  });

  const refusals: [string, (answer: OddAnswer) => true][] = [
    ["501 (Google Cloud Storage)", (answer) => answer.error(501, "NotImplemented", "not implemented")],
    ["400 (Google Cloud Storage)", (answer) => answer.error(400, "InvalidArgument", "POST ?delete is not implemented")],
    ["403 (ONTAP)", (answer) => answer.error(403, "AccessDenied", "Access Denied")],
    ["405", (answer) => answer.error(405, "MethodNotAllowed")],
    ["400 for a digest that it wants and nobody knows", (answer) => answer.error(400, "MalformedXML")],
  ];
  for (const [what, refuse] of refusals)
    it(`one by one where a server answers DeleteObjects with ${what}, which it is asked once`, async () => {
      server.oddity = (asked, answer) => manyAtOnce(asked) && refuse(answer);
      const store = server.store();
      await store.remove(...server.fill(60));
      assert.equal(server.objects.size, 0);
      await store.remove("other");
      assert.equal(server.count("POST", "delete"), 1);
    });

  it("but for those that may not go: all others are tried, and the first that failed is told", async () => {
    const keys = server.fill(5);
    server.oddity = (asked, answer) =>
      (manyAtOnce(asked) && answer.error(501, "NotImplemented")) ||
      (asked.method === "DELETE" && asked.key === keys[1] && answer.error(403, "AccessDenied"));
    await assert.rejects(
      server.store().remove(...keys),
      new RegExp(`cannot delete ${keys[1]} in the bucket .*: the access key may not do that`),
    );
    assert.deepEqual([...server.objects.keys()], [keys[1]]);
  });

  it("and a key that may remove nothing is told so, however it is asked", async () => {
    const keys = server.fill(3);
    server.oddity = ({ method }, answer) =>
      (method === "POST" || method === "DELETE") && answer.error(403, "AccessDenied");
    await assert.rejects(server.store().remove(...keys), /cannot delete .*the access key may not do that/);
    assert.equal(server.objects.size, 3);
  });

  it("and not one by one where the server is away: that would take ages", async () => {
    server.oddity = (_, answer) => answer.error(503, "SlowDown");
    await assert.rejects(server.store(300).remove(...server.fill(50)), /the store answered 503/);
    assert.equal(server.count("DELETE"), 0);
  });

  it("where a listed failure names a key", async () => {
    server.oddity = (asked, answer) =>
      manyAtOnce(asked) &&
      answer.xml(
        "<DeleteResult><Error><Key>a</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>",
      );
    await assert.rejects(server.store().remove("a", "b"), /cannot delete a in the bucket/);
  });
});
