import type { Command } from "commander";
import { RUN_VARIABLES } from "../../../model/job-config";
import { newId } from "../../../model/layout";
import { targetId } from "../../../model/target";
import { jobNameOf } from "../../../runtime/cron-job";
import { EXIT } from "../../../runtime/errors";
import { type Answer, answering, badInput, INTERRUPTED, newCommand } from "../../command";
import { type ConnectionOptions, type JsonOption, withDatabase, withJson } from "../../connection/options";
import { json } from "../../output/json";
import type { World } from "../../world";

interface Options extends ConnectionOptions, JsonOption {
  cronJob?: string;
  /** False with --no-wait. */
  wait: boolean;
}

/** What `--json` prints. */
export interface CreatedBackup {
  job: { namespace: string; name: string };
  /** With --no-wait and after Ctrl-C it is not known. */
  result: "good" | "failed" | "started";
  /** The backup's id, once it is stored. */
  backup: string | null;
  /** Of a good backup: whether its drill, if one is declared, was started. */
  drillStarted: boolean | null;
}

export function createCommand(world: World): Command {
  const command = newCommand("create", {
    summary: "take a backup now",
    description:
      "Takes a backup now: a Job from the CronJob of the backup, with its template as it is. Shows what the Job says until it ends. Ctrl-C stops the showing, not the Job.",
    examples: [
      "backup create --stack production --database orders",
      "backup create --namespace orders --cluster orders --database orders --cron-job orders-orders-backup --no-wait",
    ],
  })
    .option("--cron-job <name>", "the backup's CronJob, in the database's namespace (default: what the stack says)")
    .option("--no-wait", "start the Job, and do not wait for its end");
  return withDatabase(withJson(command)).action(answering((options: Options) => create(world, options)));
}

async function create(world: World, options: Options): Promise<Answer> {
  const [{ Connection }, { startRun, followJob }] = await Promise.all([
    import("../../connection/connection"),
    import("../../connection/follow"),
  ]);
  const connection = new Connection(world, options);
  const { target, declared } = await connection.database();
  const cronJob = options.cronJob ?? declared?.backupCronJob;
  if (cronJob === undefined) throw badInput("which CronJob takes the backup? Give --stack or --cron-job");
  const cluster = await connection.cluster();
  const run = {
    namespace: target.namespace,
    cronJob,
    name: jobNameOf(cronJob, newId(world.now())),
    container: "backup",
    variables: { [RUN_VARIABLES.trigger]: "manual" },
  };
  await startRun(cluster, run, (jobs) =>
    world.err(
      `note: a backup that the schedule has started is under way, too (Job ${jobs.join(", ")}): this is a second one beside it\n`,
    ),
  );
  const job = { namespace: run.namespace, name: run.name };
  const say = (answer: CreatedBackup, text: string) => world.out(options.json ? json(answer) : text);
  world.err(`backup of ${targetId(target)}: Job ${job.namespace}/${job.name}\n`);
  const look = `kubectl -n ${job.namespace} logs -f job/${job.name}`;
  const started: CreatedBackup = { job, result: "started", backup: null, drillStarted: null };
  if (!options.wait) {
    say(started, `the backup is under way as Job ${job.namespace}/${job.name}: ${look}`);
    return EXIT.good;
  }
  const end = await followJob(world, cluster, run);
  if (!end) {
    say(started, `no longer shown: the Job ${job.namespace}/${job.name} goes on: ${look}`);
    return INTERRUPTED;
  }
  const id = end.lines.map((line) => /^backup (\S+) is stored$/.exec(line.trim())?.[1]).find(Boolean) ?? null;
  if (end.succeeded) {
    say({ job, result: "good", backup: id, drillStarted: true }, id ?? "the backup is stored");
    return EXIT.good;
  }
  if (end.exitCode === EXIT.drillNotAsked) {
    say({ job, result: "good", backup: id, drillStarted: false }, `${id ?? "the backup is stored"}`);
    world.err("✘ the backup is good, but its drill could not be asked for: see above\n");
    return EXIT.drillNotAsked;
  }
  if (end.exitCode === EXIT.uncovered) {
    say({ job, result: "good", backup: id, drillStarted: true }, `${id ?? "the backup is stored"}`);
    world.err("✘ the backup is good, but a database of the server has none: see above\n");
    return EXIT.uncovered;
  }
  say({ job, result: "failed", backup: null, drillStarted: null }, lastLines(end.lines));
  world.err(`✘ the backup failed${end.reason ? `: ${end.reason}` : ""}; the whole log: ${look}\n`);
  return EXIT.failed;
}

/** How much of a failed Job's log is repeated at the end. */
const LAST_LINES = 10;

export function lastLines(lines: string[]): string {
  return lines.length === 0 ? "the Job printed nothing" : lines.slice(-LAST_LINES).join("\n");
}
