import type { PolicyResource } from "@pulumi/policy";
import { ABSENT, known, type Reading, readKeys, readList, readPartly, readString, UNKNOWN, unknown } from "../../known";
import type { PlainText } from "../../stack/facts";
import { kubernetesNamespace, type StackView } from "../../stack/view";
import { isSecretName } from "../shared/containers";
import { named } from "../shared/operator-cluster";
import { type OperatorSettings, setting } from "./operator";

/** What is in the environment of Spilo, Zalando's image of PostgreSQL: it decides whether and where WAL is archived. */
export interface Environment {
  /** Those whose name is known; the first of a name counts. */
  variables: Variable[];
  /** Set when there may be others: what could not be looked into. */
  doubt?: string;
  /** Credentials in a ConfigMap. */
  plainText: PlainText[];
}

export interface Variable {
  name: string;
  /** Absent when it comes from a Secret or another reference. */
  value: Reading<string>;
  /** The resource and its property that it stands in. */
  from: PolicyResource;
  property: string;
}

const NOTHING: Environment = { variables: [], plainText: [] };

/**
 * The cluster's own `env` goes before what the operator gives to every pod: a Secret, a ConfigMap, and its own buckets
 * (docs/administrator.md, "Custom Pod Environment Variables").
 */
export function environmentOf(
  resource: PolicyResource,
  operator: OperatorSettings | undefined,
  view: StackView,
): Environment {
  const own = clusterVariables(resource);
  if (!operator) return { ...own, doubt: own.doubt ?? "the operator's settings, which this stack does not declare" };
  const parts = [own, secretVariables(resource, operator, view), mapVariables(resource, operator, view)];
  return {
    variables: [...parts.flatMap(({ variables }) => variables), ...bucketVariables(operator)],
    doubt: parts.find(({ doubt }) => doubt !== undefined)?.doubt,
    plainText: parts.flatMap(({ plainText }) => plainText),
  };
}

function clusterVariables(resource: PolicyResource): Environment {
  const list = readList(resource.props, "spec", "env").map((variable) => ({
    name: readString(variable, "name"),
    value: readString(variable, "value"),
  }));
  return {
    variables: list.flatMap(({ name, value }) =>
      name.state === "known" ? [{ name: name.value, value, from: resource, property: "spec" }] : [],
    ),
    ...(list.some(({ name }) => name.state === "unknown") ? { doubt: "spec.env" } : {}),
    plainText: [],
  };
}

/** The operator's own settings, and the variables that it makes of them. */
function bucketVariables(operator: OperatorSettings): Variable[] {
  const { resource: from, property } = operator;
  return [
    { name: "WAL_S3_BUCKET", value: setting(operator, "aws_or_gcp", "wal_s3_bucket"), from, property },
    { name: "WAL_GS_BUCKET", value: setting(operator, "aws_or_gcp", "wal_gs_bucket"), from, property },
  ].filter(({ value }) => value.state !== "absent");
}

function mapVariables(resource: PolicyResource, operator: OperatorSettings, view: StackView): Environment {
  const reference = namespacedName(operator.get("kubernetes", "pod_environment_configmap"));
  if (reference.name.state === "absent") return NOTHING;
  const namespace = reference.namespace.state === "absent" ? kubernetesNamespace(resource) : reference.namespace;
  const target = { name: reference.name, namespace };
  const map = named(view, operator.resource, "core", "ConfigMap", target, operator.property);
  if (!map) return { ...NOTHING, doubt: "pod_environment_configmap, which this stack does not declare" };
  const data = readPartly(map.props, "data");
  if (data === UNKNOWN) return { ...NOTHING, doubt: `ConfigMap ${map.name}: data` };
  const names = readKeys(data);
  return {
    variables: names.map((name) => ({ name, value: readString(data, name), from: map, property: "data" })),
    plainText: names
      .filter((name) => isSecretName(name) && readPartly(data, name) !== "")
      .map((name) => ({ path: `ConfigMap ${map.name}: data.${name}` })),
  };
}

/** `namespace/name`, a name alone, or both as an object. */
function namespacedName(reference: unknown): { name: Reading<string>; namespace: Reading<string> } {
  if (reference === UNKNOWN) return { name: unknown("pod_environment_configmap"), namespace: ABSENT };
  if (typeof reference !== "string")
    return { name: readString(reference, "name"), namespace: readString(reference, "namespace") };
  const [first, second] = reference.split("/");
  if (!first) return { name: ABSENT, namespace: ABSENT };
  return second ? { name: known(second), namespace: known(first) } : { name: known(first), namespace: ABSENT };
}

/** A Secret of the cluster's namespace: the names in it are read, the values are not. */
function secretVariables(resource: PolicyResource, operator: OperatorSettings, view: StackView): Environment {
  const name = setting(operator, "kubernetes", "pod_environment_secret");
  if (name.state === "absent") return NOTHING;
  const target = { name, namespace: kubernetesNamespace(resource) };
  const secret = named(view, operator.resource, "core", "Secret", target, operator.property);
  if (!secret) return { ...NOTHING, doubt: "pod_environment_secret, which this stack does not declare" };
  const parts = ["stringData", "data"];
  const names = parts.flatMap((part) => readKeys(secret.props, part));
  return {
    variables: names.map((key) => ({ name: key, value: ABSENT, from: secret, property: "data" })),
    ...(parts.some((part) => readPartly(secret.props, part) === UNKNOWN) ? { doubt: `Secret ${secret.name}` } : {}),
    plainText: [],
  };
}
