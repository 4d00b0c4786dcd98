import { type PolicyResource, type StackValidationPolicy, unknownCheckingProxy } from "@pulumi/policy";
import { TYPE_TOKENS } from "../../../model/descriptor";

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

/** What `policy` reports of a stack of `resources`. */
export function violations(
  policy: StackValidationPolicy,
  resources: PolicyResource[],
  config: object = {},
): Violation[] {
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
