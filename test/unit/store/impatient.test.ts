import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { impatient, READ_AHEAD } from "../../../store/impatient";

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
    const body = Readable.from([1, 2, 3, 4].map(() => Buffer.alloc(READ_AHEAD)));
    let bytes = 0;
    for await (const chunk of impatient(body, 20)) {
      bytes += chunk.length;
      await sleep(60);
    }
    assert.equal(bytes, 4 * READ_AHEAD);
  });

  it("passes an error on, and lets go of what its reader has left", async () => {
    const broken = new Readable({ read: () => broken.destroy(new Error("socket hang up")) });
    await assert.rejects(impatient(broken, 1000).toArray(), /socket hang up/);
    const body = Readable.from(Array.from({ length: 4 }, () => Buffer.alloc(READ_AHEAD)));
    for await (const _ of impatient(body, 1000)) break;
    await sleep(10);
    assert.equal(body.destroyed, true);
  });

  it("takes a body that is cut off for an error, and not for its end", async () => {
    const cut = new Readable({ read: () => undefined });
    cut.push(CHUNK);
    setTimeout(() => cut.destroy(), 10);
    await assert.rejects(impatient(cut, 1000).toArray(), { code: "ERR_STREAM_PREMATURE_CLOSE" });
  });

  it("reads ahead no more than it may", async () => {
    let given = 0;
    const endless = new Readable({
      read() {
        given += 64 * CHUNK.length;
        this.push(Buffer.alloc(64 * CHUNK.length));
      },
    });
    const body = impatient(endless, 1000);
    body.read(1);
    await sleep(50);
    body.destroy();
    assert.ok(given >= READ_AHEAD && given <= 4 * READ_AHEAD, `${given}`);
  });
});
