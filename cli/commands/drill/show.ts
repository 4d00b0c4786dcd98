import { Argument, type Command } from "commander";
import { EXIT, type ExitCode } from "../../../runtime/errors";
import { answering, newCommand } from "../../command";
import { type ConnectionOptions, type JsonOption, withDatabase, withJson, withStorage } from "../../connection/options";
import { renderDrill } from "../../output/evidence";
import { json } from "../../output/json";
import type { World } from "../../world";
import { shown } from "../evidence/show";

interface Options extends ConnectionOptions, JsonOption {
  key?: string[];
}

export function showCommand(world: World): Command {
  const command = newCommand("show", {
    summary: "all that one drill found",
    description:
      "Shows every check of a drill with what was expected and found, every stage with its time, and RPO and RTO beside their objectives. Exit code 1: the drill failed, or its evidence is not to be trusted.",
    examples: ["drill show 20261121T021600Z-41c7 --stack production --database orders"],
  })
    .addArgument(new Argument("<id>", "the drill, or a backup: then its newest drill"))
    .option("--key <file...>", "public keys (PEM) whose signatures count, besides the stack's");
  return withStorage(withDatabase(withJson(command))).action(
    answering((id: string, options: Options) => show(world, id, options)),
  );
}

async function show(world: World, id: string, options: Options): Promise<ExitCode> {
  const [{ Connection }, { findEvidence, readEvidence, signedBy, trustedKeys }] = await Promise.all([
    import("../../connection/connection"),
    import("../../connection/evidence"),
  ]);
  const connection = new Connection(world, options);
  const keys = await trustedKeys(options.key, connection);
  const storage = await connection.storage("primary", "reader");
  const { target } = await connection.database(storage);
  const found = await findEvidence(storage, target, id);
  const evidence = await readEvidence(storage.store, found, target, keys);
  if (options.json) world.out(json({ evidence: shown(found.key, evidence) }));
  else if (evidence.predicate) world.out(renderDrill(evidence.predicate, signedBy(evidence)));
  else world.out(`${found.key} is not to be trusted: ${evidence.problem}`);
  return evidence.signature !== "refused" && evidence.predicate?.passed ? EXIT.good : EXIT.failed;
}
