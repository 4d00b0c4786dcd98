import type { Command } from "commander";
import type { CheckResult } from "../../../catalog/storage-check";
import type { StorageUse } from "../../../model/storage-promises";
import { EXIT, type ExitCode } from "../../../runtime/errors";
import { counted } from "../../../runtime/format";
import { answering, newCommand } from "../../command";
import {
  type ConnectionOptions,
  type Copy,
  type JsonOption,
  withCopy,
  withDatabase,
  withJson,
  withOffSite,
  withStorage,
} from "../../connection/options";
import { json } from "../../output/json";
import { styleOf } from "../../output/style";
import type { World } from "../../world";

interface Options extends ConnectionOptions, JsonOption {
  copy: Copy;
}

/** What `--json` prints. */
export interface CheckedStorage {
  /** Whether every required promise is kept. */
  good: boolean;
  place: string;
  /** Whose keys were tried. */
  uses: StorageUse[];
  results: CheckResult[];
  /** Versions of throw-away objects that no key may delete. */
  versionsLeft: number;
}

export function checkCommand(world: World): Command {
  const command = newCommand("check", {
    summary: "find out by doing what a storage keeps of what backups rely on",
    description:
      "Tries, with small objects that are removed afterwards, what backups rely on: that what is deleted can be had back, that each key may do its own part and nothing else, that what was changed on its way is refused, and so on. With a stack, all its keys are tried; otherwise the one given counts as the writer's. Exit code 1: a required promise is not kept, or could not be tried.",
    examples: [
      "storage check --stack production",
      "storage check --stack production --copy off-site --json",
      "storage check --endpoint https://s3.example.com --bucket backups --credentials ~/keys/writer",
    ],
  });
  return withOffSite(withStorage(withDatabase(withCopy(withJson(command))))).action(
    answering((options: Options) => check(world, options)),
  );
}

async function check(world: World, options: Options): Promise<ExitCode> {
  const [{ Connection }, { brokenPromises }] = await Promise.all([
    import("../../connection/connection"),
    import("../../../catalog/storage-check"),
  ]);
  const place = await new Connection(world, options).placeToCheck(options.copy);
  const { results, versionsLeft } = await world.checkStorage(place);
  const good = brokenPromises(results).length === 0;
  const uses: StorageUse[] = place.kind === "folder" ? ["writer"] : (Object.keys(place.keys) as StorageUse[]);
  const answer: CheckedStorage = { good, place: place.name, uses, results, versionsLeft };
  world.out(options.json ? json(answer) : rendered(world, answer));
  return good ? EXIT.good : EXIT.failed;
}

function rendered(world: World, { results, place, uses, good, versionsLeft }: CheckedStorage): string {
  const style = styleOf(world);
  const lines = [`${place}, with the keys of: ${uses.join(", ")}`, ""];
  for (const { question, kept, found, remedy, required } of results) {
    const mark = kept === true ? style.good("✔") : required ? style.bad("✘") : style.warn("!");
    lines.push(`${mark} ${question}${required ? "" : style.dim(" (not required)")}`, `    ${found}`);
    if (kept !== true && remedy !== undefined) lines.push(`    → ${remedy}`);
  }
  const broken = results.filter(({ required, kept }) => required && kept !== true).length;
  lines.push(
    "",
    good ? "good: every required promise is kept" : `not good: ${counted(broken, "required promise")} not kept`,
  );
  if (versionsLeft > 0)
    lines.push(`${counted(versionsLeft, "version")} of throw-away objects stay: no key may delete versions`);
  return lines.join("\n");
}
