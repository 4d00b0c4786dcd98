import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { debianPackage } from "../../../lab/debian-package";
import { cacheDir } from "../../../lab/paths";

/** Debian's age and age-keygen, unpacked and not installed: another implementation of the format. Cached. */
export async function ageProgram(name: "age" | "age-keygen"): Promise<string> {
  const folder = join(cacheDir, "sample", "age");
  if (!existsSync(join(folder, name))) {
    await debianPackage("age", (root) => {
      mkdirSync(folder, { recursive: true });
      for (const program of ["age", "age-keygen"]) {
        const temporary = join(folder, `${program}.${process.pid}`);
        copyFileSync(join(root, "usr", "bin", program), temporary);
        chmodSync(temporary, 0o755);
        renameSync(temporary, join(folder, program));
      }
    });
  }
  return join(folder, name);
}
