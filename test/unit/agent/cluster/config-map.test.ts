import assert from "node:assert/strict";
import type { V1ConfigMap } from "@kubernetes/client-node";
import { type ConfigMapApi, patchData } from "../../../../agent/cluster/config-map";

const PATIENCE = { awayMs: 500, pauseMs: 1, conflicts: 4 };
const failure = (parts: object) => Object.assign(new Error("x"), parts);
const AWAY = [
  failure({ code: 503 }),
  failure({ code: 429 }),
  failure({ code: "ECONNREFUSED" }),
  failure({ name: "TimeoutError" }),
];

/** A ConfigMap whose API fails in the way that is next in `failures`. */
class FakeMap implements ConfigMapApi {
  data: Record<string, string> = {};
  calls = 0;
  private version = 1;
  constructor(private readonly failures: (Error | "lost" | undefined)[] = []) {}

  async read(): Promise<V1ConfigMap> {
    return { data: { ...this.data }, metadata: { resourceVersion: String(this.version) } };
  }

  async patch(body: object): Promise<void> {
    this.calls++;
    const fails = this.failures.shift();
    if (fails instanceof Error) throw fails;
    Object.assign(this.data, (body as { data: object }).data);
    this.version++;
    if (fails === "lost") throw failure({ code: "ECONNRESET" });
  }
}

describe("a drill's ConfigMap is changed", () => {
  const change = (map: ConfigMapApi, decide = () => ({ a: "1" })) => patchData(map, "ns/evidence", decide, PATIENCE);

  it("also when the API server is away for a moment: what a drill has found must not be lost for that", async () => {
    const map = new FakeMap([...AWAY]);
    await change(map);
    assert.deepEqual(map.data, { a: "1" });
    const reads = [...AWAY];
    const read = async () => {
      const error = reads.shift();
      if (error) throw error;
      return { data: {} };
    };
    await change({ read, patch: async () => undefined });
    assert.equal(reads.length, 0);
  });

  it("once, when the answer was lost and not the change", async () => {
    const map = new FakeMap(["lost"]);
    await patchData(map, "x", (present) => (present.a === "1" ? undefined : { a: "1" }), PATIENCE);
    assert.deepEqual([map.data, map.calls], [{ a: "1" }, 1]);
  });

  it("anew, for the version that somebody else has made meanwhile, and not for ever", async () => {
    const conflict = failure({ code: 409 });
    const map = new FakeMap([conflict, conflict]);
    await change(map);
    assert.equal(map.calls, 3);
    const always = new FakeMap(Array.from({ length: 10 }, () => conflict));
    await assert.rejects(change(always), /cannot write the evidence into the ConfigMap ns\/evidence/);
    assert.equal(always.calls, 4);
  });

  it("not when it is refused, and not by an API server that stays away", async () => {
    const refused = new FakeMap([failure({ code: 403, body: '{"message":"forbidden"}' })]);
    await assert.rejects(change(refused), /lacks the permission \(forbidden\); deploy the RestoreDrill again/);
    assert.equal(refused.calls, 1);
    const read = () => Promise.reject(failure({ code: 503 }));
    await assert.rejects(change({ read, patch: async () => undefined }), /cannot read the ConfigMap ns\/evidence/);
  });
});
