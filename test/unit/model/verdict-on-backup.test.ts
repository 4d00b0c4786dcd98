import assert from "node:assert/strict";
import { CONTENT_POINTS, verdictOnBackup } from "../../../model/verdict-on-backup";

const passed = CONTENT_POINTS.map((point) => ({ id: `${point}.1`, point, passed: true, ran: true }));

describe("the verdict on a backup", () => {
  it("is restorable when every point of its contents was looked at, and nothing contradicts it", () => {
    assert.equal(verdictOnBackup(passed), "restorable");
  });

  for (const point of CONTENT_POINTS) {
    it(`is undetermined when nothing was looked at of ${point}, whatever else passed`, () => {
      assert.equal(verdictOnBackup(passed.filter((check) => check.point !== point)), "undetermined");
    });

    it(`is not restorable when ${point} was looked at and contradicts it`, () => {
      const contradicted = passed.map((check) => (check.point === point ? { ...check, passed: false } : check));
      assert.equal(verdictOnBackup(contradicted), "not restorable");
    });

    it(`is undetermined when ${point} could not be looked at`, () => {
      const blind = passed.map((check) => (check.point === point ? { ...check, passed: false, ran: false } : check));
      assert.equal(verdictOnBackup(blind), "undetermined");
    });
  }
});
