import assert from "node:assert/strict";
import { allOrFirstError } from "../../../runtime/concurrency";
import { Stages } from "../../../runtime/stages";

describe("stages", () => {
  it("print a line each, with the time and a note", async () => {
    const lines: string[] = [];
    await new Stages((line) => lines.push(line)).run("dump", async (note) => note("45.1 MB (zstd)"));
    assert.match(lines[0] ?? "", /^✔ dump +0\.0 s {2}45\.1 MB \(zstd\)$/);
  });

  it("keep why one failed for the evidence, and pass the error on", async () => {
    const stages = new Stages(() => undefined);
    await assert.rejects(
      stages.run("restore", () => Promise.reject(new Error("no role"))),
      /no role/,
    );
    assert.equal(stages.failed, "restore");
    assert.deepEqual(
      { ...stages.done[0], seconds: 0 },
      { name: "restore", seconds: 0, passed: false, message: "no role" },
    );
  });

  it("tell the stage that failed from those that it stopped", async () => {
    const stages = new Stages(() => undefined);
    const stop = new AbortController();
    const waiting = stages.run(
      "server",
      () =>
        new Promise((_, reject) => {
          stop.signal.addEventListener("abort", () => reject(new Error("aborted")));
        }),
    );
    const failing = stages.run("fetch", () => Promise.reject(new Error("cut off")));
    await assert.rejects(allOrFirstError(stop, [waiting, failing]), /cut off/);
    assert.equal(stages.failed, "fetch");
    assert.equal(stages.done[1]?.message, "stopped, because fetch failed");
  });

  it("end before the first error is reported, all of them", async () => {
    let ended = false;
    const slow = new Promise<void>((resolve) =>
      setTimeout(() => {
        ended = true;
        resolve();
      }, 30),
    );
    await assert.rejects(allOrFirstError(new AbortController(), [slow, Promise.reject(new Error("first"))]), /first/);
    assert.equal(ended, true);
  });
});
