import { readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";
import { toolFile } from "../build/build";
import { apply, type KubectlTarget, kubectl, type Manifest, tryKubectl } from "../cluster/kubectl";
import { until } from "../run";

const namespace = "cnpg-system";
const deployment = "cnpg-controller-manager";

interface OperatorDeployment extends Manifest {
  metadata: { name: string };
  spec: { template: { spec: { containers: { image: string; imagePullPolicy: string; env: EnvVar[] }[] } } };
}
interface EnvVar {
  name: string;
  value?: string;
}

/** The manifest of the CloudNativePG release, as its Go module carries it, with the operator's image replaced. */
function operatorManifests(image: string): Manifest[] {
  const text = readFileSync(toolFile("cloudnative-pg", "cnpg.yaml"), "utf8");
  const manifests = parseAllDocuments(text).map((document) => document.toJS() as Manifest | null);
  return manifests.filter((manifest) => manifest !== null).map((manifest) => withImage(manifest, image));
}

function withImage(manifest: Manifest, image: string): Manifest {
  if (manifest.kind !== "Deployment") return manifest;
  const { containers } = (manifest as OperatorDeployment).spec.template.spec;
  for (const container of containers) {
    container.image = image;
    container.imagePullPolicy = "IfNotPresent";
    // The operator starts instances' init containers from its own image and is told its name here.
    for (const variable of container.env) if (variable.name === "OPERATOR_IMAGE_NAME") variable.value = image;
  }
  return manifest;
}

export async function applyOperator(target: KubectlTarget, image: string): Promise<void> {
  await apply(target, operatorManifests(image));
}

/** Waits until the operator runs and its webhook answers: before that, creating a Cluster fails. */
export async function operatorAnswers(target: KubectlTarget): Promise<void> {
  await kubectl(target, ["-n", namespace, "rollout", "status", `deployment/${deployment}`, "--timeout=120s"], {
    todo: `kubectl -n ${namespace} describe pods; kubectl -n ${namespace} logs deployment/${deployment}`,
  });
  const probe = {
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Cluster",
    metadata: { name: "webhook-probe", namespace: "default" },
    spec: { instances: 1, storage: { size: "1Gi" } },
  };
  await until(
    "the operator's webhook to answer",
    async () => {
      const { code, stderr } = await tryKubectl(target, ["create", "--dry-run=server", "-f", "-"], {
        input: JSON.stringify(probe),
      });
      return code === 0 || stderr.trim();
    },
    { timeoutMs: 60_000, todo: `kubectl -n ${namespace} logs deployment/${deployment}` },
  );
}
