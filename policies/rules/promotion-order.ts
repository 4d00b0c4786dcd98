import { judgementOf } from "../judgement";
import { type Rule, stackPolicy } from "../rule";

/**
 * A restore path goes through the environments in their order: outside the first ones, only what was proven here or in
 * the environment before is deployed; in the first ones, the deployment itself brings the proof.
 *
 * Severity: critical. Page: docs/policies/promotion-order.md
 */
export const rule: Rule = {
  name: "promotion-order",
  description: "Only what was proven here or in the environment before is deployed.",
  level: "mandatory",
  severity: "critical",
  remedy: "Let the drill pass in the environment before, and give its evidence to the drill here.",
  check: (context) => {
    const { gate } = context;
    if (!gate.ok) return [];
    return judgementOf(context).drills.flatMap((judgement) => {
      if ("dishonest" in judgement || judgement.waiver) return [];
      const { urn, id, verdict } = judgement;
      if (verdict.standing !== "unproven" || verdict.decision === "allow") return [];
      const { reasons, remedies } = verdict;
      const text = `${id}: rejected in ${gate.settings.environment}, the restore path is unproven.`;
      return [{ urn, verdict: text, reasons, remedies }];
    });
  },
};

export const promotionOrder = stackPolicy(rule);
