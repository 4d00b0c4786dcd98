import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Engine } from "./support/engine";
import { buildPack } from "./support/pack";

describe("the policy suite", () => {
  it("fails, and does not skip, when Pulumi is missing", async () => {
    const cache = process.env.RESTORABLE_CACHE;
    process.env.RESTORABLE_CACHE = "/nonexistent";
    try {
      await assert.rejects(
        Engine.start(),
        /pulumi-language-nodejs.* is missing in \/nonexistent\/bin: build it with `make tools`/,
      );
    } finally {
      if (cache === undefined) delete process.env.RESTORABLE_CACHE;
      else process.env.RESTORABLE_CACHE = cache;
    }
  });
});

describe("the pack as an executable", () => {
  const folder = mkdtempSync(join(tmpdir(), "restorable-launcher-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("says what is missing when it was not built, and when there is no node", async () => {
    const launcher = await buildPack(folder);
    const without = spawnSync("/bin/sh", [launcher, "127.0.0.1:1"], {
      env: { PATH: "/nonexistent" },
      encoding: "utf8",
    });
    assert.notEqual(without.status, 0);
    rmSync(join(folder, "index.js"));
    const unbuilt = spawnSync(launcher, ["127.0.0.1:1"], { encoding: "utf8" });
    assert.equal(unbuilt.status, 1);
    assert.match(unbuilt.stderr, /index\.js is missing; build the pack first: npm run build/);
  });

  it("stops the preview when the pack cannot start", async () => {
    const engine = await Engine.start();
    try {
      const launcher = await buildPack(folder);
      writeFileSync(join(folder, "index.js"), 'throw new Error("damaged");\n');
      const { code, output } = await engine.preview("production", {}, undefined, launcher);
      assert.notEqual(code, 0, output);
      assert.match(output, /damaged/);
    } finally {
      engine.stop();
    }
  });
});
