import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import type { ExternalDrillDescriptor, RestoreDrillDescriptor } from "../../../model/descriptor";
import { type DrillPredicate, drillPredicateSchema } from "../../../model/evidence";
import {
  AGENT_IMAGE,
  aDrill,
  anExternalDrill as anExternalDrillOf,
  aRecord,
  aTestimony,
  aWaiver,
  chained,
  type Keys,
  newKeys,
  sealedWaiver,
  TARGET,
  trusting,
} from "../../policy/support/evidence";
import { component, gated, type Violation, violations } from "./stack";

/** Drills of `app/orders/orders` in the stack `shop/production`, and a gate that judges them. */

export const keys = newKeys();
export const people = newKeys();

/** Another database of the same server. */
export const TARGET_OTHER = { ...TARGET, database: "audit" };
export const NOW = new Date();

/** Production's gate, which trusts `keys`, and waivers of `people`. */
export const GATE = {
  environment: "production",
  trustedKeys: trusting(keys),
  waiverKeys: [people.publicKey],
  agentImages: [AGENT_IMAGE],
};

/** What `policy` says of `resources` behind the gate that `settings` configure. */
export function found(
  policy: StackValidationPolicy,
  resources: PolicyResource[],
  settings: object = GATE,
): Violation[] {
  return gated(settings, () => violations(policy, resources));
}

export const drill = (descriptor: unknown, name = "orders-drill") => component("drill", name, descriptor);

/** A drill's descriptor in `environment`, in the stack from which URNs of these tests are. */
export function unproven(
  environment = "production",
  changes: Partial<RestoreDrillDescriptor> = {},
): RestoreDrillDescriptor {
  return aDrill(environment, { stack: "production", ...changes });
}

/** The same with what it said when it passed, an hour ago; `predicate` says what it said instead. */
export function proven(
  environment = "production",
  changes: Partial<RestoreDrillDescriptor> = {},
  predicate: Partial<DrillPredicate> = {},
): RestoreDrillDescriptor {
  const descriptor = unproven(environment, changes);
  return { ...descriptor, evidence: [aRecord({ ...aTestimony(descriptor, NOW), ...predicate }, keys)] };
}

export const FAILED: Partial<DrillPredicate> = { passed: false, failures: ["role app is missing"] };

/** Evidence about the same drill as `aDrill` declares it, `ageSeconds` old. */
export function testimony(environment: string, changes: Partial<DrillPredicate> = {}, ageSeconds?: number) {
  return drillPredicateSchema.parse({ ...aTestimony(unproven(environment), NOW, ageSeconds), ...changes });
}

/** The records of one chain that `predicates` are, in their order. */
export const inChain = (...predicates: DrillPredicate[]) => chained(predicates, keys);

/** The gate with a waiver for this target, signed by a person, or by whoever `signer` is. */
export function waived(changes: Parameters<typeof aWaiver>[2] = {}, signer: Keys = people) {
  return { ...GATE, waivers: [sealedWaiver(aWaiver("production", NOW, changes), signer)] };
}

/** A drill that another tool runs, of what `covers` names. */
export function anExternalDrill(
  covers: string[],
  changes: Partial<ExternalDrillDescriptor> = {},
): ExternalDrillDescriptor {
  return anExternalDrillOf("production", { covers, ...changes });
}
