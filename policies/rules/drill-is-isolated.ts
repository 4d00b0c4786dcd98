import { CHECKLIST, CHECKLIST_POINTS } from "../model/checklist";
import type { DrillDescriptor } from "../model/descriptor";
import { targetId } from "../model/target";
import type { Finding } from "./message";
import { stackPolicy } from "./rule";
import { DESCRIPTOR_REMEDY, type StackIndex } from "./stack-index";

/**
 * A restore drill runs away from every database cluster and checks every point of the checklist.
 *
 * Severity: high. Page: docs/policies/drill-is-isolated.md
 */
export const drillIsIsolated = stackPolicy({
  name: "drill-is-isolated",
  description: "A restore drill runs in a namespace of its own and checks every point of the checklist.",
  level: "mandatory",
  severity: "high",
  remedy: "Give the RestoreDrill a namespace in which no cluster lives, and the whole checklist.",
  check: (index) =>
    index.drills.flatMap(({ urn, descriptor, problem }): Finding[] => {
      if (descriptor) return [...sharedNamespace(urn, descriptor, index), ...missingPoints(urn, descriptor)];
      return [
        {
          urn,
          verdict: "Nobody can tell where this drill runs and what it checks.",
          reasons: [problem ?? "it registered no descriptor"],
          remedies: [DESCRIPTOR_REMEDY],
        },
      ];
    }),
});

function sharedNamespace(urn: string, drill: DrillDescriptor, index: StackIndex): Finding[] {
  const living = new Set([drill.target.namespace, ...index.clusters.flatMap((c) => c.descriptor?.namespace ?? [])]);
  if (!living.has(drill.drillNamespace)) return [];
  return [
    {
      urn,
      verdict: `The drill of ${targetId(drill.target)} is not isolated.`,
      reasons: [
        `it runs in namespace ${drill.drillNamespace}, where a database cluster lives that it could reach or change`,
      ],
      remedies: ["give the RestoreDrill a namespace of its own, in which no cluster lives"],
    },
  ];
}

function missingPoints(urn: string, drill: DrillDescriptor): Finding[] {
  const missing = CHECKLIST_POINTS.filter(
    (point) => !drill.checklist.includes(point) || !drill.restorePath.checklist.includes(point),
  );
  if (missing.length === 0) return [];
  return [
    {
      urn,
      verdict: `The drill of ${targetId(drill.target)} leaves out ${missing.length} of the ${CHECKLIST_POINTS.length} points of the checklist.`,
      reasons: [`it would not notice whether ${missing.map((point) => `${CHECKLIST[point]} (${point})`).join("; ")}`],
      remedies: [`add ${missing.join(", ")} to the checklist of the RestoreDrill`],
    },
  ];
}
