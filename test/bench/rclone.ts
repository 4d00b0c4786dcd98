import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import type { S3Access } from "../../lab";
import { debianPackage } from "../../lab/debian-package";
import { cacheDir } from "../../lab/paths";

/** Debian's rclone, unpacked and not installed. Cached. */
export async function rclone(): Promise<string> {
  const file = join(cacheDir, "sample", "rclone");
  if (!existsSync(file)) {
    await debianPackage("rclone", (root) => {
      const temporary = `${file}.tmp`;
      copyFileSync(join(root, "usr", "bin", "rclone"), temporary);
      chmodSync(temporary, 0o755);
      renameSync(temporary, file);
    });
  }
  return file;
}

/** `rclone copyto`: with its defaults, but for as many parts at once as the agent sends. */
export function rcloneCopy(program: string, access: S3Access, from: string, to: string): void {
  const env = {
    PATH: process.env.PATH,
    HOME: "/tmp",
    RCLONE_CONFIG: "/dev/null",
    RCLONE_S3_PROVIDER: "Other",
    RCLONE_S3_ENDPOINT: access.endpoint,
    RCLONE_S3_REGION: access.region,
    RCLONE_S3_ACCESS_KEY_ID: access.root.accessKeyId,
    RCLONE_S3_SECRET_ACCESS_KEY: access.root.secretAccessKey,
    RCLONE_S3_UPLOAD_CONCURRENCY: "4",
    RCLONE_S3_NO_CHECK_BUCKET: "true",
  };
  const { status, stderr } = spawnSync(program, ["copyto", from, to], { env, encoding: "utf8" });
  if (status !== 0) throw new Error(`rclone copyto ended with ${status}: ${stderr.trim()}`);
}
