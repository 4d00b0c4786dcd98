import type { PolicyConfigSchema, Severity, StackValidationPolicy } from "@pulumi/policy";
import { oneLine } from "../model/text";
import { type Finding, format } from "./message";
import { indexStack, type StackIndex } from "./stack-index";

export interface Rule {
  /** kebab-case; its page is docs/policies/<name>.md. */
  name: string;
  description: string;
  level: "advisory" | "mandatory";
  severity: Severity;
  /** What to do in general; each finding says it in particular. */
  remedy: string;
  configSchema?: PolicyConfigSchema;
  /** `config` is what the pack's configuration says under the rule's name, not yet checked. */
  check(index: StackIndex, config: unknown): Finding[];
}

/** `rule` as Pulumi wants it. A check that could not run is a finding: Pulumi would report some such errors as advice. */
export function stackPolicy(rule: Rule): StackValidationPolicy {
  return {
    name: rule.name,
    description: rule.description,
    enforcementLevel: rule.level,
    severity: rule.severity,
    remediationSteps: rule.remedy,
    ...(rule.configSchema ? { configSchema: rule.configSchema } : {}),
    validateStack: (args, reportViolation) => {
      for (const finding of findings(() => rule.check(indexStack(args.resources), args.getConfig()))) {
        reportViolation(format(rule.name, finding), finding.urn);
      }
    },
  };
}

function findings(check: () => Finding[]): Finding[] {
  try {
    return check();
  } catch (error) {
    return [
      {
        verdict: "This rule could not be checked, and what is not checked does not pass.",
        reasons: [oneLine(error instanceof Error ? error.message : String(error), 300)],
        remedies: ["this is a defect of the policy pack: report it, with the version of the pack and this message"],
      },
    ];
  }
}
