import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  symlinkSync,
} from "node:fs";
import { join, relative } from "node:path";
import { remove } from "../files";
import { binDir, sourceDir, toolsDir } from "../paths";
import { step } from "../report";
import { run } from "../run";
import { catalog, moduleFolder, type Tool } from "./catalog";
import { findGo } from "./go";
import { filesBelow, inputsHash } from "./inputs";

/**
 * What every build is given, whatever the machine's own settings are. Static binaries, because pods' images have no
 * libc; no paths of this machine in them; nothing that go.mod and go.sum do not name.
 */
export const buildEnvironment = {
  CGO_ENABLED: "0",
  GOFLAGS: "-mod=readonly -trimpath -buildvcs=false",
  GOTOOLCHAIN: "local",
  GOWORK: "off",
};

export function toolHash(tool: Tool): string {
  const sources = filesBelow(join(sourceDir, "tools", tool.module)).flatMap(({ path, content }) => [path, content]);
  const recipe = { ...tool, prepare: tool.prepare?.toString() };
  return inputsHash([...sources, JSON.stringify(recipe), JSON.stringify(buildEnvironment)]);
}

/** Where the build of a tool is, or will be. */
export function toolFolder(tool: Tool): string {
  return join(toolsDir, tool.name, toolHash(tool));
}

/** The path of a built binary or of a file that came with it. */
export function toolFile(tool: string, file: string): string {
  const found = catalog.find(({ name }) => name === tool);
  if (!found) throw new Error(`no tool ${tool} in lab/build/catalog.ts`);
  return join(toolFolder(found), file);
}

/** Builds what is missing; says one line for each tool. True when anything was built. */
export async function ensureTools(options: { quietWhenCached?: boolean } = {}): Promise<boolean> {
  const missing = catalog.filter((tool) => !existsSync(toolFolder(tool)));
  if (missing.length === 0 && options.quietWhenCached && linked()) return false;
  const go = missing.length > 0 ? await findGo() : "go";
  for (const tool of catalog) {
    const build = missing.includes(tool);
    await step(`${tool.name} ${tool.version}${build ? " built" : ""}`, async () => {
      if (build) await buildTool(tool, go);
      linkTool(tool);
      return build ? undefined : "cached";
    });
  }
  return missing.length > 0;
}

async function buildTool(tool: Tool, go: string): Promise<void> {
  const target = toolFolder(tool);
  const work = join(toolsDir, tool.name, ".work");
  remove(work); // of a build that was interrupted
  const [source, out] = [join(work, "source"), join(work, "out")];
  mkdirSync(out, { recursive: true });
  // A copy: what is generated beside the sources stays out of the repository.
  cpSync(join(sourceDir, "tools", tool.module), source, { recursive: true });
  const env = { ...process.env, ...buildEnvironment };
  const runGo = (...args: string[]) =>
    run([go, ...args], {
      cwd: source,
      env,
      todo: "what was compiled so far is kept: run the same command again to go on from here",
    });
  await tool.prepare?.({ folder: source, go: runGo });
  const ldflags = `-s -w ${tool.ldflags ?? ""}`.trim();
  const packages = Object.values(tool.binaries);
  // Several commands at once compile what they share once; one command may be given its own name.
  if (packages.length > 1) await runGo("build", "-ldflags", ldflags, "-o", `${out}/`, ...packages);
  else
    for (const [name, path] of Object.entries(tool.binaries))
      await runGo("build", "-ldflags", ldflags, "-o", join(out, name), path);
  for (const [name, [module, path]] of Object.entries(tool.carry ?? {})) {
    const folder = await moduleFolder(runGo, module);
    copyFileSync(join(folder, path), join(out, name));
    chmodSync(join(out, name), 0o644); // files of the module cache are read-only
  }
  renameSync(out, target);
  remove(work);
  for (const entry of readdirSync(join(toolsDir, tool.name))) {
    const folder = join(toolsDir, tool.name, entry);
    if (folder !== target) remove(folder);
  }
}

function linkOf(tool: Tool, binary: string): { link: string; target: string } {
  return { link: join(binDir, binary), target: relative(binDir, join(toolFolder(tool), binary)) };
}

function linked(): boolean {
  return catalog.every((tool) =>
    Object.keys(tool.binaries).every((binary) => {
      const { link, target } = linkOf(tool, binary);
      return existsSync(link) && isLinkTo(link, target);
    }),
  );
}

function isLinkTo(link: string, target: string): boolean {
  try {
    return readlinkSync(link) === target;
  } catch {
    return false; // an ordinary file
  }
}

function linkTool(tool: Tool): void {
  mkdirSync(binDir, { recursive: true });
  for (const binary of Object.keys(tool.binaries)) {
    const { link, target } = linkOf(tool, binary);
    if (isLinkTo(link, target)) continue;
    const temporary = `${link}.${process.pid}.tmp`;
    symlinkSync(target, temporary);
    renameSync(temporary, link); // at once: someone may be running it
  }
}
