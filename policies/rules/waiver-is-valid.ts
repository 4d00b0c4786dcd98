import { judgementOf } from "../judgement";
import { type Rule, stackPolicy } from "../rule";

/**
 * A waiver in the gate's configuration holds: signed by a trusted person, for this environment and a drill of this
 * stack, for 72 hours at most, and not over.
 *
 * Severity: high. Page: docs/policies/waiver-is-valid.md
 */
export const rule: Rule = {
  name: "waiver-is-valid",
  description: "A waiver is signed, for this stack, and not over.",
  level: "mandatory",
  severity: "high",
  remedy: "Remove the waiver, or have one signed that holds.",
  check: (context) =>
    judgementOf(context).strayWaivers.map(({ position, problem }) => ({
      verdict: `Waiver ${position + 1} of the configuration does not hold.`,
      reasons: [problem],
      remedies: [
        "remove it, or have a person whose key is in waiverKeys sign one for this target and environment, for 72 hours at most",
      ],
    })),
};

export const waiverIsValid = stackPolicy(rule);
