import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { folderBytes, roomOf, watchRoom } from "../../../../agent/drill/room";
import { messageOf } from "../../../../runtime/errors";

describe("the room of a drill on its node's disk", () => {
  const MIB = 2 ** 20;
  const watch = async (sizes: (number | Error)[], limit = 10 * MIB) => {
    const [full, over] = [new AbortController(), new AbortController()];
    const measure = async () => {
      const size = sizes.shift();
      if (size === undefined) over.abort();
      if (size instanceof Error) throw size;
      return size ?? 0;
    };
    await watchRoom(limit, full, { measure, signal: over.signal }, 1);
    return full.signal;
  };

  it("is full when it holds more than it was given: the drill ends and says so, before the kubelet ends it without a word", async () => {
    const { aborted, reason } = await watch([MIB, 9 * MIB, 11 * MIB]);
    assert.equal(aborted, true);
    assert.match(
      messageOf(reason),
      /^ended, for its temporary storage is full \(.* of .*; hint: give it more by temporaryStorage\.size, or a volume/,
    );
  });

  it("is not full at its limit, nor when it cannot be measured: such a drill could have passed", async () => {
    assert.equal((await watch([10 * MIB, 10 * MIB])).aborted, false);
    assert.equal((await watch([new Error("no server yet"), MIB])).aborted, false);
  });

  it("is what was fetched and what the server holds; before there is a server, what was fetched", async () => {
    const folder = await mkdtemp(join(tmpdir(), "room-"));
    await writeFile(join(folder, "database.dump"), Buffer.alloc(1000));
    await writeFile(join(folder, "facts.json"), Buffer.alloc(24));
    assert.equal(await folderBytes(folder), 1024);
    assert.equal(await folderBytes(join(folder, "not-there")), 0);
    assert.equal(await roomOf("postgres", new AbortController().signal, folder)(), 1024);
    await rm(folder, { recursive: true });
  });
});
