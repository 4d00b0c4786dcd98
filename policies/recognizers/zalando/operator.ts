import type { PolicyResource } from "@pulumi/policy";
import { ABSENT, known, type Reading, readPartly, readString, UNKNOWN, unknown } from "../../known";
import { kubernetesName, type StackView, sameReading } from "../../stack/view";

/**
 * The settings of Zalando's operator, as far as this stack declares them: much of a cluster's backups is said there and
 * not in the cluster. An OperatorConfiguration has sections, the chart has them under names of its own, and the older
 * ConfigMap has none (docs/reference/operator_parameters.md).
 */
const SECTIONS = {
  general: { resource: [], chart: "configGeneral" },
  kubernetes: { resource: ["kubernetes"], chart: "configKubernetes" },
  aws_or_gcp: { resource: ["aws_or_gcp"], chart: "configAwsOrGcp" },
  logical_backup: { resource: ["logical_backup"], chart: "configLogicalBackup" },
} as const;

export type Section = keyof typeof SECTIONS;

export interface OperatorSettings {
  resource: PolicyResource;
  /** The property of `resource` that they stand in. */
  property: string;
  /** A setting as it stands there, with UNKNOWN for what is unknown. */
  get(section: Section, key: string): unknown;
}

/** A setting's text. An empty one is as good as none: so the operator's own defaults are written. */
export function setting(operator: OperatorSettings, section: Section, key: string): Reading<string> {
  const value = operator.get(section, key);
  if (value === UNKNOWN) return unknown(key);
  if (typeof value === "number" || typeof value === "boolean") return known(String(value));
  return typeof value === "string" && value !== "" ? known(value) : ABSENT;
}

/** The settings, if exactly one set of them is in the stack: with several, nobody can tell which operator it is. */
export function operatorSettings(view: StackView): OperatorSettings | undefined {
  const found = [
    ...view.ofKind("acid.zalan.do", "OperatorConfiguration").map(ofResource),
    ...view.ofType("kubernetes:helm.sh/v3:Release").filter(isChart).map(ofChart),
    ...view.ofKind("core", "ConfigMap").filter(isConfigMap).map(ofConfigMap),
  ];
  return found.length === 1 ? found[0] : undefined;
}

function ofResource(resource: PolicyResource): OperatorSettings {
  const get = (section: Section, key: string) =>
    readPartly(resource.props, "configuration", ...SECTIONS[section].resource, key);
  return { resource, property: "configuration", get };
}

function isChart({ props }: PolicyResource): boolean {
  const chart = readString(props, "chart");
  return chart.state === "known" && /(^|\/)postgres-operator(-[\d.]+\.tgz)?$/.test(chart.value);
}

function ofChart(resource: PolicyResource): OperatorSettings {
  const get = (section: Section, key: string) => {
    const value = readPartly(resource.props, "values", SECTIONS[section].chart, key);
    // Files of values are not looked into: whatever is not among the values may be in them.
    return value === undefined && hasFiles(resource) ? UNKNOWN : value;
  };
  return { resource, property: "values", get };
}

function hasFiles({ props }: PolicyResource): boolean {
  const files = readPartly(props, "valueYamlFiles");
  return files === UNKNOWN || (Array.isArray(files) && files.length > 0);
}

/** By the name that the operator's own manifests give it. */
function isConfigMap(resource: PolicyResource): boolean {
  return sameReading(kubernetesName(resource), known("postgres-operator"));
}

function ofConfigMap(resource: PolicyResource): OperatorSettings {
  return { resource, property: "data", get: (_, key) => readPartly(resource.props, "data", key) };
}
