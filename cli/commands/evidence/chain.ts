import type { Command } from "commander";
import type { Chain } from "../../../catalog/chain";
import { targetId } from "../../../model/target";
import { EXIT, type ExitCode } from "../../../runtime/errors";
import { counted } from "../../../runtime/format";
import { answering, badInput, newCommand } from "../../command";
import { type ConnectionOptions, type JsonOption, withDatabase, withJson, withStorage } from "../../connection/options";
import { json } from "../../output/json";
import { styleOf } from "../../output/style";
import type { World } from "../../world";

interface Options extends ConnectionOptions, JsonOption {
  key?: string[];
}

export function chainCommand(world: World): Command {
  const command = newCommand("chain", {
    summary: "whether all evidence of a database is shown, and nothing was taken away",
    description:
      "Reads every record of a database's drills in the storage, those of drills that have only begun as well, and follows the chain: each record names the one before it. A hole, a fork, a drill that began and never ended, or a record that no trusted key has signed is a problem, and exit code 1: whoever shows only the passes, shows a hole.",
    examples: [
      "evidence chain --stack production --database orders",
      "evidence chain --path /mnt/backups --database orders --key drill-public.pem --json",
    ],
  }).option("--key <file...>", "public keys (PEM) whose signatures count, besides the stack's");
  return withStorage(withDatabase(withJson(command))).action(answering((options: Options) => chain(world, options)));
}

async function chain(world: World, options: Options): Promise<ExitCode> {
  const [{ Connection }, { trustedKeys: keysOf }, { readChain }] = await Promise.all([
    import("../../connection/connection"),
    import("../../connection/evidence"),
    import("../../../catalog/chain"),
  ]);
  const connection = new Connection(world, options);
  const trustedKeys = await keysOf(options.key, connection);
  if (trustedKeys.length === 0)
    throw badInput("whose signature counts? Give --key with a public key (PEM), or --stack");
  const storage = await connection.storage("primary", "reader");
  const { target } = await connection.database(storage);
  const [owner, now] = [await connection.stackOwner(), world.now()];
  const found = await readChain(storage.store, storage.prefix, target, { owner, trustedKeys, now });
  const whole = found.problems.length === 0 && found.records > 0;
  const style = styleOf(world);
  if (options.json) world.out(json({ target, whole, ...found }));
  else {
    const mark = whole ? style.good("✔") : style.bad("✘");
    world.out([`${mark} ${targetId(target)}: ${said(found)}`, ...found.problems.map((one) => `  - ${one}`)].join("\n"));
  }
  return whole ? EXIT.good : EXIT.failed;
}

function said({ owner, records, first, last, ended, failed, unchained, problems }: Chain): string {
  const before = unchained === 0 ? "" : `; ${counted(unchained, "record")} of before there was a chain`;
  if (owner === undefined || records === 0) return `there is no chain of evidence${before}`;
  const whole = problems.length === 0 ? "whole" : "not whole";
  return (
    `the chain of ${owner.environment} (stack ${owner.stack}) is ${whole}: ${counted(records, "record")}, ${first} to ${last}, ` +
    `of ${counted(ended, "drill")} that ended, ${failed} of them failed${before}`
  );
}
