import { formatDuration } from "../../model/duration";
import { refusalText } from "../../model/refusal";
import { targetId } from "../../model/target";
import { judgementOf } from "../judgement";
import type { Finding } from "../message";
import { type Rule, type RuleContext, stackPolicy } from "../rule";
import { drilledText, isOffSite } from "../stack/copies";

/**
 * What the drill measured is within the objectives: the time a recovery took (RTO), what it would have lost (RPO), and
 * the age of the newest backup when it was drilled. The objectives are the program's own, and no longer than restore-gate
 * allows.
 *
 * Severity: high. Page: docs/policies/rto-within-objective.md
 */
export const rule: Rule = {
  name: "rto-within-objective",
  description: "The recovery time and recovery point that the drill measured are within their objectives.",
  level: "mandatory",
  severity: "high",
  remedy: "Make the recovery faster or the backups more frequent, or agree on another objective; then drill again.",
  check: (context) => [
    ...tooLong(context),
    ...judgementOf(context).drills.flatMap((judgement) => {
      if ("dishonest" in judgement || judgement.waiver) return [];
      const { urn, id, verdict } = judgement;
      const missed = verdict.refusals.filter(({ kind }) => kind === "objective");
      if (missed.length === 0) return [];
      return [{ urn, verdict: `${id}: the last drill missed its objectives.`, ...refusalText(missed) }];
    }),
  ],
};

export const rtoWithinObjective = stackPolicy(rule);

/** Whoever is measured must not be who says how long it may take. Of a backup's own RPO, rpo-within-objective speaks. */
function tooLong({ index, gate }: RuleContext<unknown>): Finding[] {
  if (!gate.ok) return [];
  const { maxObjectives: max, environment } = gate.settings;
  const backups = new Map(
    index.ownBackups.flatMap(({ descriptor }): [string, number][] =>
      descriptor ? [[targetId(descriptor.target), descriptor.rpoSeconds]] : [],
    ),
  );
  return index.drills.flatMap(({ urn, descriptor: drill }) => {
    if (!drill) return [];
    const { rpoSeconds, rtoSeconds } = drill.objectives;
    const saidOfBackup = (backups.get(targetId(drill.target)) ?? 0) > (max.rpoSeconds ?? Number.POSITIVE_INFINITY);
    const reasons = [
      // Both copies of one drill have one RTO.
      ...(isOffSite(drill) ? [] : over("recovery time (RTO)", rtoSeconds, max.rtoSeconds, "maxRto")),
      ...(saidOfBackup ? [] : over("recovery point (RPO)", rpoSeconds, max.rpoSeconds, "maxRpo")),
    ];
    if (reasons.length === 0) return [];
    const verdict = `${drilledText(drill)}: its objectives are longer than ${environment} allows.`;
    const remedies = [
      "declare an objective within the limit, or agree on another limit with those who answer for the gate",
    ];
    return [{ urn, verdict, reasons, remedies }];
  });
}

function over(what: string, declared: number, max: number | undefined, setting: string): string[] {
  if (max === undefined || declared <= max) return [];
  return [
    `the objective for the ${what} is ${formatDuration(declared)}, and restore-gate's ${setting} is ${formatDuration(max)}`,
  ];
}
