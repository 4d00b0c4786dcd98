import assert from "node:assert/strict";
import {
  type PolicyResource,
  type ResourceValidation,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
  unknownCheckingProxy,
} from "@pulumi/policy";
import { TYPE_TOKENS } from "../../../model/descriptor";
import { analysisOf, configureGate } from "../../../policies/analysis";
import { loadEvidence } from "../../../policies/gate-evidence";
import { type GateConfiguration, readSettings, UNCONFIGURED } from "../../../policies/settings";

/** Resources as the engine hands them to a stack policy: behind the proxy that throws for what is unknown. */

/** What the engine sends in place of a string that is unknown at preview (sdk/nodejs rpc.unknownValue). */
export const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export function resource(type: string, name: string, props: Record<string, unknown>, parent?: PolicyResource) {
  const plain: Omit<PolicyResource, "isType" | "asType"> = {
    type,
    name,
    urn: `urn:pulumi:production::shop::${type}::${name}`,
    props: unknownCheckingProxy(structuredClone(props)),
    opts: {
      protect: false,
      ignoreChanges: [],
      aliases: [],
      customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
      additionalSecretOutputs: [],
    },
    parent,
    dependencies: [],
    propertyDependencies: {},
  };
  return { ...plain, isType: () => false, asType: () => undefined } as PolicyResource;
}

/** A component of ours with the descriptor it registered; without one, it registered nothing. */
export function component(kind: keyof typeof TYPE_TOKENS, name: string, descriptor?: unknown) {
  return resource(TYPE_TOKENS[kind], name, descriptor === undefined ? {} : { descriptor });
}

export interface Violation {
  message: string;
  urn?: string;
}

/** What `policy` reports of a stack of `resources`: of a stack of its own, unless several are asked about one in `gated`. */
export function violations(
  policy: StackValidationPolicy,
  resources: PolicyResource[],
  config: object = {},
): Violation[] {
  if (!sharing) analysisOf("of no stack", []);
  const found: Violation[] = [];
  const args = {
    resources,
    stackTags: new Map<string, string>(),
    getConfig: <T extends object>() => structuredClone(config) as T,
    notApplicable: (): never => {
      throw new Error("our policies always apply");
    },
  };
  void policy.validateStack(args, (message, urn) => found.push({ message, urn }));
  return found;
}

let sharing = false;

/**
 * `work` with the gate configured by `settings`, as restore-gate leaves it for the rules; afterwards it is not. The rules
 * that it asks about the same stack share one analysis, as in the engine.
 */
export function gated<T>(settings: object, work: () => T): T {
  return configured(readSettings(settings), work);
}

/** The same with the evidence of `settings` read from its sources first. */
export async function gatedWithEvidence<T>(settings: object, work: () => T): Promise<T> {
  return configured(await loadEvidence(readSettings(settings)), work);
}

function configured<T>(gate: GateConfiguration, work: () => T): T {
  configureGate(gate);
  sharing = true;
  try {
    return work();
  } finally {
    sharing = false;
    configureGate(UNCONFIGURED);
  }
}

/** What `policy` reports of one resource, in an update unless it is a preview; the gate is not configured afterwards. */
export async function resourceViolations(
  policy: ResourceValidationPolicy,
  resource: PolicyResource,
  config: object = {},
  { preview = false }: { preview?: boolean } = {},
): Promise<string[]> {
  try {
    return await validate(policy, resource, structuredClone(config), preview);
  } finally {
    configureGate(UNCONFIGURED);
  }
}

/** The same with the very values of `config`, and what the policy leaves behind stays. */
export async function validate(
  policy: ResourceValidationPolicy,
  resource: PolicyResource,
  config: object,
  preview = false,
): Promise<string[]> {
  const found: string[] = [];
  // Without reading any of them: one may throw.
  const args = Object.create(resource, {
    stackTags: { value: new Map() },
    getConfig: { value: () => config },
    notApplicable: { value: () => assert.fail("our policies always apply") },
  });
  const before = process.env.PULUMI_DRY_RUN;
  process.env.PULUMI_DRY_RUN = String(preview);
  try {
    await (policy.validateResource as ResourceValidation)(args, (message) => found.push(String(message)));
    return found;
  } finally {
    if (before === undefined) delete process.env.PULUMI_DRY_RUN;
    else process.env.PULUMI_DRY_RUN = before;
  }
}
