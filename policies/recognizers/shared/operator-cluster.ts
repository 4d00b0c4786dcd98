import type { PolicyResource } from "@pulumi/policy";
import { ABSENT, isYes, known, type Reading, readPartly, UNKNOWN, unknown } from "../../known";
import type { Database, ServerId } from "../../stack/facts";
import { kubernetesServer, type StackView, sameReading } from "../../stack/view";

/** What the recognizers of PostgreSQL operators share: a cluster is one custom resource, and others name it. */

/** What a recognizer says of a cluster; the rest is the same for every operator. */
export type SaidOfCluster = Pick<Database, "what" | "product" | "availability" | "dropsWal"> & Partial<Database>;

export function clusterDatabase(resource: PolicyResource, view: StackView, said: SaidOfCluster): Database {
  return {
    urn: resource.urn,
    name: resource.name,
    origin: view.origin(resource),
    id: kubernetesServer(resource),
    // No operator offers either: a cluster goes when its resource goes.
    deletionProtection: ABSENT,
    finalSnapshot: ABSENT,
    protect: isProtected(resource),
    images: [],
    plainText: [],
    ...said,
  };
}

function isProtected(resource: PolicyResource): boolean {
  return resource.opts.protect || (resource.parent !== undefined && isProtected(resource.parent));
}

/** A `…Patch` resource says a part only: what it leaves out is as it was, and not the product's default. */
export function isPatch({ type }: PolicyResource): boolean {
  return type.endsWith("Patch");
}

/** `reading`, with the product's documented default where the whole resource says nothing. */
export function orDefault<T>(resource: PolicyResource, reading: Reading<T>, value: T): Reading<T> {
  return reading.state === "absent" && !isPatch(resource) ? known(value) : reading;
}

/** Whether there is anything at `path`, be it partly unknown. */
export function isPresent(owner: unknown, ...path: string[]): Reading<boolean> {
  const value = readPartly(owner, ...path);
  return value === UNKNOWN ? unknown(path.join(".")) : known(value !== undefined && value !== null);
}

/** True if one of `readings` is; if none is for sure, unknown where one may be. */
export function some(readings: Reading<boolean>[]): Reading<boolean> {
  if (readings.some(isYes)) return known(true);
  return readings.find(({ state }) => state === "unknown") ?? known(false);
}

/** True if all of `readings` are, and there are any; false if one is not for sure. */
export function all(readings: Reading<boolean>[]): Reading<boolean> {
  if (readings.length === 0) return known(false);
  if (readings.some((reading) => reading.state === "known" && !reading.value)) return known(false);
  return readings.find(({ state }) => state === "unknown") ?? known(readings.every(isYes));
}

/** `reading` of a part that stands at `prefix`. */
export function under<T>(prefix: string, reading: Reading<T>): Reading<T> {
  return reading.state === "unknown" ? unknown(`${prefix}.${reading.path}`) : reading;
}

/**
 * The resource of this kind that `resource` names in its property `property`: by its names or, as long as one of them is
 * unknown, because the property was made from it and from no other of its kind.
 */
export function named(
  view: StackView,
  resource: PolicyResource,
  group: string,
  kind: string,
  target: ServerId,
  property = "spec",
): PolicyResource | undefined {
  const found = view.named(group, kind, target);
  if (found || target.name.state === "absent") return found;
  const sources = (resource.propertyDependencies[property] ?? []).map(({ urn }) => urn);
  const candidates = view.ofKind(group, kind).filter((candidate) => {
    const server = kubernetesServer(candidate);
    return (
      sources.includes(candidate.urn) && mayBe(server.name, target.name) && mayBe(server.namespace, target.namespace)
    );
  });
  return candidates.length === 1 ? candidates[0] : undefined;
}

function mayBe(a: Reading<string>, b: Reading<string>): boolean {
  return a.state !== "known" || b.state !== "known" || sameReading(a, b);
}
