import type { PolicyConfigSchema, Severity, StackValidationPolicy } from "@pulumi/policy";
import { z } from "zod";
import { InvalidInputError, parseInput } from "../model/problems";
import { oneLine } from "../model/text";
import { type Analysis, analysisOf } from "./analysis";
import { frameworkOf } from "./controls";
import { type Finding, format, pageOf } from "./message";

export interface RuleContext<C> extends Analysis {
  /** The rule's own configuration, defaults filled in. */
  config: C;
}

export interface Rule<S extends z.ZodType = z.ZodType> {
  /** kebab-case; its file is policies/rules/<name>.ts, its page docs/policies/<name>.md. */
  name: string;
  description: string;
  level: "advisory" | "mandatory";
  severity: Severity;
  /** What to do in general; each finding says it in particular. */
  remedy: string;
  /** The rule's own settings, every one with a default: the single source of what Pulumi and people are told. */
  config?: S;
  /**
   * What is wrong with the stack. Whatever is unknown and matters is wrong: a value that only a deployment will know
   * must not be what lets it pass.
   */
  check(context: RuleContext<z.output<S>>): Finding[];
}

/** `rule` as Pulumi wants it. A check that could not run is a finding: Pulumi would report some such errors as advice. */
export function stackPolicy<S extends z.ZodType>(rule: Rule<S>): StackValidationPolicy {
  return {
    name: rule.name,
    description: rule.description,
    ...shownWith(rule.name),
    enforcementLevel: rule.level,
    severity: rule.severity,
    remediationSteps: rule.remedy,
    ...(rule.config ? { configSchema: pulumiSchema(rule.config) } : {}),
    validateStack: (args, reportViolation) => {
      for (const finding of findings(rule, () => analysisOf(rule.name, args.resources), args.getConfig()))
        reportViolation(format(rule.name, finding), finding.urn);
    },
  };
}

const REPOSITORY = "https://github.com/restorable/restorable/blob/main";

/** What Pulumi Cloud shows of a policy beside its findings. */
export function shownWith(name: string) {
  const words = name.replaceAll("-", " ").replace(/\b(rto|rpo|wal)\b/g, (word) => word.toUpperCase());
  const framework = frameworkOf(name);
  return {
    displayName: words.charAt(0).toUpperCase() + words.slice(1),
    url: `${REPOSITORY}/${pageOf(name)}`,
    tags: ["postgresql", "backup", "recovery"],
    ...(framework ? { framework } : {}),
  };
}

/**
 * The schema as Pulumi takes it. Nothing is required in it: Pulumi's message for a missing property says no more than
 * its name, and the rule's own says what to do.
 */
export function pulumiSchema(schema: z.ZodType): PolicyConfigSchema {
  const { properties } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return { properties: properties as PolicyConfigSchema["properties"] };
}

function findings<S extends z.ZodType>(rule: Rule<S>, analysis: () => Analysis, given: object): Finding[] {
  try {
    const config = configOf(rule, given);
    const shared = analysis();
    const all = distinct(rule.check({ ...shared, config }));
    const found = all.filter(({ shown }) => !shown);
    for (const { urn, verdict, shown } of all) if (shown) shared.shown.push({ rule: rule.name, urn, text: verdict });
    shared.spoken.push(...found.map(({ urn }) => ({ rule: rule.name, urn })));
    return found;
  } catch (error) {
    return [error instanceof InvalidInputError ? misconfigured(error) : unchecked(error)];
  }
}

/** What a rule says twice of one resource, as of each copy that a drill restores, it has said once. */
function distinct(found: Finding[]): Finding[] {
  return [...new Map(found.map((finding) => [JSON.stringify(finding), finding])).values()];
}

/** The finding of a check that could not run. */
export function unchecked(error: unknown): Finding {
  return {
    verdict: "This rule could not be checked, and what is not checked does not pass.",
    reasons: [oneLine(error instanceof Error ? error.message : String(error), 300)],
    remedies: ["this is a defect of the policy pack: report it, with the version of the pack and this message"],
  };
}

function configOf<S extends z.ZodType>({ name, config }: Rule<S>, given: object): z.output<S> {
  // Pulumi hands the level over among the settings.
  const { enforcementLevel: _, ...settings } = given as { enforcementLevel?: unknown };
  return config ? parseInput(config, settings, `The configuration of ${name}`) : (undefined as z.output<S>);
}

function misconfigured(error: InvalidInputError): Finding {
  return {
    verdict: "This rule is configured wrongly, so it cannot be checked, and what is not checked does not pass.",
    reasons: error.problems.map((p) => (p.path === "" ? p.message : `${p.path}: ${p.message}`)),
    remedies: ["correct the rule's part of the file given with --policy-pack-config; its page lists every setting"],
  };
}
