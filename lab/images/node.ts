import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "../errors";
import { cacheDir, sourceDir } from "../paths";
import { run } from "../run";

/** The pin that bootstrap.sh installs from too: package, version, integrity. */
export function nodePin(): { name: string; version: string; integrity: string } {
  const values = Object.fromEntries(
    readFileSync(join(sourceDir, "node.pin"), "utf8")
      .split("\n")
      .filter((line) => line && !line.startsWith("#"))
      .map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]),
  );
  const { NODE_PACKAGE, NODE_VERSION, NODE_INTEGRITY } = values;
  if (!NODE_PACKAGE || !NODE_VERSION || !NODE_INTEGRITY) {
    throw new LabError("lab/node.pin does not name package, version and integrity", { where: sourceDir });
  }
  return { name: NODE_PACKAGE, version: NODE_VERSION, integrity: NODE_INTEGRITY };
}

/** The Node.js binary that goes into images: always the pinned one, whatever the machine itself runs. */
export async function pinnedNode(): Promise<string> {
  const { version } = nodePin();
  const binary = join(cacheDir, "node", version, "bin", "node");
  // The same script that makes Node.js available on a bare machine knows how to fetch and check it.
  await run(["bash", join(sourceDir, "bootstrap.sh"), "--fetch-only"]);
  return binary;
}
