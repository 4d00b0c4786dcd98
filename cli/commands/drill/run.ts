import { type Command, Option } from "commander";
import { RUN_VARIABLES } from "../../../model/job-config";
import { newId } from "../../../model/layout";
import { targetId } from "../../../model/target";
import { jobNameOf } from "../../../runtime/cron-job";
import { EXIT } from "../../../runtime/errors";
import { type Answer, answering, badInput, INTERRUPTED, newCommand } from "../../command";
import {
  COPIES,
  type ConnectionOptions,
  type Copy,
  type JsonOption,
  withDatabase,
  withJson,
  withStorage,
} from "../../connection/options";
import { renderEvidence } from "../../output/evidence";
import { json } from "../../output/json";
import type { World } from "../../world";
import { lastLines } from "../backup/create";
import { type ShownEvidence, shown } from "../evidence/show";

interface Options extends ConnectionOptions, JsonOption {
  backup?: string;
  copy?: Copy;
  cronJob?: string;
  drillNamespace?: string;
  key?: string[];
  acceptShrinkage?: boolean;
  /** False with --no-wait. */
  wait: boolean;
}

/** What `--json` prints. */
export interface RunDrill {
  job: { namespace: string; name: string };
  /** With --no-wait and after Ctrl-C it is not known. */
  result: "passed" | "failed" | "started";
  /** The drill's id, when its log told it. */
  drill: string | null;
  evidence: ShownEvidence | null;
}

export function runCommand(world: World): Command {
  const command = newCommand("run", {
    summary: "restore a backup now, and check it",
    description:
      "Runs a restore drill now: a Job from the drill's CronJob, with its template as it is. Shows what the Job says until it ends, and then its evidence. Ctrl-C stops the showing, not the Job.",
    examples: [
      "drill run --stack production --database orders",
      "drill run --stack production --database orders --backup 20261121T021500Z-9f3a --copy off-site",
    ],
  })
    .option("--backup <id>", "the backup to restore (default: the newest good one)")
    .addOption(new Option("--copy <copy>", "the copy to restore from (default: they take turns)").choices([...COPIES]))
    .option("--cron-job <name>", "the drill's CronJob (default: what the stack says)")
    .option("--drill-namespace <name>", "its namespace (default: what the stack says)")
    .option("--key <file...>", "public keys (PEM) whose signatures count, besides the stack's")
    .option(
      "--accept-shrinkage",
      "take it for right that rows are gone since the last good drill; the evidence says so",
    )
    .option("--no-wait", "start the Job, and do not wait for its end");
  return withStorage(withDatabase(withJson(command))).action(answering((options: Options) => run(world, options)));
}

async function run(world: World, options: Options): Promise<Answer> {
  const [{ Connection }, { startRun, followJob }, evidence] = await Promise.all([
    import("../../connection/connection"),
    import("../../connection/follow"),
    import("../../connection/evidence"),
  ]);
  const connection = new Connection(world, options);
  const { target, declared } = await connection.database();
  const cronJob = options.cronJob ?? declared?.drillCronJob;
  const namespace = options.drillNamespace ?? declared?.drillNamespace;
  if (cronJob === undefined || namespace === undefined)
    throw badInput("which CronJob runs the drill? Give --stack, or --cron-job and --drill-namespace");
  const keys = await evidence.trustedKeys(options.key, connection);
  // Opened before anything runs: a drill whose evidence could not be shown would end in a surprise.
  const storage = await connection.storage("primary", "reader");
  if (options.backup !== undefined) {
    const { findBackup } = await import("../../connection/backups");
    if (options.copy !== "off-site") await findBackup(storage, target, options.backup);
  }
  const job = {
    namespace,
    cronJob,
    name: jobNameOf(cronJob, newId(world.now())),
    container: "drill",
    variables: {
      [RUN_VARIABLES.trigger]: "manual",
      ...(options.backup === undefined ? {} : { [RUN_VARIABLES.backupId]: options.backup }),
      ...(options.acceptShrinkage ? { [RUN_VARIABLES.acceptShrinkage]: "yes" } : {}),
      ...(options.copy === undefined ? {} : { [RUN_VARIABLES.copy]: options.copy }),
    },
  };
  const cluster = await connection.cluster();
  await startRun(cluster, job);
  world.err(`drill of ${targetId(target)}: Job ${namespace}/${job.name}\n`);
  const look = `kubectl -n ${namespace} logs -f job/${job.name} -c ${job.container}`;
  const answer: RunDrill = { job: { namespace, name: job.name }, result: "started", drill: null, evidence: null };
  const say = (text: string) => world.out(options.json ? json(answer) : text);
  if (!options.wait) {
    say(`the drill is under way as Job ${namespace}/${job.name}: ${look}`);
    return EXIT.good;
  }
  const end = await followJob(world, cluster, job);
  if (!end) {
    say(`no longer shown: the Job ${namespace}/${job.name} goes on: ${look}`);
    return INTERRUPTED;
  }
  answer.result = end.succeeded ? "passed" : "failed";
  answer.drill = end.lines.map((line) => /^Restore drill (\S+) of /.exec(line)?.[1]).find(Boolean) ?? null;
  const text: string[] = [];
  if (answer.drill !== null) {
    const found = await evidence.findEvidence(storage, target, answer.drill);
    const read = await evidence.readEvidence(storage.store, found, target, keys);
    answer.evidence = shown(found.key, read);
    if (read.predicate) text.push(renderEvidence(read.predicate, evidence.signedBy(read)));
  }
  say(text.length > 0 ? text.join("\n") : lastLines(end.lines));
  if (!end.succeeded) world.err(`✘ the drill failed${end.reason ? `: ${end.reason}` : ""}; the whole log: ${look}\n`);
  const refused = answer.evidence?.signature === "refused";
  if (end.succeeded && refused) world.err("✘ the drill passed, but its evidence is not to be trusted: see above\n");
  return end.succeeded && !refused ? EXIT.good : EXIT.failed;
}
