import assert from "node:assert/strict";
import { nextRun, runsBetween } from "../../../model/cron-runs";

const runs = (schedule: string, zone: string, after: string, until: string) =>
  runsBetween(schedule, zone, new Date(after), new Date(until)).map((run) => run.toISOString().slice(0, 16));

describe("the runs of a schedule", () => {
  it("are those after the one instant, and until the other, which counts", () => {
    assert.deepEqual(runs("0 * * * *", "UTC", "2026-11-21T08:00:00Z", "2026-11-21T10:00:00Z"), [
      "2026-11-21T09:00",
      "2026-11-21T10:00",
    ]);
  });

  it("are by the time zone's clock", () => {
    assert.deepEqual(runs("30 1 * * *", "Asia/Tokyo", "2026-11-20T12:00:00Z", "2026-11-21T12:00:00Z"), [
      "2026-11-20T16:30",
    ]);
  });

  it("leave out an hour that the clock skips, and come twice in one that it repeats", () => {
    assert.deepEqual(runs("30 2 * * *", "Europe/Zurich", "2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z"), [
      "2026-03-30T00:30",
    ]);
    assert.deepEqual(runs("30 2 * * *", "Europe/Zurich", "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z"), [
      "2026-10-25T00:30",
      "2026-10-25T01:30",
    ]);
  });

  it("are found however rare they are, and not when there are none", () => {
    assert.equal(
      nextRun("0 0 29 2 *", "UTC", new Date("2026-11-21T00:00:00Z"))?.toISOString(),
      "2028-02-29T00:00:00.000Z",
    );
    assert.equal(nextRun("0 0 30 2 *", "UTC", new Date("2026-11-21T00:00:00Z")), undefined);
  });
});
