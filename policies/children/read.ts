import type { PolicyResource } from "@pulumi/policy";
import { CONFIG_FILE } from "../../model/job-config";
import { hasUnknown, readList, readPartly, UNKNOWN } from "../known";
import { makerOf } from "../stack/authorship";
import { kubernetesKind, type StackView } from "../stack/view";

/** A pod's spec, and where it stands. */
export interface Pod {
  at: string;
  spec: unknown;
}

/** What a component's CronJob and Jobs are made of, as the stack has them: UNKNOWN where a preview does not know. */
export interface Children {
  /** The CronJob's spec; undefined when the component declares none. */
  cronJob: unknown;
  /** The specs of the pods of its CronJob and its Jobs, each with where it stands. */
  pods: Pod[];
  /** The same of its Deployments. */
  deployments: Pod[];
  /** What the CronJob's pods are told: the JSON in the ConfigMap that they mount. */
  config: unknown;
}

/** The resources that `urn` declares, by parent: whatever a transformation has made of them. */
export function childrenOf(urn: string, view: StackView): Children {
  const children = view.childrenOf(urn);
  const ofKind = (group: string, kind: string) =>
    children.filter(({ type }) => {
      const found = kubernetesKind(type);
      return found?.group === group && found.kind === kind;
    });
  // Its own before any that somebody else put below it.
  const cronJobs = ofKind("batch", "CronJob");
  const cronJob = cronJobs.find((child) => makerOf(child) !== undefined) ?? cronJobs[0];
  const pod = cronJob && readPartly(cronJob.props, "spec", "jobTemplate", "spec", "template", "spec");
  const podsOf = (group: string, kind: string) =>
    ofKind(group, kind).map(({ name, props }): Pod => {
      return { at: `the ${kind} ${name}`, spec: readPartly(props, "spec", "template", "spec") };
    });
  return {
    cronJob: cronJob && readPartly(cronJob.props, "spec"),
    pods: [...(cronJob ? [{ at: "the CronJob", spec: pod }] : []), ...podsOf("batch", "Job")],
    deployments: podsOf("apps", "Deployment"),
    config: configOf(pod, ofKind("core", "ConfigMap")),
  };
}

/** The JSON at CONFIG_FILE in `pod`: of the ConfigMap that its volume names, which must be a child, too. */
function configOf(pod: unknown, configMaps: PolicyResource[]): unknown {
  const file = CONFIG_FILE.split("/").pop();
  for (const volume of readList(pod, "volumes")) {
    const name = readPartly(volume, "configMap", "name");
    const item = readList(volume, "configMap", "items").find((one) => readPartly(one, "path") === file);
    if (name === UNKNOWN || item === UNKNOWN) return UNKNOWN;
    if (item === undefined) continue;
    const named = configMaps.find(({ props }) => readPartly(props, "metadata", "name") === name);
    return named ? parsed(readPartly(named.props, "data", String(readPartly(item, "key")))) : undefined;
  }
  return hasUnknown(pod) ? UNKNOWN : undefined;
}

function parsed(text: unknown): unknown {
  if (typeof text !== "string") return text === UNKNOWN ? UNKNOWN : undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
