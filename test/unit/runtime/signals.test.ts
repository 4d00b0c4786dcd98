import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";

/** A program that notes that it was told to stop, and goes on: as one that waits for a storage that does not answer. */
const STUBBORN = `
  import { stopSignal } from ${JSON.stringify(resolve("runtime/signals.ts"))};
  const signal = stopSignal();
  signal.addEventListener("abort", () => console.log(signal.reason.message));
  setInterval(() => undefined, 1000);
  console.log("waiting");
`;

describe("a process that is told to stop", () => {
  let child: ChildProcess;
  const said = async () => String((await once(child.stdout as NodeJS.ReadableStream, "data"))[0]).trim();

  beforeEach(async () => {
    child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", STUBBORN]);
    assert.equal(await said(), "waiting");
  });
  afterEach(() => child.kill("SIGKILL"));

  for (const [first, second, code] of [
    ["SIGTERM", "SIGTERM", 143],
    ["SIGTERM", "SIGINT", 130],
    ["SIGINT", "SIGTERM", 143],
  ] as const) {
    it(`can end well after ${first}, and ends at once when ${second} follows`, async () => {
      child.kill(first);
      assert.equal(await said(), `stopped by ${first}`);
      assert.equal(child.exitCode, null);
      child.kill(second);
      assert.deepEqual(await once(child, "exit"), [code, null]);
    });
  }
});
