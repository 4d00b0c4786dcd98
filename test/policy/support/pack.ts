import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const root = join(__dirname, "../../..");

/**
 * Bundles the pack into `folder` as it is shipped. @pulumi/policy stays outside: it must be the one that Pulumi's
 * run-policy-pack loads, and bundling it (15 MB) starts no faster.
 */
export async function buildPack(folder: string, entry = "policies/index.ts"): Promise<string> {
  await build({
    entryPoints: [join(root, entry)],
    outfile: join(folder, "index.js"),
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    legalComments: "none",
    logLevel: "warning",
    external: ["@pulumi/pulumi", "@pulumi/policy", "@pulumi/policy/*"],
  });
  // copyFileSync keeps the mode: the launcher stays executable.
  for (const file of ["PulumiPolicy.yaml", "package.json", "restorable-policies"])
    copyFileSync(join(root, "policies", file), join(folder, file));
  return join(folder, "restorable-policies");
}
