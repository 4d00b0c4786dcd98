import type { PolicyResource } from "@pulumi/policy";
import { ABSENT, isYes, known, type Reading, read, readList } from "../../known";

/** What the recognizers of AWS resources share: reading what AWS itself may fill in, and answers that may be unknown. */

/**
 * `reading` of `property`, absent if the program left it to AWS. The provider says "unknown" of everything that AWS will
 * choose, and just so of what the program gives from a resource that does not exist yet. The engine tells them apart: an
 * unknown value that was given is an output of some resource, and the engine names the resources on which each property
 * depends. An unknown value that depends on nothing was never given.
 */
export function given<T>(resource: PolicyResource, property: string, reading: Reading<T>): Reading<T> {
  const asAWhole = reading.state === "unknown" && reading.path === property;
  return asAWhole && !(property in resource.propertyDependencies) ? ABSENT : reading;
}

/** The elements of a list likewise: none if the program left it out. */
export function givenList(resource: PolicyResource, property: string): unknown[] {
  return given(resource, property, read(resource.props, property)).state === "absent"
    ? []
    : readList(resource.props, property);
}

/** `reading`, with AWS's documented default where the program says nothing. */
export function withDefault<T>(reading: Reading<T>, value: T): Reading<T> {
  return reading.state === "absent" ? known(value) : reading;
}

/** Neither absent nor an empty string, with which programs switch an optional reference off. Unknown values are given. */
export function isSet(reading: Reading): boolean {
  return reading.state === "unknown" || (reading.state === "known" && reading.value !== "");
}

/** False if one of `readings` is known to be, true if all are known to be. */
export function every(readings: Reading<boolean>[]): Reading<boolean> {
  return readings.find(isFalse) ?? readings.find(({ state }) => state !== "known") ?? known(true);
}

/** True if one of `readings` is known to be, false if all are known not to be. */
export function some(readings: Reading<boolean>[]): Reading<boolean> {
  return readings.find(isYes) ?? readings.find(({ state }) => state !== "known") ?? known(false);
}

/** The largest of `readings`, unknown if one of them is; absent ones do not count. */
export function largest(readings: Reading<number>[]): Reading<number> {
  const there = readings.filter(({ state }) => state !== "absent");
  const values = there.flatMap((reading) => (reading.state === "known" ? reading.value : []));
  return there.find(({ state }) => state === "unknown") ?? (values.length > 0 ? known(Math.max(...values)) : ABSENT);
}

export const isFalse = (reading: Reading<boolean>) => reading.state === "known" && !reading.value;

/** URNs of the resources from which the program took something for `property`. */
export function sourcesOf(resource: PolicyResource, property: string): string[] {
  return (resource.propertyDependencies[property] ?? []).map(({ urn }) => urn);
}

/** An answer at preview. */
export type Answer = "yes" | "no" | "unknown";

export function anyOf(answers: Answer[]): Answer {
  if (answers.includes("yes")) return "yes";
  return answers.includes("unknown") ? "unknown" : "no";
}

export function allOf(answers: Answer[]): Answer {
  if (answers.includes("no")) return "no";
  return answers.includes("unknown") ? "unknown" : "yes";
}

export function not(answer: Answer): Answer {
  if (answer === "unknown") return "unknown";
  return answer === "yes" ? "no" : "yes";
}

export const answer = (truth: boolean): Answer => (truth ? "yes" : "no");

/** Whether `pattern`, in which `*` stands for any characters, is all of `text`. */
export function matchesWildcard(pattern: string, text: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(text);
}
