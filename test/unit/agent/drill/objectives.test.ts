import assert from "node:assert/strict";
import { measuredRpo, missedObjectives } from "../../../../agent/drill/objectives";
import { drillJob, manifest } from "../jobs";

describe("a drill measures", () => {
  it("the RPO from the snapshot of the backup before", () => {
    assert.equal(measuredRpo(manifest, "primary", new Date()), 3890);
    assert.equal(measuredRpo({ ...manifest, previous: undefined }, "primary", new Date()), 290);
  });

  it("the RPO of the off-site copy from its newest backup's snapshot until the drill: copying may have stopped", () => {
    assert.equal(measuredRpo(manifest, "off-site", new Date("2026-11-22T02:00:10Z")), 86_400);
    const [missed] = missedObjectives({ rpoSeconds: 86_400, rtoSeconds: 1 }, drillJob.objectives, "off-site");
    assert.match(missed ?? "", /^RPO: expected at most 1h; measured 1d from .* in the off-site copy until the drill/);
  });

  it("and names the objectives that were missed", () => {
    assert.deepEqual(missedObjectives({ rpoSeconds: 3600, rtoSeconds: 600 }, drillJob.objectives, "primary"), []);
    const missed = missedObjectives({ rpoSeconds: 3601, rtoSeconds: 4000 }, drillJob.objectives, "primary");
    assert.match(missed[0] ?? "", /^RPO: expected at most 1h; measured 1h 1s/);
    assert.match(missed[1] ?? "", /^RTO: expected at most 10m; measured 1h 6m/);
  });
});
