import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { orGiveUp } from "../../../../agent/drill/last-words";

describe("a drill that is told to stop", () => {
  it("says what it has found, also when a step of it waits for ever", async () => {
    const stop = new AbortController();
    const waiting = orGiveUp(new Promise<never>(() => undefined), stop.signal, 20);
    setTimeout(() => stop.abort(new Error("stopped by SIGTERM")), 10);
    await assert.rejects(waiting, /stopped by SIGTERM/);
    await assert.rejects(orGiveUp(new Promise(() => undefined), AbortSignal.abort(new Error("before")), 1), /before/);
  });

  it("lets its steps end by themselves, and tells of what they tell", async () => {
    const stop = new AbortController();
    const ending = async () => {
      await sleep(20);
      throw new Error("Connection terminated");
    };
    stop.abort(new Error("stopped by SIGTERM"));
    await assert.rejects(orGiveUp(ending(), stop.signal, 5000), /Connection terminated/);
  });

  it("is none that ended well before", async () => {
    assert.equal(await orGiveUp(Promise.resolve(1), new AbortController().signal, 1), 1);
    await assert.rejects(orGiveUp(Promise.reject(new Error("no")), new AbortController().signal, 1), /^Error: no$/);
  });
});
