import assert from "node:assert/strict";
import fc from "fast-check";
import { wallClock } from "../../../model/wall-clock";

const from = Date.parse("2026-01-01T00:00:00Z");
const to = Date.parse("2027-01-01T00:00:00Z");
const utc = (text: string) => Date.parse(`${text}Z`);

describe("the wall clock of a zone", () => {
  const zurich = wallClock("Europe/Zurich", from, to);

  it("knows winter and summer", () => {
    assert.equal(zurich.instantOf(utc("2026-01-15T12:00:00")), utc("2026-01-15T11:00:00"));
    assert.equal(zurich.instantOf(utc("2026-07-15T12:00:00")), utc("2026-07-15T10:00:00"));
    assert.equal(zurich.read(utc("2026-07-15T10:00:00")), utc("2026-07-15T12:00:00"));
  });

  it("has no time in the hour that spring skips, to the second", () => {
    assert.equal(zurich.instantOf(utc("2026-03-29T01:59:59")), utc("2026-03-29T00:59:59"));
    assert.equal(zurich.instantOf(utc("2026-03-29T02:00:00")), undefined);
    assert.equal(zurich.instantOf(utc("2026-03-29T02:59:59")), undefined);
    assert.equal(zurich.instantOf(utc("2026-03-29T03:00:00")), utc("2026-03-29T01:00:00"));
  });

  it("takes the first of the two times that autumn shows twice", () => {
    assert.equal(zurich.instantOf(utc("2026-10-25T02:30:00")), utc("2026-10-25T00:30:00"));
  });

  it("is exact wherever in a second, and in the day, the stretch of time begins", () => {
    const spring = utc("2026-03-29T01:00:00");
    for (const milliseconds of [0, 1, 187, 500, 999])
      for (const shift of [-1000, 0, 1000]) {
        const begin = spring + shift + milliseconds - 10 * 86_400_000;
        const clock = wallClock("Europe/Zurich", begin, to);
        assert.equal(clock.read(spring - 1), spring - 1 + 3_600_000);
        assert.equal(clock.read(spring), spring + 2 * 3_600_000);
      }
  });

  it("finds every instant again from what it shows, but for the second showing of the same time", () => {
    const zones = [
      "UTC",
      "Europe/Zurich",
      "Asia/Kolkata",
      "Australia/Lord_Howe",
      "Africa/Casablanca",
      "America/St_Johns",
    ];
    for (const zone of zones) {
      const clock = wallClock(zone, from, to);
      fc.assert(
        fc.property(fc.integer({ min: from / 1000, max: to / 1000 }), (second) => {
          const instant = second * 1000;
          const found = clock.instantOf(clock.read(instant));
          assert.ok(
            found === instant || (found !== undefined && clock.read(found) === clock.read(instant) && found < instant),
          );
        }),
      );
    }
  });

  it("is of zones that exist only", () => {
    assert.throws(() => wallClock("Mars/Olympus", from, to), RangeError);
  });
});
