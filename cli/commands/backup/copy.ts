import type { Command } from "commander";
import type { CopiedBackup } from "../../../catalog/copy";
import type { Target } from "../../../model/target";
import { EXIT, type ExitCode } from "../../../runtime/errors";
import { counted, formatBytes, formatSeconds } from "../../../runtime/format";
import { answering, newCommand, positive } from "../../command";
import {
  type ConnectionOptions,
  type JsonOption,
  withDatabase,
  withJson,
  withOffSite,
  withStorage,
} from "../../connection/options";
import { json } from "../../output/json";
import { Progress } from "../../output/progress";
import type { World } from "../../world";

interface Options extends ConnectionOptions, JsonOption {
  newest?: number;
}

/** What `--json` prints. */
export interface CopiedBackups {
  target: Target;
  copied: CopiedBackup[];
  /** Ids of those that were there already. */
  present: string[];
  /** Ids of those that were left out because of --newest. */
  left: string[];
  /** Ids of those that were pruned from the first storage meanwhile. */
  gone: string[];
}

export function copyCommand(world: World): Command {
  const command = newCommand("copy", {
    summary: "copy backups to the off-site storage",
    description:
      "Copies the good backups that the off-site storage does not have, newest first. Every object is compared with the manifest on its way, and the manifest comes last: what was cut off is made again by the next run. Nothing is removed on either side.",
    examples: [
      "backup copy --stack production --database orders",
      "backup copy --stack production --database orders --newest 1",
      "backup copy --path /mnt/backups --off-site-path /mnt/elsewhere --json",
    ],
  }).option("--newest <count>", "only so many, the newest ones", positive("--newest"));
  return withOffSite(withStorage(withDatabase(withJson(command)))).action(
    answering((options: Options) => copy(world, options)),
  );
}

async function copy(world: World, options: Options): Promise<ExitCode> {
  const [{ Connection }, { ownerMeant }, { copyBackups }] = await Promise.all([
    import("../../connection/connection"),
    import("../../connection/owners"),
    import("../../../catalog/copy"),
  ]);
  const connection = new Connection(world, options);
  const from = await connection.storage("primary", "reader");
  const to = await connection.storage("off-site", "writer");
  const { target } = await connection.database(from);
  const progress = new Progress(world);
  const outcome = await copyBackups(from, to, target, await ownerMeant(connection, from, target), {
    newest: options.newest,
    signal: world.signal,
    onProgress: ({ id, bytes, of }) => progress.update(() => `  ${id}: ${formatBytes(bytes)} of ${formatBytes(of)}`),
    onCopied: ({ id, bytes, seconds }) => progress.line(`✔ ${id}  ${formatBytes(bytes)} in ${formatSeconds(seconds)}`),
  }).finally(() => progress.clear());
  const { copied, present, left, gone } = outcome;
  const answer: CopiedBackups = { target, copied, present, left, gone };
  const leftOut = left.length > 0 ? `, ${left.length} left out` : "";
  const pruned = gone.length > 0 ? `, ${gone.length} pruned meanwhile (${gone.join(", ")})` : "";
  world.out(
    options.json
      ? json(answer)
      : `${counted(copied.length, "backup")} copied to ${to.store.place}, ${present.length} there already${leftOut}${pruned}`,
  );
  return EXIT.good;
}
