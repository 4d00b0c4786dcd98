import { readFile } from "node:fs/promises";
import { Argument, type Command } from "commander";
import type { Evidence, Signature } from "../../../catalog/evidence";
import type { DrillPredicate } from "../../../model/evidence";
import { ID_PATTERN } from "../../../model/layout";
import { EXIT, type ExitCode, messageOf } from "../../../runtime/errors";
import { answering, badInput, newCommand } from "../../command";
import { type ConnectionOptions, type JsonOption, withDatabase, withJson, withStorage } from "../../connection/options";
import { renderEvidence } from "../../output/evidence";
import { json } from "../../output/json";
import type { World } from "../../world";

interface Options extends ConnectionOptions, JsonOption {
  key?: string[];
  envelope?: boolean;
}

/** In what `--json` prints: `{"version": 1, "evidence": ShownEvidence}`. */
export interface ShownEvidence {
  /** Where it was read. */
  source: string;
  signature: Signature;
  keyId: string | null;
  /** Why it is refused. */
  problem: string | null;
  /** What it says; null when it cannot be read. */
  predicate: DrillPredicate | null;
}

export function shown(source: string, evidence: Evidence): ShownEvidence {
  const { signature, keyId = null, problem = null, predicate = null } = evidence;
  return { source, signature, keyId, problem, predicate };
}

export function showCommand(world: World): Command {
  const command = newCommand("show", {
    summary: "what a drill's evidence says, in short",
    description:
      "Shows one drill's evidence: from a file, or from the storage by the drill's or the backup's id; without either, the newest. Exit code 1: the drill failed, or its evidence is not to be trusted.",
    examples: [
      "evidence show --stack production --database orders",
      "evidence show 20261121T021600Z-41c7 --stack production --database orders --json",
      "evidence show --stack production --database orders --envelope > evidence.json",
      "evidence show ./20261121T021600Z-41c7.dsse.json --key drill-public.pem",
    ],
  })
    .addArgument(new Argument("[file-or-id]", "a file, or the id of a drill or of a backup"))
    .option("--envelope", "print the signed envelope itself, for `evidence verify` and other tools")
    .option("--key <file...>", "public keys (PEM) whose signatures count, besides the stack's");
  return withStorage(withDatabase(withJson(command))).action(
    answering((what: string | undefined, options: Options) => show(world, what, options)),
  );
}

async function show(world: World, what: string | undefined, options: Options): Promise<ExitCode> {
  const { signedBy } = await import("../../connection/evidence");
  const { source, evidence } = await find(world, what, options);
  if (options.envelope) world.out(evidence.envelope.trimEnd());
  else if (options.json) world.out(json({ evidence: shown(source, evidence) }));
  else if (evidence.predicate) world.out(renderEvidence(evidence.predicate, signedBy(evidence)));
  else world.out(`${source} is not to be trusted: ${evidence.problem}`);
  return evidence.signature !== "refused" && evidence.predicate?.passed ? EXIT.good : EXIT.failed;
}

async function find(world: World, what: string | undefined, options: Options) {
  const [{ Connection }, { findEvidence, readEvidence, trustedKeys }, { readEnvelope }] = await Promise.all([
    import("../../connection/connection"),
    import("../../connection/evidence"),
    import("../../../catalog/evidence"),
  ]);
  const connection = new Connection(world, options);
  const keys = await trustedKeys(options.key, connection);
  if (what !== undefined && !ID_PATTERN.test(what))
    return { source: what, evidence: readEnvelope(await readEvidenceFile(what), what, keys) };
  const storage = await connection.storage("primary", "reader");
  const { target } = await connection.database(storage);
  const found = await findEvidence(storage, target, what);
  return { source: found.key, evidence: await readEvidence(storage.store, found, target, keys) };
}

export async function readEvidenceFile(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw badInput(`the evidence ${file} cannot be read: ${messageOf(error)}`);
  }
}
