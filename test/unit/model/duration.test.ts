import assert from "node:assert/strict";
import fc from "fast-check";
import { formatDuration, parseDuration } from "../../../model/duration";

describe("a duration", () => {
  const written: [string, number][] = [
    ["1s", 1],
    ["15m", 900],
    ["26h", 93_600],
    ["7d", 604_800],
    ["4w", 2_419_200],
  ];
  for (const [text, seconds] of written)
    it(`is ${seconds} seconds when written ${text}`, () => assert.equal(parseDuration(text), seconds));

  for (const text of ["", "0s", "5", "m", "1.5h", "-1h", "1 h", "1h30m", "1H", "01h", "٣h", "1h\n"])
    it(`cannot be written ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseDuration(text), {
        message: `"${text}" is not a duration: write a whole number and a unit, such as 90s, 15m, 26h, 7d, 4w`,
      });
    });

  const shown: [number, string][] = [
    [0, "0s"],
    [0.84, "0.8s"],
    [9.96, "10s"],
    [59, "59s"],
    [90, "1m 30s"],
    [3600, "1h"],
    [93_600, "1d 2h"],
    [90_061, "1d 1h"],
    [-90, "-1m 30s"],
  ];
  for (const [seconds, text] of shown)
    it(`of ${seconds} seconds is shown as ${text}`, () => assert.equal(formatDuration(seconds), text));

  it("is shown as it was written, for every whole number below the next larger unit", () => {
    const below = { s: 60, m: 60, h: 24, d: 1000 } as const;
    for (const [unit, end] of Object.entries(below))
      fc.assert(
        fc.property(fc.integer({ min: 1, max: end - 1 }), (count) => {
          assert.equal(formatDuration(parseDuration(`${count}${unit}`)), `${count}${unit}`);
        }),
      );
  });
});
