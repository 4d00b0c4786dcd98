import { refusalText } from "../../model/refusal";
import { untrustedGateEvidence } from "../gate-evidence";
import { type DrillJudgement, judgementOf } from "../judgement";
import type { Finding } from "../message";
import { type Rule, type RuleContext, stackPolicy } from "../rule";
import { UNCONFIGURED } from "../settings";

/**
 * The evidence of every drill is signed, fresh, passing, complete, and for the restore path as it is now. Whether an
 * environment may do without is promotion-order's; measured times are rto-within-objective's.
 *
 * Severity: critical. Page: docs/policies/restore-path-proven.md
 */
export const rule: Rule = {
  name: "restore-path-proven",
  description: "Evidence of a restore is signed, fresh, passing, and for this restore path.",
  level: "mandatory",
  severity: "critical",
  remedy: "Let the restore drill pass and give its evidence to the drill.",
  check: (context) => {
    const { index, gate } = context;
    // A setting that is misspelt is named wherever it is seen; a stack without backups needs no configuration at all.
    if (!gate.ok && gate !== UNCONFIGURED) return [misconfigured(gate.problems)];
    if (index.drills.length + index.backups.length === 0) return [];
    if (!gate.ok) return [unconfigured(gate.problems)];
    const { reasons, remedies } = refusalText(untrustedGateEvidence(gate));
    const untrusted: Finding[] =
      reasons.length === 0
        ? []
        : [{ verdict: "Evidence that the gate was given cannot be trusted.", reasons, remedies }];
    return [
      ...untrusted,
      ...unreadable(gate.evidenceProblems),
      ...judgementOf(context).drills.flatMap((drill) => refused(drill, context)),
    ];
  },
};

export const restorePathProven = stackPolicy(rule);

function refused(judgement: DrillJudgement, { gate }: RuleContext<unknown>): Finding[] {
  const { urn } = judgement;
  if ("dishonest" in judgement) {
    const verdict = "What this drill declares cannot be relied on, so nothing is proven.";
    return [{ urn, verdict, reasons: judgement.dishonest, remedies: judgement.remedies }];
  }
  const { id, verdict, waiver } = judgement;
  const refusals = verdict.refusals.filter(({ kind }) => kind !== "objective");
  if (refusals.length === 0 || waiver || !gate.ok) return [];
  const { environment } = gate.settings;
  const text = `${id}: rejected in ${environment}, its evidence does not prove the restore path.`;
  return [{ urn, verdict: text, ...refusalText(refusals) }];
}

/** Evidence that the gate was told to read and could not: what is not read is not known to be good. */
function unreadable(problems: string[]): Finding[] {
  if (problems.length === 0) return [];
  const verdict = "Evidence that the gate was told to read cannot be read.";
  return [
    {
      verdict,
      reasons: problems,
      remedies: ["make it readable from here, or take it out of restore-gate's `evidence`"],
    },
  ];
}

function misconfigured(problems: string[]): Finding {
  return {
    verdict: "The policy pack is configured wrongly, so nothing can be proven to it.",
    reasons: problems,
    remedies: ["correct restore-gate's part of the file given with --policy-pack-config; its page lists every setting"],
  };
}

function unconfigured(problems: string[]): Finding {
  return {
    verdict: "The policy pack is not configured, so nothing can be proven to it.",
    reasons: problems,
    remedies: [
      'give --policy-pack-config a JSON file with {"restore-gate": {"environment": "production", "trustedKeys": {"production": ["-----BEGIN PUBLIC KEY-----…"]}}}',
    ],
  };
}
