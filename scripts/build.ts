import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type BuildOptions, build as bundle, type Plugin } from "esbuild";

/**
 * Bundles what runs outside this folder: the agent (in its image), the command, and the policy pack (in Pulumi's
 * engine). As a command it compiles the library as well, for programs that import the components.
 */
const root = join(__dirname, "..");

const COMMON = {
  bundle: true,
  platform: "node",
  target: "node22",
  logLevel: "warning",
  legalComments: "none",
} satisfies BuildOptions;

export async function build(): Promise<void> {
  await bundleProgram("agent/main.ts", "agent", "agent");
  await bundleProgram("cli/main.ts", "cli", "restorable");
  await bundle({
    ...COMMON,
    format: "cjs",
    entryPoints: [join(root, "policies/index.ts")],
    outfile: join(root, "dist/policies/index.js"),
    external: ["@pulumi/pulumi", "@pulumi/policy", "@pulumi/policy/*"],
  });
  for (const file of ["PulumiPolicy.yaml", "package.json", "restorable-policies"])
    copyFileSync(join(root, "policies", file), join(root, "dist/policies", file));
  chmodSync(join(root, "dist/policies/restorable-policies"), 0o755);
  // Findings name the page of their rule: it goes with the pack.
  cpSync(join(root, "docs/policies"), join(root, "dist/policies/docs/policies"), { recursive: true });
  copyFileSync(join(root, "docs/policies/README.md"), join(root, "dist/policies/README.md"));
  copyFileSync(join(root, "LICENSE"), join(root, "dist/policies/LICENSE"));
}

/**
 * A program in a folder below dist: what each run needs, and beside it, in files that are read only when they are needed,
 * the rest. A backup of a small database takes half a second: of six megabytes most are a Kubernetes client, which it may
 * not need. Names are kept for errors.
 */
async function bundleProgram(source: string, folder: string, name: string): Promise<void> {
  const outdir = join(root, "dist", folder);
  rmSync(outdir, { recursive: true, force: true });
  await bundle({
    ...COMMON,
    format: "esm",
    ...{ splitting: true, minify: true, keepNames: true },
    entryPoints: { [name]: join(root, source) },
    ...{ outdir, chunkNames: "chunks/[hash]", outExtension: { ".js": ".mjs" } },
    // What libraries of CommonJS expect.
    banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
    external: ["pg-native"],
  });
  chmodSync(join(outdir, `${name}.mjs`), 0o755);
}

/**
 * The library in dist/lib: one file of JavaScript for what programs import, which loads three times as fast as some
 * hundred small ones, and the declarations. The Kubernetes client, which only reads evidence, stands in a file of its own
 * that is loaded when there is evidence to read.
 */
async function buildLibrary(): Promise<void> {
  rmSync(join(root, "dist/lib"), { recursive: true, force: true });
  const outdir = join(root, "dist/lib");
  const library = { ...COMMON, format: "cjs", outdir, keepNames: true, sourcemap: true } satisfies BuildOptions;
  await bundle({
    ...library,
    entryPoints: { index: join(root, "components/index.ts"), evidence: join(root, "components/evidence.ts") },
    external: ["@pulumi/*"],
    plugins: [evidenceReaderApart],
  });
  await bundle({
    ...library,
    minify: true,
    entryPoints: { [EVIDENCE_READER]: join(root, "evidence/read-configmap.ts") },
  });
  declareTypes();
}

const EVIDENCE_READER = "read-configmap";
const evidenceReaderApart: Plugin = {
  name: "evidence-reader-apart",
  setup({ onResolve }) {
    onResolve({ filter: /\/evidence\/read-configmap$/ }, () => ({ path: `./${EVIDENCE_READER}.js`, external: true }));
  },
};

function declareTypes(): void {
  const compiler = [require.resolve("typescript/bin/tsc"), "-p", join(root, "tsconfig.build.json")];
  const { status } = spawnSync(process.execPath, compiler, { stdio: "inherit" });
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
