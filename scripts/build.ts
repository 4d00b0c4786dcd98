import { chmodSync, copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { build as bundle } from "esbuild";

/** Bundles what runs outside this folder: the agent (in its image) and the policy pack (in Pulumi's engine). */
const root = join(__dirname, "..");

export async function build(): Promise<void> {
  const common = {
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    logLevel: "warning",
    legalComments: "none",
  } as const;
  await bundle({
    ...common,
    entryPoints: [join(root, "agent/main.ts")],
    outfile: join(root, "dist/agent/agent.js"),
    minifySyntax: true,
    external: ["pg-native"],
  });
  await bundle({
    ...common,
    entryPoints: [join(root, "policies/index.ts")],
    outfile: join(root, "dist/policies/index.js"),
    external: ["@pulumi/pulumi", "@pulumi/policy"],
  });
  for (const file of ["PulumiPolicy.yaml", "package.json", "restorable-policies"]) {
    const source = join(root, "policies", file);
    if (!existsSync(source)) continue;
    copyFileSync(source, join(root, "dist/policies", file));
    if (!file.includes(".")) chmodSync(join(root, "dist/policies", file), 0o755);
  }
}

if (require.main === module) {
  build().catch((error: Error) => {
    console.error(error.message);
    process.exit(1);
  });
}
