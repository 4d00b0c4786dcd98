import assert from "node:assert/strict";
import type { DrillPredicate } from "../../../model/evidence";
import { contradictionsIn } from "../../../model/evidence-contradictions";
import { judge } from "../../../model/verdict";
import {
  aDrill,
  anExternalDrill,
  anOffSitePath,
  aTestimony,
  gateSettings,
  HOUR,
  newKeys,
  sealed,
} from "../../policy/support/evidence";

const now = new Date("2026-11-21T12:00:00Z");
const good = aTestimony(aDrill("production"), now);
const byAnother = aTestimony(anExternalDrill("production"), now);
type Backup = NonNullable<DrillPredicate["backup"]>;

/** `seconds` after the drill began; it takes two minutes, and its backup was complete three minutes before. */
const at = (seconds: number) => new Date(Date.parse(good.drill.startedAt) + seconds * 1000).toISOString();
const backup = (changes: Partial<Backup>) => ({ backup: { ...(good.backup as Backup), ...changes } });
const drill = (changes: Partial<DrillPredicate["drill"]>) => ({ drill: { ...good.drill, ...changes } });
const stages = (...each: [string, number][]) => ({
  stages: each.map(([name, seconds]) => ({ name, seconds, passed: true })),
});
/** One more check of `rows`. */
const check = (changes: Partial<DrillPredicate["checks"][number]>) => ({
  checks: [
    ...good.checks,
    { id: "rows.2", point: "rows" as const, passed: true, ran: true, expected: "1", actual: "1", ...changes },
  ],
});
const SUMMARY = (digits: string) => `12 entries, sha256 ${digits.repeat(4)}…`;

const contradictory: [string, Partial<DrillPredicate>, RegExp][] = [
  [
    "passed, with a failure",
    { failures: ["role app is missing"] },
    /^it says "passed", and yet these failed: role app/,
  ],
  ["passed, with a failed check", check({ passed: false }), /these failed: check rows\.2$/],
  ["passed, with a failed stage", { stages: [{ name: "restore", seconds: 1, passed: false }] }, /stage restore$/],
  ["passed, and calls the backup bad", { verdict: "not restorable" }, /yet the backup is not restorable$/],
  [
    "failed for another reason, and calls the backup bad though its checks are good",
    { passed: false, failures: ["stopped"], verdict: "not restorable" },
    /^it calls the backup not restorable, and by its checks it is restorable$/,
  ],
  ["passed without a backup", { backup: undefined }, /names no backup$/],
  ["ended before it began", drill({ startedAt: at(121) }), /^the drill ended before it began$/],
  [
    "has a backup of while it ran",
    backup({ snapshotAt: at(100), completedAt: at(400) }),
    /6m.* after the drill .* began$/,
  ],
  ["has a backup that was complete after it began", backup({ completedAt: at(3600) }), /1h after the drill/],
  ["has a backup that was complete before its snapshot", backup({ completedAt: at(-2000) }), /before its snapshot of/],
  ["has a stage that took longer than it", stages(["restore", 181]), /^the stage restore took 3m.*whole drill 2m$/],
  [
    "has stages that took longer together than it",
    stages(["fetch", 90], ["restore", 90], ["checks", 90]),
    /^its stages took .* together, and the whole drill 2m$/,
  ],
  [
    "recovered later than it ended",
    { measured: { rpoSeconds: 24 * HOUR, rtoSeconds: HOUR } },
    /^it measured a recovery time of 1h in a drill of 2m$/,
  ],
  [
    "would have lost less than was written since the snapshot",
    { ...backup({ snapshotAt: at(-2 * HOUR) }), measured: { rpoSeconds: 60, rtoSeconds: 90 } },
    /^it measured a recovery point of 1m, and by its own times it is .* at least$/,
  ],
  [
    "would have lost less than the copy is behind",
    {
      ...backup({ snapshotAt: at(-40 * HOUR), completedAt: at(-40 * HOUR) }),
      restorePath: anOffSitePath(),
      measured: { rpoSeconds: HOUR, rtoSeconds: 90 },
    },
    /recovery point of 1h, and by its own times it is 1d 16h at least$/,
  ],
  [
    "has a check that passed and did not run",
    check({ ran: false, point: "health" }),
    /passed and did not run: rows\.2$/,
  ],
  ["counts other rows than it expected", check({ expected: "1000", actual: "0" }), /than they expected: rows\.2$/],
  [
    "has another digest than it expected",
    check({ expected: "a".repeat(64), actual: `sha256:${"b".repeat(64)}` }),
    /than they expected/,
  ],
  [
    "has another schema than was recorded",
    check({ id: "schema.tables", point: "schema", expected: SUMMARY("a1b2"), actual: SUMMARY("c3d4") }),
    /than they expected: schema\.tables$/,
  ],
  ["has two results of one check", check({ id: "rows.1" }), /^it has two results of the check rows\.1$/],
  ["counts rows without tables", { contents: { tables: 0, rows: 9 } }, /^it counts 9 rows in no table$/],
];

const fine: [string, DrillPredicate][] = [
  ["of a drill of ours that passed", good],
  ["of another tool's drill that passed", byAnother],
  ["of a drill that failed and says why", { ...good, passed: false, failures: ["stopped by SIGTERM"] }],
  ["of clocks that are minutes apart", { ...good, ...backup({ completedAt: at(200) }) }],
  [
    "of a server that started while the backup was fetched",
    { ...good, ...stages(["server", 100], ["fetch", 100], ["restore", 20]) },
  ],
  ["of another tool that did things at once", { ...byAnother, ...stages(["clone", 100], ["check", 100]) }],
  [
    "of another tool's recovery to a point in time, which its base backup's times do not bound",
    {
      ...byAnother,
      backup: { ...(byAnother.backup as Backup), snapshotAt: at(-9 * HOUR) },
      measured: { rpoSeconds: 60, rtoSeconds: 90 },
    },
  ],
  ["of a sequence that is ahead", { ...good, ...check({ id: "sequences.2", point: "sequences", actual: "7" }) }],
  [
    "of sequences that are ahead, section by section",
    {
      ...good,
      ...check({
        id: "sequences.sequenceValues",
        point: "sequences",
        expected: SUMMARY("a1b2"),
        actual: SUMMARY("c3d4"),
      }),
    },
  ],
  [
    "of a check that found what it wanted in words of its own",
    { ...good, ...check({ expected: "at least one row", actual: "12 rows" }) },
  ],
  [
    "of an artifact that has the name of a section: it expects a key, and finds what lies there",
    {
      ...good,
      ...check({
        id: "artifact.database",
        point: "artifact",
        expected: `a/database.dump with ${SUMMARY("a1b2")}`,
        actual: SUMMARY("a1b2"),
      }),
    },
  ],
  [
    "of a materialized view, which a restore computes anew",
    { ...good, ...check({ id: "rows.materializedViews", expected: SUMMARY("a1b2"), actual: SUMMARY("c3d4") }) },
  ],
  [
    "of a recovery time from the request, for which the drill had to wait",
    {
      ...good,
      measured: { ...good.measured, rtoSeconds: 600 },
      conditions: { from: "request", waitedSeconds: 500, durability: "off", jobs: 2 },
    },
  ],
  [
    "of a check that failed for it",
    { ...good, passed: false, failures: ["x"], verdict: "not restorable", ...check({ passed: false, actual: "0" }) },
  ],
];

describe("evidence that contradicts itself", () => {
  for (const [what, changes, reason] of contradictory)
    it(`is found when it ${what}, and nothing else is said of it`, () => {
      const found = contradictionsIn({ ...good, ...changes });
      assert.match(found.join("\n"), reason);
      assert.equal(found.length, 1, found.join("\n"));
    });

  for (const [what, predicate] of fine)
    it(`is not that ${what}`, () => assert.deepEqual(contradictionsIn(predicate), []));

  it("is refused, with the remedy to find out who signed it", () => {
    const keys = newKeys();
    for (const [what, changes] of contradictory.filter(([, { restorePath }]) => restorePath === undefined)) {
      const evidence = [{ source: "s", envelope: sealed({ ...good, ...changes }, keys) }];
      const verdict = judge({ ...aDrill("production"), evidence }, gateSettings(keys), now);
      assert.equal(verdict.decision, "reject", what);
      assert.ok(
        verdict.refusals.some(({ kind }) => kind === "contradictory"),
        what,
      );
      assert.match(verdict.remedies.join(), /find out who signed this one/, what);
    }
  });
});
