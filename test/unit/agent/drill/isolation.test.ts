import assert from "node:assert/strict";
import { createServer, type Server } from "node:net";
import { Checks } from "../../../../agent/drill/checks";
import { isolated, judge, type Seen } from "../../../../agent/drill/isolation";
import { type Forbidden, type PodNetwork, podNetwork, resolverIn } from "../../../../agent/drill/pod-network";
import { type Answer, answerOf, reach } from "../../../../agent/drill/reach";

const SOURCE = { host: "orders-rw.app", port: 5432 };
const CONNECTED: Answer = { kind: "connected" };
const REFUSED: Answer = { kind: "refused" };
const SILENT: Answer = { kind: "silent", seconds: 3 };
const NO_WAY: Answer = { kind: "no way", code: "EHOSTUNREACH" };
const METRICS: Forbidden = { host: "10.96.0.10", port: 9153, what: "the metrics of the cluster's DNS", decides: true };
const KUBELET: Forbidden = { host: "10.0.0.1", port: 10_250, what: "the kubelet of this pod's node", decides: false };

const at = (...answers: Answer[]): Seen["source"] =>
  answers.map((answer, index) => ({ address: `10.96.1.${index}`, answer }));
const seen = (changes: Partial<Seen> = {}): Seen => ({
  allowed: CONNECTED,
  source: at(SILENT),
  forbidden: [{ at: METRICS, answer: SILENT }],
  ...changes,
});
const verdict = (changes: Partial<Seen>) => judge(SOURCE, seen(changes));

describe("a drill is isolated", () => {
  it("when what it may reach answers, and neither the source nor what listens elsewhere does", () => {
    const { passed, actual } = verdict({});
    assert.equal(passed, true);
    assert.equal(
      actual,
      "10.96.1.0: no answer in 3 s; the API server answers, and the metrics of the cluster's DNS (10.96.0.10:9153) does " +
        "not: no answer in 3 s",
    );
  });

  it("also by a network plugin that refuses in the source's place, as it refuses in the place of what listens", () => {
    assert.equal(verdict({ source: at(REFUSED), forbidden: [{ at: METRICS, answer: REFUSED }] }).passed, true);
    assert.equal(verdict({ source: at(REFUSED), forbidden: [{ at: KUBELET, answer: REFUSED }] }).passed, true);
  });

  it("where nothing else is known to listen, when packets to the source get no answer at all", () => {
    for (const answer of [SILENT, NO_WAY])
      assert.equal(verdict({ source: at(answer), forbidden: [] }).passed, true, JSON.stringify(answer));
    // Some plugins let every pod reach its own node: that shows nothing, in either direction.
    assert.equal(verdict({ forbidden: [{ at: KUBELET, answer: CONNECTED }] }).passed, true);
  });
});

describe("a drill is not shown to be isolated", () => {
  it("when the source answers, at any of its addresses, whatever else does not", () => {
    assert.deepEqual(verdict({ source: at(SILENT, CONNECTED) }), { passed: false, actual: "connected to 10.96.1.1" });
    assert.equal(verdict({ source: at(CONNECTED), allowed: SILENT }).passed, false);
  });

  it("by a source in maintenance, when something else that listens is reached: no policy is in force", () => {
    for (const answer of [REFUSED, SILENT, NO_WAY]) {
      const { passed, actual } = verdict({ source: at(answer), forbidden: [{ at: METRICS, answer: CONNECTED }] });
      assert.equal(passed, false);
      assert.match(actual, /connected to the metrics.*10\.96\.0\.10:9153.*hint: run drills in a DrillNamespace/);
    }
  });

  it("by a refusal alone, which a source in maintenance gives, too", () => {
    for (const forbidden of [[], [{ at: KUBELET, answer: CONNECTED }]])
      assert.throws(() => verdict({ source: at(REFUSED), forbidden }), /or by a source where nothing listens.*hint: /);
    assert.throws(() => verdict({ source: at(SILENT, REFUSED), forbidden: [] }), /refused/);
  });

  it("by a name without an address: it may be mistyped, and leads nowhere from anywhere", () => {
    const failed = (code: string) => ({ error: Object.assign(new Error(code), { code }) });
    assert.throws(
      () => verdict({ source: failed("ENOTFOUND") }),
      /the name orders-rw\.app has no address here; hint: correct the drill's source\.host/,
    );
    assert.throws(() => verdict({ source: failed("EAI_AGAIN") }), /could not be resolved \(EAI_AGAIN\); hint: look at/);
    assert.throws(() => verdict({ source: { error: new Error("there was no answer within 8 s") } }), /within 8 s/);
    assert.throws(() => verdict({ source: [] }), /no address here/);
  });

  it("by a pod that reaches nothing at all: a network that is down is no wall", () => {
    for (const allowed of [SILENT, REFUSED, NO_WAY])
      assert.throws(
        () => verdict({ allowed }),
        /nothing is shown: this pod does not reach the API server either.*hint/,
      );
  });

  it("by an error that nobody knows", () => {
    assert.equal(verdict({ source: at({ kind: "odd", code: "EODD" }) }).passed, false);
    assert.equal(
      verdict({ forbidden: [{ at: METRICS, answer: { kind: "odd", code: "EODD" } }], source: at(SILENT) }).passed,
      true,
    );
    assert.throws(() =>
      verdict({ forbidden: [{ at: METRICS, answer: { kind: "odd", code: "EODD" } }], source: at(REFUSED) }),
    );
  });
});

describe("the check of isolation", () => {
  const quick = { attempts: 2, pauseMs: 10 };
  const servers: Server[] = [];
  const listening = async () => {
    const server = createServer().listen(0, "127.0.0.1");
    servers.push(server);
    await new Promise((resolve) => server.once("listening", resolve));
    return { host: "127.0.0.1", port: (server.address() as { port: number }).port, server };
  };
  afterEach(() => Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve)))));

  /** The real thing on loopback, where the API server answers and nothing else does. */
  const network = async (changes: Partial<PodNetwork> = {}): Promise<PodNetwork> => ({
    ...podNetwork({ KUBERNETES_SERVICE_HOST: "127.0.0.1", KUBERNETES_SERVICE_PORT: String((await listening()).port) }),
    forbidden: async () => [{ ...METRICS, host: "127.0.0.1", port: 1 }],
    ...changes,
  });

  it("fails when the source can be reached, also when tried again", async () => {
    const source = await listening();
    const attempt = await isolated(source, undefined, await network(), quick);
    assert.deepEqual(attempt, { passed: false, actual: "connected" });
  });

  it("passes when a network policy takes hold a moment later", async () => {
    const { server, ...source } = await listening();
    server.once("connection", () => server.close());
    assert.equal((await isolated(source, undefined, await network(), quick)).passed, true);
  });

  it("passes when names are resolved a moment later, and not when they never are", async () => {
    let asked = 0;
    const late = async () => {
      if (asked++ === 0) throw Object.assign(new Error("not yet"), { code: "EAI_AGAIN" });
      return ["127.0.0.1"];
    };
    const source = { host: "orders-rw.app", port: 1 };
    assert.equal((await isolated(source, undefined, await network({ addresses: late }), quick)).passed, true);
    const mistyped = { host: "orders-rw.no-such-namespace.invalid", port: 5432 };
    await assert.rejects(isolated(mistyped, undefined, await network(), quick), /nothing is shown: the name/);
  });

  it("fails where there is no API server to compare with", async () => {
    const here = { ...(await network()), allowed: podNetwork({}).allowed };
    await assert.rejects(isolated({ host: "127.0.0.1", port: 1 }, undefined, here, quick), /this is not a pod/);
  });

  it("ends at once when the drill is told to stop", async () => {
    const stop = new AbortController();
    const waiting = isolated({ host: "127.0.0.1", port: 1 }, stop.signal, await network({ reach: never }), quick);
    setTimeout(() => stop.abort(new Error("stopped by SIGTERM")), 20);
    await assert.rejects(waiting, /stopped by SIGTERM/);
  });

  it("has not run, and so has failed, when nothing is shown: no verdict on the backup hangs on it", async () => {
    const { passed, ran, point } = await new Checks().try("isolation.source", "isolation", "x", async () =>
      judge(SOURCE, seen({ source: [] })),
    );
    assert.deepEqual({ passed, ran, point }, { passed: false, ran: false, point: "isolation" });
  });

  it("tells how a connection ended", async () => {
    assert.deepEqual(await reach({ host: "127.0.0.1", port: 1 }), REFUSED);
    assert.deepEqual(answerOf(Object.assign(new Error("x"), { code: "EHOSTUNREACH" })), NO_WAY);
    assert.equal(answerOf(new Error("odd")).kind, "odd");
  });

  it("finds the cluster's domain and DNS as the kubelet wrote them", () => {
    const text =
      "search app-drill.svc.corp.example svc.corp.example corp.example\nnameserver 10.96.0.10\noptions ndots:5\n";
    assert.deepEqual(resolverIn(text), { domain: "corp.example", servers: ["10.96.0.10"] });
    assert.deepEqual(resolverIn("nameserver 1.1.1.1\nsearch example.com"), { domain: undefined, servers: ["1.1.1.1"] });
  });
});

/** A network that never answers, until it is told to stop. */
const never: PodNetwork["reach"] = (_to, signal) =>
  new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason), { once: true }));
