import { execFileSync } from "node:child_process";
import { primaryOf } from "../../../scripts/loop/cluster";
import { psql } from "../../../scripts/loop/sample";
import { connectionTo } from "./unusual-databases";
import type { World } from "./world";

/** A dump like the agent's, taken by hand: with other options, or while `change` is in force, which `undo` reverts. */
export async function dumpOf(
  world: World,
  how: { options?: string[]; change?: string; undo?: string },
): Promise<Buffer> {
  const { namespace, cluster } = world.cluster;
  const database = connectionTo(world.target.database);
  const pod = await primaryOf(namespace, cluster);
  const command = ["pg_dump", "-U", "postgres", "-Fc", "--compress=zstd:3", ...(how.options ?? []), "-d", database];
  if (how.change) await psql(world.cluster, database, how.change);
  try {
    return execFileSync("kubectl", ["-n", namespace, "exec", pod, "-c", "postgres", "--", ...command], {
      maxBuffer: 2 ** 28,
    });
  } finally {
    if (how.undo) await psql(world.cluster, database, how.undo);
  }
}
