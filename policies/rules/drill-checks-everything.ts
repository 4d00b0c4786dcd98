import { CHECKLIST, CHECKLIST_POINTS } from "../../model/checklist";
import type { DrillDescriptor } from "../../model/descriptor";
import { targetId } from "../../model/target";
import type { Finding } from "../message";
import { type Rule, stackPolicy } from "../rule";
import { DESCRIPTOR_REMEDY } from "../stack/declared";

/**
 * A restore drill checks every point of the checklist: a restore that nobody looked into proves little.
 *
 * Severity: high. Page: docs/policies/drill-checks-everything.md
 */
export const rule: Rule = {
  name: "drill-checks-everything",
  description: "A restore drill checks every point of the checklist.",
  level: "mandatory",
  severity: "high",
  remedy: "Give the drill the whole checklist.",
  check: ({ index }) =>
    index.drills.flatMap(({ urn, name, descriptor, problem }): Finding[] => {
      if (descriptor) return missingPoints(urn, descriptor);
      const verdict = `${name}: nobody can tell what this drill checks.`;
      return [{ urn, verdict, reasons: [problem ?? "it registered no descriptor"], remedies: [DESCRIPTOR_REMEDY] }];
    }),
};

export const drillChecksEverything = stackPolicy(rule);

function missingPoints(urn: string, drill: DrillDescriptor): Finding[] {
  const missing = CHECKLIST_POINTS.filter(
    (point) => !drill.checklist.includes(point) || !drill.restorePath.checklist.includes(point),
  );
  if (missing.length === 0) return [];
  const count = `${missing.length} of the ${CHECKLIST_POINTS.length} points of the checklist`;
  return [
    {
      urn,
      verdict: `${targetId(drill.target)}: the drill leaves out ${count}.`,
      reasons: [`it would not notice whether ${missing.map((point) => `${CHECKLIST[point]} (${point})`).join("; ")}`],
      remedies: [`add ${missing.join(", ")} to the checklist of the drill`],
    },
  ];
}
