import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { Argument, type Command } from "commander";
import type { Demands } from "../../../model/objections";
import { EXIT, type ExitCode, messageOf } from "../../../runtime/errors";
import { answering, badInput, newCommand } from "../../command";
import { type ConnectionOptions, type JsonOption, withDatabase, withJson } from "../../connection/options";
import { renderEvidence } from "../../output/evidence";
import { json } from "../../output/json";
import { styleOf } from "../../output/style";
import type { World } from "../../world";
import { readEvidenceFile, type ShownEvidence, shown } from "./show";

interface Options extends ConnectionOptions, JsonOption {
  key?: string[];
  artifact?: string;
  maxAge?: string;
}

/** What `--json` prints. */
export interface VerifiedEvidence {
  good: boolean;
  /** Why it is not good, one text each. */
  problems: string[];
  evidence: ShownEvidence;
}

export function verifyCommand(world: World): Command {
  const command = newCommand("verify", {
    summary: "whether evidence is to be trusted, and says that the drill passed",
    description:
      "Verifies evidence as the policy pack does: that a trusted key signed it, that it does not contradict itself, that its fingerprint is that of the restore path it describes, that every point of the checklist was checked and passed within the objectives, and, with --artifact, that it is about exactly this dump. Reads files only.",
    examples: [
      "evidence verify 20261121T021600Z-41c7.dsse.json --key drill-public.pem",
      "evidence verify evidence.json --key old.pem new.pem --artifact database.dump --max-age 26h",
      "evidence verify evidence.json --stack production",
    ],
  })
    .addArgument(new Argument("<file>", "the evidence: a DSSE envelope"))
    .option("--key <file...>", "public keys (PEM) whose signatures count, besides the stack's")
    .option("--artifact <file>", "the dump, as it is stored: its digest must be the evidence's")
    .option("--max-age <duration>", "how old it may be, such as 26h (default: any age)");
  return withDatabase(withJson(command)).action(
    answering((file: string, options: Options) => verify(world, file, options)),
  );
}

async function verify(world: World, file: string, options: Options): Promise<ExitCode> {
  const [{ Connection }, { signedBy, trustedKeys }, { readEnvelope }] = await Promise.all([
    import("../../connection/connection"),
    import("../../connection/evidence"),
    import("../../../catalog/evidence"),
  ]);
  const keys = await trustedKeys(options.key, new Connection(world, options));
  if (keys.length === 0) throw badInput("whose signature counts? Give --key with a public key (PEM), or --stack");
  const maxAgeSeconds = await secondsOf(options.maxAge);
  const evidence = readEnvelope(await readEvidenceFile(file), file, keys);
  const problems: string[] = [];
  if (evidence.signature === "refused") problems.push(evidence.problem ?? "it is not to be trusted");
  else if (evidence.predicate) {
    const { objections } = await import("../../../model/objections");
    const { predicate, keyId = "" } = evidence;
    const own: Demands = { objectives: predicate.objectives, maxAgeSeconds, now: world.now() };
    const testimony = { source: file, keyId, from: "own" as const, predicate };
    problems.push(...objections(testimony, own).map(({ reason }) => reason));
    if (predicate.contents.rows === 0) problems.push("the drilled database was empty, which proves nothing about data");
    if (options.artifact !== undefined) {
      const sha256 = await digestOf(options.artifact);
      if (predicate.backup?.sha256 !== sha256)
        problems.push(`${options.artifact} (sha256 ${sha256.slice(0, 16)}…) is not the dump that was drilled`);
    }
  }
  const good = problems.length === 0;
  const answer: VerifiedEvidence = { good, problems, evidence: shown(file, evidence) };
  const style = styleOf(world);
  if (options.json) world.out(json(answer));
  else if (good && evidence.predicate)
    world.out(`${renderEvidence(evidence.predicate, signedBy(evidence))}\n${style.good("verified")}`);
  else world.out([`${style.bad("✘")} ${file} is no proof:`, ...problems.map((problem) => `  - ${problem}`)].join("\n"));
  return good ? EXIT.good : EXIT.failed;
}

async function secondsOf(maxAge: string | undefined): Promise<number> {
  if (maxAge === undefined) return Number.POSITIVE_INFINITY;
  const { parseDuration } = await import("../../../model/duration");
  try {
    return parseDuration(maxAge);
  } catch (error) {
    throw badInput(`--max-age: ${messageOf(error)}`);
  }
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  } catch (error) {
    throw badInput(`the artifact ${file} cannot be read: ${messageOf(error)}`);
  }
  return hash.digest("hex");
}
