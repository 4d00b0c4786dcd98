import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { CONFIG_FILE } from "../../model/job-config";
import { STORAGE_CHECK_FOLDERS, storageCheckJobSchema } from "../../model/storage-check-job";
import { type PromiseId, promisesRequired, promisesTried, type StorageUse } from "../../model/storage-promises";
import { agentJobSpec } from "../kubernetes/agent-job";
import { deploymentJob } from "../kubernetes/jobs";
import { contentHash, labels } from "../kubernetes/labels";
import type { PodSettings } from "../kubernetes/pod-settings";
import { configFileMount, scratchMount, secretMount } from "../kubernetes/pods";

/** A check takes seconds; a server that hangs is given up after this time. */
const DEADLINE_SECONDS = 600;

export interface StorageCheckDeclaration {
  /** Of the Job and its ConfigMap; ends in what sets it apart from other checks of the storage. */
  name: string;
  storage: string;
  namespace: string;
  image: string;
  pods: PodSettings;
  prefix: string;
  /** The Secrets of the uses that are tried here. */
  secrets: Partial<Record<StorageUse, string>>;
  /** What must be kept; what cannot be tried with these keys is left to the other check. */
  require: PromiseId[] | undefined;
  /** What else the check is of: when it changes, the check runs again. */
  of: Record<string, string>;
}

/** A Job that runs in a deployment, tries what the storage keeps, and fails it when what is required is not kept. */
export function storageCheckJob(
  check: StorageCheckDeclaration,
  opts: { parent: pulumi.Resource; dependsOn: pulumi.Resource[] },
): k8s.batch.v1.Job {
  const { name, namespace } = check;
  const common = labels("storage", check.storage);
  const uses = Object.keys(check.secrets) as StorageUse[];
  const tried = promisesTried("bucket", uses).map(({ id }) => id);
  const config = storageCheckJobSchema.parse({
    version: 1,
    uses: Object.fromEntries(uses.map((use) => [use, { kind: "s3-compatible" }])),
    prefix: check.prefix,
    require: check.require?.filter((id) => tried.includes(id)) ?? promisesRequired("bucket", uses),
  });
  const data = { "config.json": JSON.stringify(config, null, 2) };
  const configMapName = `${name}-${contentHash({ ...data, ...check.of })}`;
  const configMap = new k8s.core.v1.ConfigMap(
    `${name}-config`,
    { metadata: { name: configMapName, namespace, labels: common }, data },
    { parent: opts.parent },
  );
  const mounted = [
    configFileMount(configMapName, "config.json", CONFIG_FILE),
    ...uses.map((use) => secretMount(use, check.secrets[use] ?? "", STORAGE_CHECK_FOLDERS[use])),
    scratchMount("tmp", "/tmp", "16Mi"),
  ];
  const spec = agentJobSpec({
    ...{ name: "check", args: ["storage-check"], image: check.image, memory: "256Mi", cpu: "50m" },
    ...{ mounted, labels: common, deadlineSeconds: DEADLINE_SECONDS, saysWhy: true },
    pods: check.pods,
    // A server or a network that was away for a moment is asked again.
    retries: 2,
  });
  return deploymentJob(name, { namespace, baseName: name, labels: common, spec }, DEADLINE_SECONDS, {
    parent: opts.parent,
    dependsOn: [...opts.dependsOn, configMap],
  });
}
