import type { PolicyResource } from "@pulumi/policy";
import { type Reading, readPartly, UNKNOWN } from "../../known";
import type { PlainText } from "../../stack/facts";
import { kubernetesNamespace, type StackView, sameReading } from "../../stack/view";
import { containersOf, plainTextOf } from "../shared/containers";
import { dumpProgram, stringsIn } from "../shared/dump-words";

/** A command whose output K8up stores. */
export interface Dump {
  /** The program that dumps PostgreSQL; undefined while the command is unknown. */
  program: string | undefined;
  /** The command and the variables of its pod, in which the database's host stands. */
  words: string[];
  /** The containers in one of which the command runs. */
  containers: unknown[];
  plainText: PlainText[];
}

const ANNOTATION = "k8up.io/backupcommand";

/** Where pods' annotations stand, in a pod, in a workload, and in a CloudNativePG Cluster. */
const OF_POD = [["metadata", "annotations"]];
const OF_TEMPLATE = [["spec", "template", "metadata", "annotations"]];
const ANNOTATED = [
  { group: "core", kind: "Pod", paths: OF_POD },
  { group: "apps", kind: "Deployment", paths: OF_TEMPLATE },
  { group: "apps", kind: "StatefulSet", paths: OF_TEMPLATE },
  { group: "apps", kind: "DaemonSet", paths: OF_TEMPLATE },
  {
    group: "postgresql.cnpg.io",
    kind: "Cluster",
    paths: [...OF_POD, ["spec", "inheritedMetadata", "annotations"]],
  },
];

/**
 * The commands in `namespace` that dump PostgreSQL, or that may: PreBackupPods, which K8up starts for it, and annotations
 * of pods. A command that dumps something else is none.
 */
export function dumpsIn(namespace: Reading<string>, view: StackView): Dump[] {
  const here = (group: string, kind: string) =>
    view.ofKind(group, kind).filter((resource) => sameReading(kubernetesNamespace(resource), namespace));
  const annotations = ANNOTATED.flatMap(({ group, kind, paths }) =>
    here(group, kind).flatMap((resource) => paths.flatMap((path) => annotated(resource, path))),
  );
  return [...here("k8up.io", "PreBackupPod").flatMap(preBackupPod), ...annotations];
}

function preBackupPod({ props }: PolicyResource): Dump[] {
  const path = ["spec", "pod", "spec"];
  const containers = containersOf(readPartly(props, ...path));
  return dump(readPartly(props, "spec", "backupCommand"), "spec.backupCommand", containers).map((found) => ({
    ...found,
    plainText: [...found.plainText, ...plainTextOf(containers, path.join("."))],
  }));
}

function annotated({ props }: PolicyResource, path: string[]): Dump[] {
  const command = readPartly(props, ...path, ANNOTATION);
  const pod = readPartly(props, "spec", "template", "spec") ?? readPartly(props, "spec");
  return dump(command, `${path.join(".")}["${ANNOTATION}"]`, containersOf(pod));
}

function dump(command: unknown, path: string, containers: unknown[]): Dump[] {
  if (command === undefined) return [];
  const program = dumpProgram(command);
  if (program === undefined && command !== UNKNOWN) return [];
  const variables = containers.map((container) => readPartly(container, "env"));
  const exposed = plainTextOf([{ command: [command] }], "").length > 0;
  return [{ program, words: stringsIn([command, variables]), containers, plainText: exposed ? [{ path }] : [] }];
}
