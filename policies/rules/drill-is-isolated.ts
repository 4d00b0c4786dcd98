import type { DrillDescriptor } from "../../model/descriptor";
import { targetId } from "../../model/target";
import type { Finding } from "../message";
import { type Rule, stackPolicy } from "../rule";
import { DESCRIPTOR_REMEDY } from "../stack/declared";
import type { RestoreTest } from "../stack/facts";
import type { StackIndex } from "../stack/index-stack";

/**
 * A restore drill runs away from every database cluster: what it restores must not reach, or be taken for, production.
 *
 * Severity: high. Page: docs/policies/drill-is-isolated.md
 */
export const rule: Rule = {
  name: "drill-is-isolated",
  description: "A restore drill runs in a namespace of its own.",
  level: "mandatory",
  severity: "high",
  remedy: "Give the RestoreDrill a namespace in which no cluster lives.",
  check: ({ index }) => [
    ...index.drills.flatMap(({ urn, name, descriptor, problem }): Finding[] => {
      if (descriptor) return sharedNamespace(urn, descriptor, index);
      const verdict = `${name}: nobody can tell where this drill runs.`;
      return [{ urn, verdict, reasons: [problem ?? "it registered no descriptor"], remedies: [DESCRIPTOR_REMEDY] }];
    }),
    ...index.restoreTests.filter(({ overSource }) => overSource).map(overSource),
  ],
};

export const drillIsIsolated = stackPolicy(rule);

/** A restore that stays declared overwrites production the next time that somebody deploys. */
function overSource({ urn, name, what, doesNotCount }: RestoreTest): Finding {
  return {
    urn,
    verdict: `${name}: ${what} restores over production.`,
    reasons: [doesNotCount ?? "it restores over what it is a backup of"],
    remedies: ["restore into a namespace and a server of its own, or remove the restore once it has done its work"],
  };
}

function sharedNamespace(urn: string, drill: DrillDescriptor, index: StackIndex): Finding[] {
  // An external drill may run anywhere; the isolation that it tried is a check of its evidence.
  const { drillNamespace } = drill;
  if (drillNamespace === undefined) return [];
  const id = targetId(drill.target);
  const finding = (reason: string, remedy: string): Finding[] => [
    { urn, verdict: `${id}: the drill is not isolated.`, reasons: [reason], remedies: [remedy] },
  ];
  const living = index.databases.flatMap((d) => (d.id.namespace.state === "known" ? d.id.namespace.value : []));
  if ([drill.target.namespace, ...living].includes(drillNamespace))
    return finding(
      `it runs in namespace ${drillNamespace}, where a database cluster lives that it could reach or change`,
      "give the RestoreDrill a namespace of its own, in which no cluster lives",
    );
  const hidden = index.databases.find((d) => d.id.namespace.state === "unknown");
  if (!hidden) return [];
  return finding(
    `whether a cluster lives in namespace ${drillNamespace} cannot be told: the namespace of ${hidden.what} (${hidden.name}) is unknown at preview`,
    `give ${hidden.name} a namespace that is known at preview`,
  );
}
