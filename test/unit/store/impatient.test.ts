import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { impatient } from "../../../store/impatient";

const CHUNK = Buffer.alloc(1024);

describe("a body that is read impatiently", () => {
  it("ends in an error when it is silent for too long", async () => {
    const silent = new Readable({ read: () => undefined });
    silent.push(CHUNK);
    let bytes = 0;
    await assert.rejects(
      async () => {
        for await (const chunk of impatient(silent, 50)) bytes += chunk.length;
      },
      { name: "TimeoutError", message: "nothing came for 0.05 s" },
    );
    assert.equal(bytes, 1024);
    assert.equal(silent.destroyed, true);
  });

  it("waits for a reader who pauses for longer", async () => {
    const body = Readable.from([CHUNK, CHUNK, CHUNK]);
    let bytes = 0;
    for await (const chunk of impatient(body, 20)) {
      bytes += chunk.length;
      await sleep(60);
    }
    assert.equal(bytes, 3 * 1024);
  });

  it("passes an error on, and lets go of what its reader has left", async () => {
    const broken = new Readable({ read: () => broken.destroy(new Error("socket hang up")) });
    await assert.rejects(impatient(broken, 1000).toArray(), /socket hang up/);
    const body = Readable.from([CHUNK, CHUNK]);
    for await (const _ of impatient(body, 1000)) break;
    await sleep(10);
    assert.equal(body.destroyed, true);
  });
});
