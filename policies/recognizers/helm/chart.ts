import type { PolicyResource } from "@pulumi/policy";
import { hasUnknown, known, type Reading, read, readList, readPartly, readString, UNKNOWN, unknown } from "../../known";
import type { PlainText } from "../../stack/facts";
import type { StackView } from "../../stack/view";

/**
 * A Helm Release (kubernetes:helm.sh/v3:Release) as far as a preview shows it: its chart and its values. The provider
 * fills in name and namespace and merges valueYamlFiles into `values` when it checks the resource (helm_release.go), so
 * that a policy sees them all; the templates it does not see.
 */
export interface Release {
  resource: PolicyResource;
  /** The chart's own name: `postgresql` for `oci://registry-1.docker.io/bitnamicharts/postgresql`. */
  chart: string;
  /** Where the chart comes from: its reference and its repository, in one text. */
  source: string;
  /** The release's name, UNKNOWN if it is. */
  name: unknown;
  namespace: unknown;
  /** The value at a path, read partly. */
  value(...path: string[]): unknown;
}

export const RELEASE = "kubernetes:helm.sh/v3:Release";

/** The release, if its chart is known. */
export function releaseOf(resource: PolicyResource): Release | undefined {
  const { props } = resource;
  const chart = readString(props, "chart");
  if (resource.type !== RELEASE || chart.state !== "known") return undefined;
  const repository = readString(props, "repositoryOpts", "repo");
  const values = valuesOf(props);
  return {
    resource,
    chart: baseName(chart.value),
    source: `${chart.value} ${repository.state === "known" ? repository.value : ""}`,
    name: readPartly(props, "name"),
    namespace: namespaceOf(resource),
    value: (...path) => {
      const found = readPartly(values.given, ...path);
      return (found === undefined || found === null) && values.more ? UNKNOWN : (found ?? undefined);
    },
  };
}

/** Files of values that are unknown, or that nobody has merged yet, may say anything. */
function valuesOf(props: unknown): { given: unknown; more: boolean } {
  const files = readList(props, "valueYamlFiles");
  const given = readPartly(props, "values");
  return { given, more: hasUnknown(files) || (files.length > 0 && given === undefined) };
}

/** The last part of a chart's reference, without a package's version and ending. */
function baseName(chart: string): string {
  const last =
    chart
      .replace(/[/\\]+$/, "")
      .split(/[/\\]/)
      .pop() ?? chart;
  return last.replace(/(-v?\d+(\.\d+)+[^/]*)?\.tgz$/, "").replace(/[:@].*$/, "");
}

/** The release's own, else the provider's, else `default`. */
function namespaceOf({ props, provider }: PolicyResource): unknown {
  const own = readPartly(props, "namespace");
  const ofProvider = readPartly(provider?.props ?? {}, "namespace");
  return own ?? ofProvider ?? "default";
}

/** Every release of `chart` in the stack. */
export function releasesOf(chart: string, view: StackView): Release[] {
  return view
    .ofType(RELEASE)
    .flatMap((resource) => releaseOf(resource) ?? [])
    .filter((release) => release.chart === chart);
}

/** `value`, or the chart's default where the values leave it out or leave it empty. */
export function or(value: unknown, otherwise: unknown): unknown {
  return value === undefined || value === "" ? otherwise : value;
}

/** A value as a Reading; `path` is for people. */
export function reading(value: unknown, path: string): Reading {
  return value === UNKNOWN ? unknown(path) : read({ value }, "value");
}

export function readingOfString(release: Release, ...path: string[]): Reading<string> {
  const found = reading(release.value(...path), `values.${path.join(".")}`);
  if (found.state !== "known") return found;
  return typeof found.value === "string" ? known(found.value) : { state: "absent" };
}

/**
 * The name that charts give to what they make, as `helm create` writes it: fullnameOverride, or the release's name with
 * the chart's behind it unless it is in it.
 */
export function fullName(release: Release, chart = release.chart): unknown {
  const override = or(release.value("fullnameOverride"), undefined);
  if (override !== undefined) return override;
  const name = or(release.value("nameOverride"), chart);
  const parts = [release.name, name];
  if (!parts.every((part) => typeof part === "string")) return UNKNOWN;
  const [own = "", other = ""] = parts as string[];
  return (own.includes(other) ? own : `${own}-${other}`).slice(0, 63).replace(/-$/, "");
}

/** What a release makes of its values, as the resource that a program would declare in the release's place. */
export function rendered(
  release: Release,
  type: string,
  name: unknown,
  body: object,
  namespace?: unknown,
): PolicyResource {
  const { resource } = release;
  const sources = resource.propertyDependencies.values ?? [];
  return {
    ...resource,
    type,
    props: { metadata: { name, namespace: namespace ?? release.namespace }, ...body },
    propertyDependencies: Object.fromEntries(Object.keys(body).map((key) => [key, sources])),
  };
}

/** Where credentials stand among the values themselves, whatever they are; what the values leave out stands nowhere. */
export function givenSecrets({ resource }: Release, paths: string[]): PlainText[] {
  return paths.flatMap((path) => {
    const keys = path.split(".");
    const owner = readPartly(resource.props, "values", ...keys.slice(0, -1));
    const value = owner === UNKNOWN ? undefined : readPartly(owner, ...keys.slice(-1));
    return value === UNKNOWN || (typeof value === "string" && value !== "") ? [{ path: `values.${path}` }] : [];
  });
}
