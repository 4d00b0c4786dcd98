import assert from "node:assert/strict";
import { CHECKLIST_POINTS } from "../../../model/checklist";
import { drillIsIsolated } from "../../../policies/drill-is-isolated";
import { aCluster, aDrill, aRestorePath } from "../../policy/support/evidence";
import { component, UNKNOWN_STRING, violations } from "./stack";

const found = (...resources: Parameters<typeof violations>[1]) => violations(drillIsIsolated, resources);
const drill = (changes: Parameters<typeof aDrill>[1]) => component("drill", "d", aDrill("production", changes));

describe("drill-is-isolated", () => {
  it("is silent on a drill in a namespace of its own with the whole checklist", () => {
    assert.deepEqual(found(drill({})), []);
  });

  it("refuses a drill in its target's namespace", () => {
    assert.deepEqual(found(drill({ drillNamespace: "app" }))[0]?.message.split("\n"), [
      "The drill of app/orders/orders is not isolated.",
      "Reason: it runs in namespace app, where a database cluster lives that it could reach or change",
      "Remedy: give the RestoreDrill a namespace of its own, in which no cluster lives",
      "Page: docs/policies/drill-is-isolated.md",
    ]);
  });

  it("refuses a drill in the namespace of any other cluster of the stack", () => {
    const cluster = component("cluster", "c", aCluster("production", { namespace: "app-drill", cluster: "billing" }));
    assert.equal(found(drill({}), cluster).length, 1);
  });

  for (const point of CHECKLIST_POINTS) {
    const checklist = CHECKLIST_POINTS.filter((p) => p !== point);
    it(`refuses a drill that leaves out ${point}, or whose restore path does`, () => {
      for (const changes of [{ checklist }, { restorePath: aRestorePath({ checklist }) }]) {
        const violation = found(drill(changes))[0];
        assert.match(
          violation?.message ?? "",
          new RegExp(`leaves out 1 of the 9 points(.|\\n)*Remedy: add ${point} to`),
        );
      }
    });
  }

  it("refuses a drill whose descriptor is absent, unknown, or unknown inside", () => {
    const nested = { ...aDrill("production"), drillNamespace: UNKNOWN_STRING };
    for (const descriptor of [undefined, UNKNOWN_STRING, nested])
      assert.match(
        found(component("drill", "d", descriptor))[0]?.message ?? "",
        /^Nobody can tell where this drill runs/,
      );
  });
});
