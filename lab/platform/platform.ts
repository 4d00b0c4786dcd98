import { join } from "node:path";
import { toolFile } from "../build/build";
import { inputsHash } from "../build/inputs";
import { apply, type KubectlTarget, kubectl, labCluster, tryKubectl } from "../cluster/kubectl";
import { readJson, writeIfChanged } from "../files";
import { labDir } from "../paths";
import { step } from "../report";
import { dnsManifests } from "./dns";
import { applyOperator, operatorAnswers } from "./operator";
import { applyS3, s3Access, setUpS3 } from "./s3";
import { s3Manifests } from "./s3-manifests";
import { bucketPolicy, usersOf } from "./s3-policy";

export interface PlatformImages {
  operator: string;
  versitygw: string;
  busybox: string;
}

/**
 * Puts CloudNativePG and the S3 store on a cluster, the lab's or your own: there, give references of images that the
 * cluster can pull. Declares everything each time; what is as declared stays untouched.
 */
export async function applyPlatform(target: KubectlTarget, images: PlatformImages, viaLab: boolean): Promise<void> {
  const access = s3Access();
  await step("CloudNativePG and S3 store declared", async () => {
    await Promise.all([applyOperator(target, images.operator), applyS3(target, images, access)]);
  });
  await step("CloudNativePG 1.30.0 answers", () => operatorAnswers(target));
  await step("S3 store answers, with its users and bucket", () => setUpS3(target, access, viaLab));
}

const appliedFile = join(labDir, "platform.json");

/**
 * The same for the lab, with cluster DNS; nothing is done when it was all declared before and runs. True when it was not.
 * After a restart of the cluster, what it says of its deployments is from before: then `restarted` makes it look again.
 */
export async function ensureLabPlatform(
  images: PlatformImages & { coredns: string },
  restarted: boolean,
): Promise<boolean> {
  const access = s3Access();
  const declared = inputsHash([
    toolFile("cloudnative-pg", "cnpg.yaml"),
    images.operator,
    JSON.stringify(s3Manifests(images, access.root)),
    JSON.stringify(dnsManifests(images.coredns)),
    bucketPolicy(
      access.bucket,
      usersOf((user) => user),
    ),
  ]);
  const applied = readJson<{ declared: string }>(appliedFile)?.declared;
  if (!restarted && applied === declared && (await deploymentsAvailable())) return false;
  await step("cluster DNS answers", async () => {
    await apply(labCluster, dnsManifests(images.coredns));
    await kubectl(labCluster, ["-n", "kube-system", "rollout", "status", "deployment/coredns", "--timeout=120s"]);
  });
  await applyPlatform(labCluster, images, true);
  writeIfChanged(appliedFile, JSON.stringify({ declared }));
  return true;
}

const deployments = ["kube-system/coredns", "cnpg-system/cnpg-controller-manager", "storage/s3"];

/** Which of the platform's deployments serve, asked in one request. */
export async function availableDeployments(): Promise<Record<string, boolean>> {
  const template =
    '{{range .items}}{{.metadata.namespace}}/{{.metadata.name}} {{or .status.availableReplicas 0}}{{"\\n"}}{{end}}';
  const { stdout } = await tryKubectl(labCluster, ["get", "deployments", "-A", "-o", `go-template=${template}`]);
  const seen = new Map(stdout.split("\n").map((line) => line.split(" ") as [string, string]));
  return Object.fromEntries(deployments.map((name) => [name, Number(seen.get(name) ?? 0) > 0]));
}

async function deploymentsAvailable(): Promise<boolean> {
  return Object.values(await availableDeployments()).every(Boolean);
}
