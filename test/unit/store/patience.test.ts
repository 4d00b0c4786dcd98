import assert from "node:assert/strict";
import { isLost } from "../../../store/retries";
import { type OddAnswer, OddServer } from "./odd-server";

const MIB = 1024 * 1024;

describe("a store that is away for a moment is waited for", () => {
  let server: OddServer;
  beforeEach(async () => {
    server = await new OddServer().start();
    server.objects.set("a", "text");
  });
  afterEach(() => server.stop());

  /** It is away from the first request on, for `ms`. */
  const awayFor = (ms: number, away: (answer: OddAnswer) => true) => {
    let until: number | undefined;
    server.oddity = (_, answer) => {
      until ??= Date.now() + ms;
      return Date.now() < until && away(answer);
    };
  };
  const ways: [string, (answer: OddAnswer) => true][] = [
    ["answers 503 SlowDown", (answer) => answer.error(503, "SlowDown", "Please reduce your request rate.")],
    ["answers 429", (answer) => answer.error(429, "TooManyRequests")],
    ["answers 500", (answer) => answer.error(500, "InternalError")],
    ["answers 502 with a proxy's page", (answer) => answer.error(502, "")],
    ["hangs up", (answer) => answer.hangUp()],
  ];
  for (const [what, away] of ways)
    it(`when it ${what}: reading, looking, listing, storing and removing`, async () => {
      const works: ((store: ReturnType<OddServer["store"]>) => Promise<unknown>)[] = [
        (store) => store.readText("a"),
        (store) => store.size("a"),
        (store) => store.folders(""),
        (store) => store.putText("b", "c"),
        (store) => store.remove("b"),
      ];
      for (const work of works) {
        awayFor(600, away);
        await work(server.store(5000));
      }
    });

  it("also while a backup is sent, whose parts are sent again", async () => {
    let until: number | undefined;
    server.oddity = ({ query }, answer) => {
      if (query.get("partNumber") === "2") until ??= Date.now() + 600;
      return until !== undefined && Date.now() < until && answer.hangUp();
    };
    async function* body() {
      for (let i = 0; i < 20; i++) yield Buffer.alloc(MIB, i);
    }
    const stored = await server.store(5000).upload("dump", body(), 0);
    assert.equal(server.objects.get("dump")?.length, 20 * MIB);
    assert.equal(stored.bytes, 20 * MIB);
  });

  it("and no longer than it is told to", async () => {
    awayFor(60_000, (answer) => answer.error(503, "SlowDown"));
    const begun = Date.now();
    await assert.rejects(server.store(500).readText("a"), /the store answered 503 .*also when asked again/);
    assert.ok(Date.now() - begun < 3000);
    assert.ok(server.asked.length >= 3);
  });

  it("unless the process is told to stop", async () => {
    awayFor(60_000, (answer) => answer.hangUp());
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error("stopped by SIGTERM")), 100);
    const begun = Date.now();
    await assert.rejects(server.store(30_000, stop.signal).readText("a"));
    assert.ok(Date.now() - begun < 2000);
  });

  it("but a refusal by a server whose clock is another one is signed anew with its time, and not for a minute", async () => {
    server.oddity = (_, answer) => answer.error(403, "RequestTimeTooSkewed");
    server.date = new Date(Date.now() + 2 * 3_600_000);
    const begun = Date.now();
    await assert.rejects(server.store(30_000).readText("a"), /clocks of this node and of the store differ/);
    assert.ok(server.asked.length <= 3 && Date.now() - begun < 5000);
  });

  it("but what it refuses is not asked for again", async () => {
    for (const [status, code] of [
      [403, "AccessDenied"],
      [501, "NotImplemented"],
      [507, "InsufficientStorage"],
      [400, "InvalidRequest"],
    ] as const) {
      server.asked.length = 0;
      server.oddity = (_, answer) => answer.error(status, code);
      await assert.rejects(server.store(5000).readText("a"));
      assert.equal(server.asked.length, 1, code);
    }
  });
});

describe("what a store was told on a condition", () => {
  let server: OddServer;
  beforeEach(async () => {
    server = await new OddServer().start();
  });
  afterEach(() => server.stop());

  const puts = () => server.count("PUT");
  /** The first put reaches the server, or does not; its answer is lost. */
  const loseFirst = (arrives: string | undefined) => {
    let lost = false;
    server.oddity = ({ method, key }, answer) => {
      if (method !== "PUT" || lost) return false;
      lost = true;
      if (arrives !== undefined) server.objects.set(key, arrives);
      return answer.hangUp();
    };
  };

  it("is ours when it was stored and the answer was lost, and is not sent again", async () => {
    loseFirst("mine");
    assert.equal(await server.store().putTextIfAbsent("marker", "mine"), true);
    assert.equal(puts(), 1);
  });

  it("is another's when that was stored meanwhile, and stays", async () => {
    loseFirst("theirs");
    assert.equal(await server.store().putTextIfAbsent("marker", "mine"), false);
    assert.equal(server.objects.get("marker"), "theirs");
    assert.equal(puts(), 1);
  });

  it("is sent again when nothing was stored, always on the condition", async () => {
    loseFirst(undefined);
    assert.equal(await server.store().putTextIfAbsent("marker", "mine"), true);
    const sent = server.asked.filter(({ method }) => method === "PUT");
    assert.deepEqual(
      sent.map(({ headers }) => headers["if-none-match"]),
      ["*", "*"],
    );
  });

  it("is an error when the store stays away", async () => {
    server.oddity = ({ method }, answer) => method === "PUT" && answer.error(503, "SlowDown");
    await assert.rejects(server.store(600).putTextIfAbsent("marker", "mine"), /cannot store marker .*503/);
    assert.equal(server.objects.has("marker"), false);
  });
});

describe("a backup whose last answer is lost", () => {
  let server: OddServer;
  beforeEach(async () => {
    server = await new OddServer().start();
  });
  afterEach(() => server.stop());

  async function* body() {
    for (let i = 0; i < 20; i++) yield Buffer.alloc(MIB, i);
  }
  /** The completion's first answer never arrives; of the parts, `made` is made. */
  const loseCompletion = (made: (key: string) => void) => {
    let lost = false;
    server.oddity = ({ method, key, query }, answer) => {
      if (method !== "POST" || !query.has("uploadId") || lost) return false;
      lost = true;
      made(key);
      return answer.hangUp();
    };
  };

  it("is stored: the server knows no such upload any more, for it has made the object", async () => {
    loseCompletion((key) => server.complete(key));
    const stored = await server.store().upload("dump", body(), 0);
    assert.equal(stored.bytes, server.objects.get("dump")?.length);
  });

  it("is none when the server has dropped it, or made less of it", async () => {
    loseCompletion(() => server.parts.clear());
    await assert.rejects(server.store().upload("dump", body(), 0), /there is no such object/);
    loseCompletion((key) => {
      server.parts.delete(2);
      server.complete(key);
    });
    await assert.rejects(server.store().upload("dump", body(), 0), /the upload was cut or changed on its way/);
  });
});

describe("an error may be over in a moment", () => {
  it("where the request got lost, and not where it was answered", () => {
    const error = (parts: object) => Object.assign(new Error("x"), parts);
    for (const lost of [{ code: "ECONNRESET" }, { name: "TimeoutError" }, { $metadata: { httpStatusCode: 503 } }])
      assert.equal(isLost(error(lost)), true, JSON.stringify(lost));
    for (const said of [{ $metadata: { httpStatusCode: 403 } }, { code: "ENOTFOUND" }, { name: "AbortError" }, {}])
      assert.equal(isLost(error(said)), false, JSON.stringify(said));
  });
});
