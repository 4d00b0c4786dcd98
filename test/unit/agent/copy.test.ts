import assert from "node:assert/strict";
import { progress } from "../../../agent/copy/copy";
import { copyJobSchema } from "../../../model/copy-job";
import { drillJob } from "./jobs";

describe("copying, as the agent tells of it", () => {
  it("says how far it is after two seconds, then every ten, and of each backup anew", () => {
    const said: string[] = [];
    let time = 0;
    const tell = progress(
      (line) => said.push(line),
      () => time,
    );
    for (time = 0; time <= 13_000; time += 500) tell({ id: "first", bytes: time * 1000, of: 20_000_000 });
    tell({ id: "second", bytes: 1, of: 10 });
    time += 1_999;
    tell({ id: "second", bytes: 2, of: 10 });
    time += 1;
    tell({ id: "second", bytes: 5, of: 10 });
    assert.deepEqual(said, [
      "  first  2.0 MB of 20.0 MB, 10 %",
      "  first  12.0 MB of 20.0 MB, 60 %",
      "  second  5 B of 10 B, 50 %",
    ]);
  });

  it("says nothing of what is complete", () => {
    const said: string[] = [];
    let time = 0;
    const tell = progress(
      (line) => said.push(line),
      () => time,
    );
    tell({ id: "first", bytes: 1, of: 10 });
    time = 60_000;
    tell({ id: "first", bytes: 10, of: 10 });
    assert.deepEqual(said, []);
  });

  it("takes settings with two places, and no others", () => {
    const place = { storage: { kind: "s3-compatible" as const }, prefix: "" };
    const { target, environment, stack } = drillJob;
    const job = { version: 1 as const, environment, stack, target, from: place, to: { ...place, prefix: "copy/" } };
    assert.deepEqual(copyJobSchema.parse({ ...job, maxAgeSeconds: 60 }), { ...job, maxAgeSeconds: 60 });
    assert.equal(copyJobSchema.safeParse({ ...job, to: undefined }).success, false);
    assert.equal(copyJobSchema.safeParse({ ...job, to: { ...place, prefix: "copy" } }).success, false);
  });
});
