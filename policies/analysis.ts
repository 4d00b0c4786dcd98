import type { PolicyResource } from "@pulumi/policy";
import { type GateConfiguration, UNCONFIGURED } from "./settings";
import { indexStack, type StackIndex } from "./stack/index-stack";

/** One look at a stack, shared by every rule: Pulumi calls rule after rule with copies of the same resources. */
export interface Analysis {
  index: StackIndex;
  gate: GateConfiguration;
  now: Date;
  /** What the rules before this one found, for the report at the end. */
  spoken: { rule: string; urn?: string }[];
  /** What they let pass and want to have seen, for the same report. */
  shown: { rule: string; urn?: string; text: string }[];
}

interface Shared extends Analysis {
  /** The rules that have had it. One that asks again belongs to the next analysis. */
  asked: Set<string>;
  urns: string[];
}

let shared: Shared | undefined;
let gate: GateConfiguration = UNCONFIGURED;

/** Leaves the gate's configuration for the rules: Pulumi gives each policy its own, and only restore-gate has this one. */
export function configureGate(configuration: GateConfiguration): void {
  gate = configuration;
  shared = undefined;
}

/** The analysis of `resources` for `rule`: the one that the rules before it had, unless the stack is another. */
export function analysisOf(rule: string, resources: PolicyResource[]): Analysis {
  if (!shared || shared.asked.has(rule) || !sameUrns(shared.urns, resources)) {
    const urns = resources.map(({ urn }) => urn);
    shared = { index: indexStack(resources), gate, now: new Date(), spoken: [], shown: [], asked: new Set(), urns };
  }
  shared.asked.add(rule);
  return shared;
}

function sameUrns(urns: string[], resources: PolicyResource[]): boolean {
  return urns.length === resources.length && resources.every(({ urn }, index) => urn === urns[index]);
}
