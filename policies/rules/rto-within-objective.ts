import { refusalText } from "../../model/refusal";
import { judgementOf } from "../judgement";
import { type Rule, stackPolicy } from "../rule";

/**
 * What the drill measured is within the objectives: the time a recovery took (RTO), what it would have lost (RPO), and
 * the age of the newest backup when it was drilled.
 *
 * Severity: high. Page: docs/policies/rto-within-objective.md
 */
export const rule: Rule = {
  name: "rto-within-objective",
  description: "The recovery time and recovery point that the drill measured are within their objectives.",
  level: "mandatory",
  severity: "high",
  remedy: "Make the recovery faster or the backups more frequent, or agree on another objective; then drill again.",
  check: (context) =>
    judgementOf(context).drills.flatMap((judgement) => {
      if ("dishonest" in judgement || judgement.waiver) return [];
      const { urn, id, verdict } = judgement;
      const missed = verdict.refusals.filter(({ kind }) => kind === "objective");
      if (missed.length === 0) return [];
      return [{ urn, verdict: `${id}: the last drill missed its objectives.`, ...refusalText(missed) }];
    }),
};

export const rtoWithinObjective = stackPolicy(rule);
