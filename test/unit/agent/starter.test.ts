import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { type Requests, startDrills } from "../../../agent/starter/starter";
import { requestIn } from "../../../model/drill-request";

const FIRST = "20261121T021500Z-9f3a";
const SECOND = "20261121T031500Z-0b1c";
const TIMES = { lookMs: 200, pauseMs: 5, staleMs: 1000 };
const asked = (requested: unknown) => ({ requested });

/** A ConfigMap that the test changes, and a starter that watches it. */
function starterOf(data: unknown, start: (id: string) => Promise<{ job: string; before: boolean }>) {
  const stop = new AbortController();
  const lines: string[] = [];
  let present = data;
  let reads = 0;
  let watches = 0;
  let notify: ((data: unknown) => void) | undefined;
  let breakWatch: ((error?: Error) => void) | undefined;
  const requests: Requests = {
    read: async () => {
      reads++;
      return present;
    },
    watch: (changed, signal) =>
      new Promise((resolve, reject) => {
        watches++;
        notify = changed;
        breakWatch = (error) => (error ? reject(error) : resolve());
        signal.addEventListener("abort", () => resolve());
      }),
  };
  const ended = startDrills(requests, start, { signal: stop.signal, say: (line) => lines.push(line) }, TIMES);
  return {
    requests,
    lines,
    ended,
    reads: () => reads,
    /** Whether it is watching, for the nth time. */
    watches: (times: number) => watches >= times,
    change: (changed: unknown, silently = false) => {
      present = changed;
      if (!silently) notify?.(changed);
    },
    breakWatch: (error?: Error) => breakWatch?.(error),
    stop: async () => {
      stop.abort();
      await ended;
    },
  };
}

const until = async (what: () => boolean) => {
  for (let tries = 0; !what(); tries++) {
    if (tries > 200) throw new Error("it did not come about");
    await sleep(5);
  }
};

describe("the starter of drills", () => {
  it("asks no more often than it pauses when each watch ends at once, as one from a version that is too old does", async () => {
    const stop = new AbortController();
    let reads = 0;
    const requests: Requests = {
      read: async () => {
        reads++;
        return {};
      },
      watch: async () => undefined,
    };
    const start = async () => ({ job: "j", before: false });
    const ended = startDrills(
      requests,
      start,
      { signal: stop.signal, say: () => undefined },
      { ...TIMES, pauseMs: 100 },
    );
    await sleep(450);
    stop.abort();
    await ended;
    assert.ok(reads >= 2 && reads <= 6, `${reads} reads`);
  });

  it("starts what was asked for while it was away, and then what is asked for, each once", async () => {
    const started: string[] = [];
    const starter = starterOf(asked(FIRST), async (id) => {
      started.push(id);
      return { job: `shop-drill-${id}`, before: false };
    });
    await until(() => starter.watches(1));
    starter.change(asked(SECOND));
    starter.change(asked(SECOND));
    starter.change(asked(FIRST));
    await until(() => started.length === 2);
    starter.breakWatch();
    await until(() => starter.reads() > 1);
    await starter.stop();
    assert.deepEqual(started, [FIRST, SECOND]);
  });

  it("finds a request that a broken watch has not told of", async () => {
    const started: string[] = [];
    const starter = starterOf({}, async (id) => {
      started.push(id);
      return { job: "x", before: false };
    });
    await until(() => starter.watches(1));
    starter.change(asked(FIRST), true);
    starter.breakWatch(new Error("the connection was closed"));
    await until(() => started.length === 1);
    await starter.stop();
    assert.match(starter.lines.join("\n"), /✘ the connection was closed; it is tried again/);
  });

  const hostile: [string, unknown][] = [
    ["a command", "20261121T021500Z-9f3a; rm -rf /"],
    ["a second line", `${FIRST}\n${SECOND}`],
    ["a path", "../../evil"],
    ["escapes of a terminal", "\u001b[2J\u001b[1Apassed"],
    ["an object", { image: "registry.example.com/mallory/always-passes" }],
    ["a list of ids", [FIRST]],
    ["a number", 20261121],
    ["an empty text", ""],
    ["a megabyte", "9".repeat(1_000_000)],
  ];
  for (const [what, value] of hostile)
    it(`starts nothing for ${what}, and says so in a line that does no harm`, async () => {
      const starter = starterOf(asked(value), () => Promise.reject(new Error("it was started")));
      await until(() => starter.watches(1));
      starter.breakWatch();
      await until(() => starter.reads() > 1);
      await starter.stop();
      const [line, ...others] = starter.lines;
      assert.deepEqual(others, []);
      assert.match(line ?? "", /^✘ what is asked for is no backup's id, and ignored: [\x20-\x7e…]*$/);
      assert.ok((line ?? "").length < 140);
    });

  it("takes only what stands under the one key, and nothing that was inherited", () => {
    assert.equal(requestIn({}), undefined);
    assert.equal(requestIn(undefined), undefined);
    assert.equal(requestIn({ image: "x" }), undefined);
    assert.equal(requestIn(Object.create({ requested: FIRST })), undefined);
    assert.deepEqual(requestIn(asked(FIRST)), { id: FIRST });
  });

  it("tries a drill again that could not be started", async () => {
    let tries = 0;
    const starter = starterOf({}, async () => {
      tries++;
      if (tries === 1) throw new Error("the quota is used up");
      return { job: "x", before: false };
    });
    await until(() => starter.watches(1));
    starter.change(asked(FIRST));
    await until(() => tries === 2);
    await starter.stop();
    assert.match(starter.lines.join("\n"), /✘ the quota is used up; it is tried again\n✔ backup 20261121T021500Z-9f3a/);
  });

  it("ends when it has been blind for too long, so that Kubernetes starts it anew", async () => {
    const stop = new AbortController();
    const requests: Requests = { read: () => Promise.reject(new Error("no route")), watch: async () => undefined };
    const start = () => Promise.reject(new Error("not reached"));
    await assert.rejects(
      startDrills(requests, start, { signal: stop.signal, say: () => undefined }, { ...TIMES, staleMs: 60 }),
      /no request could be read or started for 0.06 s/,
    );
  });

  it("ends when the cluster's answer never comes", async () => {
    const requests: Requests = { read: () => new Promise(() => undefined), watch: async () => undefined };
    const start = () => Promise.reject(new Error("not reached"));
    const run = { signal: new AbortController().signal, say: () => undefined };
    await assert.rejects(
      startDrills(requests, start, run, { ...TIMES, lookMs: 20, staleMs: 60 }),
      /ending, so that Kubernetes/,
    );
  });
});
