import { createReadStream, createWriteStream, existsSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { debianPackage } from "../debian-package";
import { LabError } from "../errors";
import { remove } from "../files";
import { cacheDir } from "../paths";

const packageName = "zabbix-server-pgsql";
const parts = ["schema", "images", "data"] as const;

/**
 * The schema of Zabbix with its initial data, as one SQL file for psql: a real application's database with some 200
 * tables. Debian's package is fetched and unpacked, not installed. Cached.
 */
export async function zabbixSql(): Promise<string> {
  const folder = join(cacheDir, "sample");
  const target = join(folder, "zabbix.sql");
  if (existsSync(target)) return target;
  await debianPackage(packageName, async (root) => {
    const temporary = `${target}.tmp`;
    remove(temporary);
    for (const part of parts) {
      const out = createWriteStream(temporary, { flags: "a" });
      await pipeline(createReadStream(find(root, part)), createGunzip(), out);
    }
    renameSync(temporary, target);
  });
  return target;
}

function find(root: string, part: string): string {
  const names = new Set([`${part}.sql.gz`]);
  const found = readdirSync(root, { recursive: true, withFileTypes: true }).find((entry) => names.has(entry.name));
  if (found) return join(found.parentPath, found.name);
  throw new LabError(`${packageName} has no ${part}.sql.gz`, {
    where: root,
    todo: "see how the package names its SQL now, and change lab/sample/zabbix.ts",
  });
}
