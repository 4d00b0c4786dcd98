import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { World } from "./world";

const MAIN = join(__dirname, "..", "..", "..", "cli", "main.ts");

export interface Answer {
  code: number | null;
  out: string;
  err: string;
}

/** Runs the command `restorable` as an operator does who has the local stack, and shows that it prints no secret. */
export function restorable(world: World, ...args: string[]): Answer {
  const { folder, stack, program } = world.local.pulumi.location;
  const env = {
    ...process.env,
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: join(folder, "passphrase"),
    RESTORABLE_STACK: undefined,
  };
  // A storage that is named, with a key to it, takes no stack.
  const ofStack = args.includes("--credentials") ? [] : ["--stack", stack, "--cwd", program];
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", MAIN, ...args, ...ofStack], {
    encoding: "utf8",
    env,
  });
  for (const secret of world.secrets()) assert.ok(!(stdout + stderr).includes(secret), "a secret is printed");
  return { code: status, out: stdout, err: stderr };
}
