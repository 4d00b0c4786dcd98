import type { PolicyResource } from "@pulumi/policy";
import { readList, readPartly } from "../../known";
import type { StackView } from "../../stack/view";
import { argvOf } from "../shared/commands";
import { filesAt, filesNamed, type Mount, mountsOf, resolvedVariables } from "./mounts";
import { type Runs, runsOf, runsOfFiles } from "./runs";

/** A container with what it runs. */
export interface Followed {
  container: unknown;
  runs: Runs;
}

/** A pod's containers, each with what it runs. */
export function followed(containers: unknown[], pod: unknown, resource: PolicyResource, view: StackView): Followed[] {
  return containers.map((container) => {
    const mounts = mountsOf(container, pod, resource, view);
    const variables = resolvedVariables(container, resource, view);
    const argv = argvOf(container);
    const files = { named: (word: string) => filesNamed(mounts, word) };
    const runs =
      argv.length > 0 || readPartly(container, "command") !== undefined
        ? runsOf(argv, { files, variables })
        : runsOfFiles(mounts.filter(mayBeRun).flatMap(filesAt), variables);
    return { container, runs };
  });
}

/** What a server runs when it is made is no backup; what lies where configurations lie is none to run. */
function mayBeRun({ path }: Mount): boolean {
  return !/initdb|\/preinitdb|\/docker-entrypoint-|\/conf(ig)?(\.d)?(\/|$)/.test(path);
}

/** Containers that go on beside the others, though they stand among those that run first. */
export function sidecarsOf(pod: unknown): unknown[] {
  return readList(pod, "initContainers").filter((container) => readPartly(container, "restartPolicy") === "Always");
}
