import { chmodSync, copyFileSync, existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { debianPackage } from "../../../lab/debian-package";
import { cacheDir } from "../../../lab/paths";

/** Debian's cosign, unpacked and not installed: a verifier that is not ours. Cached. */
export async function cosign(): Promise<string> {
  const file = join(cacheDir, "sample", "cosign");
  if (!existsSync(file)) {
    await debianPackage("cosign", (root) => {
      const temporary = `${file}.tmp`;
      copyFileSync(join(root, "usr", "bin", "cosign"), temporary);
      chmodSync(temporary, 0o755);
      renameSync(temporary, file);
    });
  }
  return file;
}
