import type { PolicyResource } from "@pulumi/policy";
import { indexStack, type StackIndex } from "../../../../../policies/stack/index-stack";
import { resource, UNKNOWN_STRING } from "../../stack";

/** AWS resources as the provider shows them at preview, and what the recognizers make of them. */

export type AwsFacts = Pick<StackIndex, "databases" | "buckets" | "backups" | "restoreTests">;

export function factsOf(...resources: PolicyResource[]): AwsFacts {
  return indexStack(resources);
}

/** `aws:rds/instance:Instance` for `rds/Instance`. */
export function aws(type: string, name: string, props: Record<string, unknown>): PolicyResource {
  const [module, kind] = type.split("/") as [string, string];
  return resource(`aws:${module}/${kind.charAt(0).toLowerCase()}${kind.slice(1)}:${kind}`, name, props);
}

/** `resource`, whose `property` the program took from `sources`. */
export function from(resource: PolicyResource, property: string, ...sources: PolicyResource[]): PolicyResource {
  resource.propertyDependencies[property] = sources;
  return resource;
}

/** A property that the program gave from something that does not exist yet. */
export function unknownGiven(type: string, name: string, props: Record<string, unknown>, property: string) {
  const source = resource("random:index/randomId:RandomId", "id", {});
  return from(aws(type, name, { ...props, [property]: UNKNOWN_STRING }), property, source);
}

export const DAY = 86_400;

/** The first and only element. */
export function only<T>(list: T[]): T {
  if (list.length !== 1) throw new Error(`one was expected, not ${list.length}`);
  return list[0] as T;
}
