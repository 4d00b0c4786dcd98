import type { PolicyResource } from "@pulumi/policy";
import { readKeys, readList, readPartly, UNKNOWN } from "../../known";

/** What runs pods, and where its pods' specification stands: one list for everybody who reads pods. */
export interface Held {
  kind: string;
  /** With its article. */
  what: string;
  /** A `job` runs to its end; a `service` goes on. */
  runs: "job" | "service";
  /** Where the pod's specification stands. */
  at: string;
  /** A copy, UNKNOWN in part or as a whole. Of products with steps of their own, put into the shape of a pod. */
  pod: unknown;
  /** Annotations of its pods. */
  annotations: unknown;
}

interface Holder {
  type: RegExp;
  kind: string;
  what: string;
  runs: Held["runs"];
  /** Where the pod stands, or all of them. */
  pods: (resource: PolicyResource) => Pick<Held, "at" | "pod" | "annotations">[];
}

const template = (...path: string[]): Holder["pods"] => at([...path, "template"], ["spec"]);

function at(holder: string[], inner: string[]): Holder["pods"] {
  return ({ props }) => [
    {
      at: [...holder, ...inner].join("."),
      pod: readPartly(props, ...holder, ...inner),
      annotations: readPartly(props, ...holder, "metadata", "annotations"),
    },
  ];
}

const holder = (type: string, kind: string, what: string, runs: Held["runs"], pods: Holder["pods"]): Holder => ({
  type: new RegExp(`^kubernetes:${type}(?:Patch)?$`),
  ...{ kind, what, runs, pods },
});

const APPS = "(?:apps/v1(?:beta\\d)?|extensions/v1beta1)";
const HOLDERS: Holder[] = [
  holder("batch/v1(?:beta1)?:CronJob", "CronJob", "a CronJob", "job", template("spec", "jobTemplate", "spec")),
  holder("batch/v1:Job", "Job", "a Job", "job", template("spec")),
  holder(`${APPS}:Deployment`, "Deployment", "a Deployment", "service", template("spec")),
  holder(`${APPS}:StatefulSet`, "StatefulSet", "a StatefulSet", "service", template("spec")),
  holder(`${APPS}:DaemonSet`, "DaemonSet", "a DaemonSet", "service", template("spec")),
  holder(`${APPS}:ReplicaSet`, "ReplicaSet", "a ReplicaSet", "service", template("spec")),
  holder(
    "core/v1:ReplicationController",
    "ReplicationController",
    "a ReplicationController",
    "service",
    template("spec"),
  ),
  holder("core/v1:Pod", "Pod", "a Pod", "service", at([], ["spec"])),
  holder(
    "serving\\.knative\\.dev/[^:]+:(?:Service|Configuration)",
    "Service",
    "a Knative Service",
    "service",
    template("spec"),
  ),
  holder(
    "apps\\.openshift\\.io/[^:]+:DeploymentConfig",
    "DeploymentConfig",
    "a DeploymentConfig",
    "service",
    template("spec"),
  ),
  holder("argoproj\\.io/[^:]+:Rollout", "Rollout", "an Argo Rollout", "service", template("spec")),
  holder(
    "apps\\.kruise\\.io/[^:]+:(?:CloneSet|StatefulSet|DaemonSet)",
    "CloneSet",
    "an OpenKruise workload",
    "service",
    template("spec"),
  ),
  holder("keda\\.sh/[^:]+:ScaledJob", "ScaledJob", "a KEDA ScaledJob", "job", template("spec", "jobTargetRef")),
  holder(
    "argoproj\\.io/[^:]+:CronWorkflow",
    "CronWorkflow",
    "an Argo CronWorkflow",
    "job",
    argo("spec", "workflowSpec"),
  ),
  holder("argoproj\\.io/[^:]+:Workflow", "Workflow", "an Argo Workflow", "job", argo("spec")),
  holder(
    "argoproj\\.io/[^:]+:(?:Cluster)?WorkflowTemplate",
    "WorkflowTemplate",
    "an Argo WorkflowTemplate",
    "job",
    argo("spec"),
  ),
  holder("tekton\\.dev/[^:]+:(?:Cluster)?Task", "Task", "a Tekton Task", "job", tekton),
  holder("tekton\\.dev/[^:]+:TaskRun", "TaskRun", "a Tekton TaskRun", "job", tekton),
  holder("tekton\\.dev/[^:]+:Pipeline", "Pipeline", "a Tekton Pipeline", "job", tekton),
  holder("tekton\\.dev/[^:]+:PipelineRun", "PipelineRun", "a Tekton PipelineRun", "job", tekton),
  holder("triggers\\.tekton\\.dev/[^:]+:TriggerTemplate", "TriggerTemplate", "a Tekton TriggerTemplate", "job", tekton),
];

/** Every type that runs pods. */
export const POD_HOLDERS = new RegExp(HOLDERS.map(({ type }) => type.source).join("|"));

/** The pods that `resource` runs; none when it is of another type. */
export function podsHeldBy(resource: PolicyResource): Held[] {
  const found = HOLDERS.find(({ type }) => type.test(resource.type));
  if (!found) return [];
  const { kind, what, runs } = found;
  return found.pods(resource).map((pod) => ({ kind, what, ...pod, runs: endsByItself(kind, pod.pod) ? "job" : runs }));
}

/** A bare Pod is started again and again, unless it says otherwise. */
function endsByItself(kind: string, pod: unknown): boolean {
  return kind === "Pod" && /^(Never|OnFailure)$/.test(String(readPartly(pod, "restartPolicy") ?? ""));
}

/** Argo's templates, each with its container, its script or its set of containers. */
function argo(...path: string[]): Holder["pods"] {
  return ({ props }) => {
    const spec = readPartly(props, ...path);
    const place = path.join(".");
    if (spec === UNKNOWN) return [{ at: place, pod: UNKNOWN, annotations: undefined }];
    const volumes = readList(spec, "volumes");
    return readList(spec, "templates").map((one, index) => ({
      at: `${place}.templates[${index}]`,
      pod: one === UNKNOWN ? UNKNOWN : argoPod(one, volumes),
      annotations: readPartly(one, "metadata", "annotations"),
    }));
  };
}

function argoPod(one: unknown, volumes: unknown[]): unknown {
  const given = ["container", "script"].flatMap((key) => readPartly(one, key) ?? []);
  const containers = [...given, ...readList(one, "containerSet", "containers")].map(withSource);
  return {
    initContainers: readList(one, "initContainers"),
    containers: [...containers, ...readList(one, "sidecars")],
    volumes: [...volumes, ...readList(one, "volumes")],
  };
}

/** A script is handed to the command as a file. */
function withSource(container: unknown): unknown {
  const source = readPartly(container, "source");
  return source === undefined ? container : asCommand(container, readList(container, "command"), source);
}

/** Tekton's steps stand in a Task, or in a Pipeline's tasks, or in what a TriggerTemplate makes. */
function tekton(resource: PolicyResource): ReturnType<Holder["pods"]> {
  const found: ReturnType<Holder["pods"]> = [];
  const spec = readPartly(resource.props, "spec");
  if (spec === UNKNOWN) return [{ at: "spec", pod: UNKNOWN, annotations: undefined }];
  findSteps(spec, "spec", found, 0);
  return found;
}

const DEEPEST = 12;

function findSteps(value: unknown, place: string, found: ReturnType<Holder["pods"]>, depth: number): void {
  if (typeof value !== "object" || value === null || depth > DEEPEST) return;
  const steps = readPartly(value, "steps");
  if (steps !== undefined) {
    const pod =
      steps === UNKNOWN
        ? UNKNOWN
        : {
            containers: [...readList(value, "steps").map(withScript), ...readList(value, "sidecars").map(withScript)],
            volumes: readList(value, "volumes"),
          };
    found.push({ at: place, pod, annotations: undefined });
    return;
  }
  const keys = Array.isArray(value) ? Object.keys(value) : readKeys(value);
  for (const key of keys) findSteps(readPartly(value, key), `${place}.${key}`, found, depth + 1);
}

function withScript(step: unknown): unknown {
  const script = readPartly(step, "script");
  if (script === undefined || script === "") return step;
  const interpreter = typeof script === "string" ? (/^#!\s*(?:\S*\/env\s+)?(\S+)/.exec(script)?.[1] ?? "sh") : "sh";
  return asCommand(step, [interpreter], script);
}

function asCommand(container: unknown, command: unknown[], script: unknown): unknown {
  if (typeof container !== "object" || container === null) return container;
  const shell = command.length > 0 ? command : ["sh"];
  return { ...container, command: [...shell, "-c", script], args: [] };
}
