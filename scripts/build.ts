import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { build as bundle } from "esbuild";

/**
 * Bundles what runs outside this folder: the agent (in its image), the command, and the policy pack (in Pulumi's
 * engine). As a command it compiles the library as well, for programs that import the components.
 */
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
    // A backup of a small database takes half a second: a parser's time counts. Names are kept for errors.
    minify: true,
    keepNames: true,
    external: ["pg-native"],
  });
  const command = join(root, "dist/cli/restorable.js");
  await bundle({
    ...common,
    entryPoints: [join(root, "cli/main.ts")],
    outfile: command,
    banner: { js: "#!/usr/bin/env node" },
    minify: true,
    keepNames: true,
  });
  chmodSync(command, 0o755);
  await bundle({
    ...common,
    entryPoints: [join(root, "policies/index.ts")],
    outfile: join(root, "dist/policies/index.js"),
    external: ["@pulumi/pulumi", "@pulumi/policy", "@pulumi/policy/*"],
  });
  for (const file of ["PulumiPolicy.yaml", "package.json", "restorable-policies"]) {
    const source = join(root, "policies", file);
    if (!existsSync(source)) continue;
    copyFileSync(source, join(root, "dist/policies", file));
    if (!file.includes(".")) chmodSync(join(root, "dist/policies", file), 0o755);
  }
}

/** JavaScript and declarations of components/ and model/, in dist/lib. */
function buildLibrary(): void {
  const { status } = spawnSync(
    process.execPath,
    [require.resolve("typescript/bin/tsc"), "-p", join(root, "tsconfig.build.json")],
    {
      stdio: "inherit",
    },
  );
  if (status !== 0) throw new Error("the library does not compile: see above");
}

if (require.main === module) {
  build()
    .then(buildLibrary)
    .catch((error: Error) => {
      console.error(error.message);
      process.exit(1);
    });
}
