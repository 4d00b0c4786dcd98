import assert from "node:assert/strict";
import type { CheckResult } from "../../../catalog/storage-check";
import type { CheckedPlace } from "../../../cli/world";
import { call, FakeCluster, stackOutputs } from "./support";

const result = (change: Partial<CheckResult> = {}): CheckResult => ({
  ...{
    id: "private",
    question: "Is it closed to everybody without a key?",
    kept: true,
    found: "it is",
    required: true,
  },
  ...change,
});

describe("restorable storage check", () => {
  const check = (args: string[], results: CheckResult[], change = {}) =>
    call(["storage", "check", ...args], { checkStorage: async () => ({ results, versionsLeft: 0 }), ...change });

  it("is content when every required promise is kept", async () => {
    const { code, out } = await check(
      ["--path", "/mnt/b"],
      [result(), result({ kept: false, required: false, remedy: "do it" })],
    );
    assert.equal(code, 0);
    assert.equal(
      out,
      [
        "the folder /mnt/b, with the keys of: writer",
        "",
        "✔ Is it closed to everybody without a key?",
        "    it is",
        "! Is it closed to everybody without a key? (not required)",
        "    it is",
        "    → do it",
        "",
        "good: every required promise is kept",
      ].join("\n"),
    );
  });

  it("ends with 1 when one is broken, or could not be tried, and prints JSON", async () => {
    for (const kept of [false, "unknown"] as const) {
      const results = [result({ kept })];
      const { code, out } = await check(["--path", "/mnt/b", "--json"], results);
      assert.equal(code, 1);
      assert.deepEqual(JSON.parse(out), {
        ...{ version: 1, good: false, place: "the folder /mnt/b", uses: ["writer"], results, versionsLeft: 0 },
      });
    }
  });

  it("tries every key that the stack names", async () => {
    const cluster = new FakeCluster();
    const secret = {
      ACCESS_KEY_ID: "a",
      ACCESS_SECRET_KEY: "b",
      BUCKET: "backups",
      ENDPOINT: "https://s3.example.com",
    };
    cluster.secrets = { "app/store-writer": secret, "app-drill/store-reader": secret };
    let tried: CheckedPlace | undefined;
    const { out } = await check(["--stack", "s"], [], {
      stackOutputs: async () => stackOutputs(),
      cluster: async () => cluster,
      checkStorage: async (place: CheckedPlace) => {
        tried = place;
        return { results: [result()], versionsLeft: 2 };
      },
    });
    assert.deepEqual(tried?.kind === "bucket" && Object.keys(tried.keys), ["writer", "reader"]);
    assert.match(out, /the bucket backups at https:\/\/s3\.example\.com, with the keys of: writer, reader/);
    assert.match(out, /2 versions of throw-away objects stay/);
  });
});
