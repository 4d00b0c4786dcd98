import assert from "node:assert/strict";
import { CHECKLIST_POINTS } from "../../../../model/checklist";
import { drillChecksEverything } from "../../../../policies/rules/drill-checks-everything";
import { aDrill, aRestorePath } from "../../../policy/support/evidence";
import { anExternalDrill } from "../drills";
import { component, UNKNOWN_STRING, violations } from "../stack";

const found = (...resources: Parameters<typeof violations>[1]) => violations(drillChecksEverything, resources);
const drill = (changes: Parameters<typeof aDrill>[1]) => component("drill", "d", aDrill("production", changes));

describe("drill-checks-everything", () => {
  it("is silent on the whole checklist in whatever order, and on a stack without drills", () => {
    assert.deepEqual(found(drill({})), []);
    assert.deepEqual(found(drill({ checklist: [...CHECKLIST_POINTS].reverse() })), []);
    assert.deepEqual(found(), []);
  });

  it("refuses a drill that leaves a point out: verdict, what it would not notice, remedy, page", () => {
    const without = drill({ checklist: CHECKLIST_POINTS.filter((point) => point !== "sequences" && point !== "rows") });
    assert.deepEqual(found(without), [
      {
        urn: without.urn,
        message: [
          "app/orders/orders: the drill leaves out 2 of the 9 points of the checklist.",
          "Reason: it would not notice whether every table has exactly the recorded rows, by number and by digest (rows); no sequence is behind its recorded value (sequences)",
          "Remedy: add rows, sequences to the checklist of the drill",
          "Page: docs/policies/drill-checks-everything.md",
        ].join("\n"),
      },
    ]);
  });

  for (const point of CHECKLIST_POINTS) {
    const checklist = CHECKLIST_POINTS.filter((p) => p !== point);
    it(`refuses a drill that leaves out ${point}, or whose restore path does, whoever runs it`, () => {
      const { restorePath } = anExternalDrill(["urn"]);
      const drills = [
        drill({ checklist }),
        drill({ restorePath: aRestorePath({ checklist }) }),
        component("externalDrill", "e", anExternalDrill(["urn"], { checklist })),
        component("externalDrill", "e", anExternalDrill(["urn"], { restorePath: { ...restorePath, checklist } })),
      ];
      for (const one of drills)
        assert.match(
          found(one)[0]?.message ?? "",
          new RegExp(`leaves out 1 of the 9 points(.|\\n)*Remedy: add ${point} to`),
        );
    });
  }

  it("refuses a drill whose descriptor is absent, unknown, or unknown inside", () => {
    const nested = { ...aDrill("production"), checklist: [...CHECKLIST_POINTS.slice(1), UNKNOWN_STRING] };
    for (const descriptor of [undefined, UNKNOWN_STRING, nested])
      assert.match(
        found(component("drill", "d", descriptor))[0]?.message ?? "",
        /^d: nobody can tell what this drill checks\./,
      );
  });
});
