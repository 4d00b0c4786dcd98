import assert from "node:assert/strict";
import { OddServer, page } from "./odd-server";

describe("a listing is whole or an error, never a part: by it the newest backup is found, and what may be removed", () => {
  let server: OddServer;
  beforeEach(async () => {
    server = await new OddServer().start();
  });
  afterEach(() => server.stop());

  const listed = async () => {
    const keys: string[] = [];
    for await (const objects of server.store(0).list("backups/")) keys.push(...objects.map(({ key }) => key));
    return keys;
  };
  const isRefused = async (why: RegExp) => {
    for (const listing of [listed, () => server.store(0).folders("backups/")])
      await assert.rejects(listing(), (error: Error) => {
        assert.match(
          error.message,
          /^cannot list backups\/ in the bucket backups at .*: the listing is not complete: /,
        );
        assert.match(error.message, why);
        assert.match(error.message, /; hint: /);
        return true;
      });
  };

  it("over many pages", async () => {
    const keys = server.fill(2500);
    assert.deepEqual(await listed(), keys);
    assert.deepEqual(
      await server.store(0).folders("backups/"),
      keys.map((key) => key.split("/")[1]),
    );
  });

  it("of exactly one full page, and of two", async () => {
    for (const count of [1000, 2000]) {
      const keys = server.fill(count);
      assert.deepEqual(await listed(), keys);
      assert.equal((await server.store(0).folders("backups/")).length, count);
    }
  });

  it("of nothing", async () => {
    assert.deepEqual(await listed(), []);
  });

  it("where a server says that there is more, and not how to go on, as one that knows version 1 alone", async () => {
    server.fill(1500);
    server.oddity = ({ query, key, method }, answer) =>
      method === "GET" && key === "" && answer.xml(page(server.entries(query).slice(0, 1000), { truncated: true }));
    await isRefused(/says that there is more, and not how to go on, as servers do that answer/);
  });

  it("where a server cuts it off at a thousand and calls that all", async () => {
    server.fill(1500);
    server.oddity = ({ query, key, method }, answer) => {
      if (method !== "GET" || key !== "") return false;
      const after = query.get("start-after") ?? "";
      const left = server.entries(query).filter((name) => name > after);
      return answer.xml(page(left.slice(0, 1000), { truncated: false }));
    };
    await isRefused(/cuts it off at 1000 entries and does not say so/);
  });

  it("where a server gives a thousand, and says neither that these are all nor what comes after", async () => {
    server.fill(1500);
    server.oddity = ({ query, key, method }, answer) =>
      method === "GET" && key === "" && answer.xml(page(server.entries(query).slice(0, 1000)));
    await isRefused(/gives 1000 entries and does not say whether there are more/);
  });

  it("where a server gives the same continuation for ever, with entries or without", async () => {
    server.fill(1500);
    for (const entries of [() => [], (query: URLSearchParams) => server.entries(query).slice(0, 1000)]) {
      server.oddity = ({ query, key, method }, answer) =>
        method === "GET" && key === "" && answer.xml(page(entries(query), { truncated: true, token: "again" }));
      await isRefused(/goes round in circles/);
    }
  });

  it("where a server gives ever new continuations and nothing else", async () => {
    server.fill(1500);
    let token = 0;
    server.oddity = ({ query, key, method }, answer) =>
      method === "GET" &&
      key === "" &&
      answer.xml(page(server.entries(query).slice(0, 1000), { truncated: true, token: `t${token++}` }));
    await isRefused(/goes round in circles/);
    assert.ok(server.asked.length < 50);
  });

  it("where a server does not look at what is asked for", async () => {
    server.fill(3);
    server.fill(3, "elsewhere/");
    server.oddity = ({ key, method }, answer) =>
      method === "GET" && key === "" && answer.xml(page([...server.objects.keys()], { truncated: false }));
    await isRefused(/has what does not begin with what was asked for/);
  });

  it("where an answer breaks off, by itself or with its connection", async () => {
    server.fill(1500);
    const whole = () =>
      page(server.entries(new URLSearchParams({ prefix: "backups/" })).slice(0, 10), { truncated: false });
    for (const end of [30, whole().length - 200, whole().length - 20]) {
      server.oddity = ({ key, method }, answer) => method === "GET" && key === "" && answer.xml(whole().slice(0, end));
      await assert.rejects(listed(), /cannot list backups\//, `after ${end} characters`);
    }
    server.oddity = (_, answer) => answer.hangUp();
    await assert.rejects(listed(), /cannot list backups\//);
  });

  it("with each entry once, also where a server names the last one of a page again on the next", async () => {
    const keys = server.fill(1200);
    server.oddity = ({ query, key, method }, answer) => {
      if (method !== "GET" || key !== "") return false;
      const entries = server.entries(query);
      if (query.has("start-after")) return answer.xml(page([], { truncated: false }));
      if (!query.has("continuation-token"))
        return answer.xml(page(entries.slice(0, 1000), { truncated: true, token: "more" }));
      return answer.xml(page([...entries.slice(999), ...entries.slice(1100)], { truncated: false }));
    };
    assert.deepEqual(await listed(), keys);
    assert.equal((await server.store(0).folders("backups/")).length, 1200);
  });

  it("also where a server has an order of its own: nothing is lost for coming late", async () => {
    const keys = server.fill(1200);
    server.oddity = ({ query, key, method }, answer) => {
      if (method !== "GET" || key !== "") return false;
      const entries = server.entries(query).reverse();
      if (!query.has("continuation-token"))
        return answer.xml(page(entries.slice(0, 1000), { truncated: true, token: "more" }));
      return answer.xml(page(entries.slice(1000), { truncated: false }));
    };
    assert.deepEqual((await listed()).sort(), keys);
  });
});
