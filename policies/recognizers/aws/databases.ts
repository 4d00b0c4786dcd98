import type { PolicyResource } from "@pulumi/policy";
import { hasUnknown, readList, readPartly, readString, UNKNOWN, valueOr } from "../../known";
import type { Database } from "../../stack/facts";
import type { StackView } from "../../stack/view";
import { CLUSTER, INSTANCE, identifier, isAurora } from "./rds";
import { type Answer, allOf, answer, anyOf, matchesWildcard, not } from "./values";

/** A database of the stack, as AWS Backup's selections name it. */
export interface ProtectedDatabase {
  fact: Database;
  resource: PolicyResource;
  /** AWS Backup's name of the kind of resource. */
  resourceType: "RDS" | "Aurora";
}

export function protectedDatabases(view: StackView): ProtectedDatabase[] {
  const resources = new Map([...view.ofType(INSTANCE), ...view.ofType(CLUSTER)].map((r) => [r.urn, r]));
  return view.databases.flatMap((fact) => {
    const resource = resources.get(fact.urn);
    return resource
      ? [{ fact, resource, resourceType: isAurora(resource) ? ("Aurora" as const) : ("RDS" as const) }]
      : [];
  });
}

/** Whether `entries`, ARNs and patterns that the program took from `sources` if they are unknown, name `database`. */
export function isNamed(entries: unknown[], sources: string[], { resource }: ProtectedDatabase): Answer {
  return anyOf(
    entries.map((entry) => {
      if (typeof entry === "string") return matchesArn(entry, resource);
      // Its own ARN, or that of something else of this stack.
      if (sources.includes(resource.urn)) return "yes";
      return sources.length === 0 ? "unknown" : "no";
    }),
  );
}

/** Whether `pattern` is the ARN of `resource`, or fits it: `*`, `arn:aws:rds:*:*:db:*`, `arn:aws:rds:*:*:cluster:prod-*`. */
function matchesArn(pattern: string, resource: PolicyResource): Answer {
  const arn = readString(resource.props, "arn");
  if (arn.state === "known") return answer(matchesWildcard(pattern, arn.value));
  // Before the database exists its account is not known: one that is spelled out is taken to be its own.
  const parts = pattern.split(":").map((part) => part.replaceAll("*", ""));
  const region = valueOr(readString(resource.props, "region"), parts[3] ?? "");
  const kind = resource.type === CLUSTER ? "cluster" : "db";
  const fits = (name: string) =>
    matchesWildcard(pattern, `arn:${parts[1] || "aws"}:rds:${region}:${parts[4] ?? ""}:${kind}:${name}`);
  const name = identifier(resource);
  if (name.state === "known") return answer(fits(name.value));
  if (fits("\0")) return "yes";
  return fits(parts[6] ?? "") ? "unknown" : "no";
}

/** Whether the tag `key` of `database` is `value`, or is like it if `like`. */
export function hasTag({ resource }: ProtectedDatabase, key: unknown, value: unknown, like = false): Answer {
  if (typeof key !== "string" || typeof value !== "string") return hasUnknown([key, value]) ? "unknown" : "no";
  // The provider merges its default tags into `tags`; `tagsAll` is for states that others wrote.
  const tags = ["tags", "tagsAll"].map((property) => readPartly(resource.props, property, key));
  const found = tags[0] ?? (tags[1] === UNKNOWN ? undefined : tags[1]);
  if (found === UNKNOWN) return "unknown";
  return answer(typeof found === "string" && (like ? matchesWildcard(value, found) : found === value));
}

/**
 * Whether `conditions` on tags (`stringEquals`, `stringLikes` and their opposites, as lists of key and value) all hold for
 * `database`. Keys begin with `aws:ResourceTag/`.
 */
export function meetsConditions(conditions: unknown, database: ProtectedDatabase): Answer {
  if (conditions === UNKNOWN) return "unknown";
  const list = (operator: string, holds: (key: unknown, value: unknown) => Answer) =>
    readList(conditions, operator).map((condition) => {
      const key = readPartly(condition, "key");
      const name = typeof key === "string" ? key.replace(/^aws:ResourceTag\//, "") : key;
      return holds(name, readPartly(condition, "value"));
    });
  return allOf([
    ...list("stringEquals", (key, value) => hasTag(database, key, value)),
    ...list("stringLikes", (key, value) => hasTag(database, key, value, true)),
    ...list("stringNotEquals", (key, value) => not(hasTag(database, key, value))),
    ...list("stringNotLikes", (key, value) => not(hasTag(database, key, value, true))),
  ]);
}
