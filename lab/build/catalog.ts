import { copyFileSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** What a step that runs before the build may use: the Go command, in a private copy of the module. */
export interface PrepareContext {
  folder: string;
  go(...args: string[]): Promise<string>;
}

/** One thing to build from a Go module below lab/tools. */
export interface Tool {
  name: string;
  version: string;
  /** Folder below lab/tools; several tools may share one, and then share its compiled packages. */
  module: string;
  /** Binary name to package. */
  binaries: Record<string, string>;
  ldflags?: string;
  /** Writes files that the sources embed. */
  prepare?: (context: PrepareContext) => Promise<void>;
  /** Files that a dependency carries and the lab needs later: name here to [module, path in it]. */
  carry?: Record<string, [module: string, path: string]>;
}

const kubernetesVersion = "1.35.4";
const stamp = "k8s.io/component-base/version";

/** In this order they are built: first what others wait for. */
export const catalog: readonly Tool[] = [
  {
    name: "pulumi",
    version: "3.259.0",
    module: "pulumi",
    binaries: { pulumi: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" },
    ldflags: "-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.259.0",
  },
  {
    name: "pulumi-language-nodejs",
    version: "3.68.0",
    module: "pulumi-language-nodejs",
    binaries: { "pulumi-language-nodejs": "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs" },
  },
  {
    name: "pulumi-resource-kubernetes",
    version: "4.25.0",
    module: "pulumi-resource-kubernetes",
    binaries: { "pulumi-resource-kubernetes": "." },
    prepare: embedKubernetesSchema,
  },
  {
    name: "kubernetes",
    version: kubernetesVersion,
    module: "kubernetes",
    binaries: Object.fromEntries(
      ["kube-apiserver", "kube-controller-manager", "kube-proxy", "kube-scheduler", "kubectl", "kubelet"].map(
        (command) => [command, `k8s.io/kubernetes/cmd/${command}`],
      ),
    ),
    ldflags: `-X ${stamp}.gitVersion=v${kubernetesVersion} -X ${stamp}.gitMajor=1 -X ${stamp}.gitMinor=35`,
  },
  { name: "etcd", version: "3.6.8", module: "etcd", binaries: { etcd: "." } },
  { name: "coredns", version: "1.14.6", module: "kubernetes", binaries: { coredns: "github.com/coredns/coredns" } },
  {
    name: "local-path-provisioner",
    version: "0.0.30",
    module: "kubernetes",
    binaries: { "local-path-provisioner": "github.com/rancher/local-path-provisioner" },
  },
  {
    name: "kube-router",
    version: "2.6.3-k3s1",
    module: "kubernetes",
    binaries: { "kube-router": "github.com/cloudnativelabs/kube-router/v2/cmd/kube-router" },
  },
  {
    name: "cloudnative-pg",
    version: "1.30.0",
    module: "kubernetes",
    binaries: { "cnpg-manager": "github.com/cloudnative-pg/cloudnative-pg/cmd/manager" },
    carry: { "cnpg.yaml": ["github.com/cloudnative-pg/cloudnative-pg", "releases/cnpg-1.30.0.yaml"] },
  },
  {
    name: "versitygw",
    version: "1.8.0",
    module: "versitygw",
    binaries: { versitygw: "github.com/versity/versitygw/cmd/versitygw" },
  },
  {
    // Of February 2026, two months before its repository was archived. AGPL-3.0: built and run here, in no package of ours.
    name: "minio",
    version: "20260212",
    module: "minio",
    binaries: { minio: "github.com/minio/minio" },
  },
  {
    name: "pulumi-resource-postgresql",
    version: "3.18.1",
    module: "pulumi-resource-postgresql",
    binaries: { "pulumi-resource-postgresql": "./provider" },
    prepare: generatePostgresqlSchema,
  },
];

/** Where a module's sources are. It is fetched first: in an empty module cache `go list` would know no folder. */
export async function moduleFolder(go: PrepareContext["go"], module: string): Promise<string> {
  return (JSON.parse(await go("mod", "download", "-json", module)) as { Dir: string }).Dir;
}

/** The module carries the schema without a version; the provider must tell the engine the one that the SDK names. */
async function embedKubernetesSchema({ folder, go }: PrepareContext): Promise<void> {
  const provider = "github.com/pulumi/pulumi-kubernetes/provider/v4";
  const source = join(await moduleFolder(go, provider), "cmd", "pulumi-resource-kubernetes");
  const schema = JSON.parse(await readFile(join(source, "schema.json"), "utf8")) as Record<string, unknown>;
  writeFileSync(join(folder, "schema-embed.json"), JSON.stringify({ ...schema, version: "4.25.0" }));
  copyFileSync(join(source, "terraform-mapping.json"), join(folder, "terraform-mapping-embed.json"));
}

/** tfgen derives schema and metadata from the Terraform provider; it needs placeholders to compile beside. */
async function generatePostgresqlSchema({ folder, go }: PrepareContext): Promise<void> {
  for (const file of ["schema.json", "bridge-metadata.json"]) writeFileSync(join(folder, "provider", file), "{}\n");
  await go("run", "./tfgen", "schema", "--out", "out");
  for (const file of ["schema.json", "bridge-metadata.json"]) {
    copyFileSync(join(folder, "out", file), join(folder, "provider", file));
  }
}
