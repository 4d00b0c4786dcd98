import assert from "node:assert/strict";
import { createServer } from "node:net";
import { isolated, judge } from "../../../../agent/drill/isolation";

describe("a drill checks isolation", () => {
  const quick = { attempts: 2, pauseMs: 10 };

  it("and fails when the source can be reached, also when tried again", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    assert.deepEqual(await isolated("127.0.0.1", port, quick), { passed: false, actual: "connected" });
    await new Promise((resolve) => server.close(resolve));
  });

  it("and passes when a network policy takes hold a moment later", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    server.once("connection", () => server.close());
    assert.equal((await isolated("127.0.0.1", port, quick)).passed, true);
  });

  it("and passes when there is no way or no address", () => {
    const failed = (code: string) => judge(Object.assign(new Error(code), { code }));
    assert.equal(failed("EHOSTUNREACH").passed, true);
    assert.match(failed("ENOTFOUND").actual, /no address/);
  });

  it("and fails for what it does not know", () => {
    assert.equal(judge(Object.assign(new Error("odd"), { code: "EODD" })).passed, false);
  });
});
