import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectSocket, endOnAbort } from "../../../agent/postgres/connect";

/** PostgreSQL's greeting: authentication is ok, and the server is ready for a query. */
const GREETING = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);

describe("a statement that never ends", () => {
  let folder: string;
  let server: Server;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "silent-"));
    // It greets, and answers no query.
    server = createServer((socket) => {
      socket.once("data", () => socket.write(GREETING));
      socket.on("error", () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(join(folder, ".s.PGSQL.5432"), resolve));
  });
  after(async () => {
    server.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("ends when the drill is told to stop: else the pod would be killed before its failure is signed", async () => {
    const stop = new AbortController();
    const client = await connectSocket(folder, "shop", "shop");
    endOnAbort(client, stop.signal);
    const asked = client.query("SELECT pg_sleep(3600)");
    const began = performance.now();
    setTimeout(() => stop.abort(new Error("stopped by SIGTERM")), 50);
    await assert.rejects(asked, /stopped by SIGTERM|terminated/);
    assert.ok(performance.now() - began < 5000);
  });

  it("is not even asked when the drill was stopped before", async () => {
    const client = await connectSocket(folder, "shop", "shop");
    endOnAbort(client, AbortSignal.abort(new Error("stopped by SIGTERM")));
    await assert.rejects(client.query("SELECT 1"), /stopped by SIGTERM|terminated|not queryable/);
  });
});
