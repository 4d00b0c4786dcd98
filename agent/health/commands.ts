import type { Socket } from "node:net";
import type { z } from "zod";
import { type commandAnswerSchema, commandRequestSchema } from "../../model/drill-protocol";
import { type ApplicationCheck, DRILL_FILES, type DrillJob } from "../../model/job-config";
import { oneLine } from "../../model/text";
import { messageOf, ReportedError } from "../../runtime/errors";
import type { Run } from "../../runtime/run";
import { Channel, listenAt } from "../channel";
import { settingOptions } from "../drill/application-settings";
import { howItEnded, start } from "../process";

type Job = Pick<DrillJob, "applicationChecks" | "applicationRole" | "applicationSettings" | "target">;

/**
 * Runs the application's own commands, in a container that holds no secret, when the drill asks for one by its number:
 * what is run stands in the job's settings alone. It ends with the pod.
 */
export async function serveCommands(job: Job, { signal, say }: Pick<Run, "signal" | "say">): Promise<void> {
  const server = await listenAt(DRILL_FILES.commands, (socket) => void serve(socket, job, { signal, say }));
  say("✔ ready to run the application's own commands");
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  server.close();
}

async function serve(socket: Socket, job: Job, { signal, say }: Pick<Run, "signal" | "say">): Promise<void> {
  const channel = new Channel(socket, "the drill");
  try {
    const { check } = await channel.receive(commandRequestSchema);
    await channel.send(await runCheck(job, check, { signal, say }));
  } catch (error) {
    say(`✘ ${messageOf(error)}`);
  } finally {
    channel.close();
  }
}

/** How long one check of the application's may take. */
export const CHECK_LIMIT_MS = 10 * 60_000;

/** As much of what a command prints as its log keeps, from the end, in characters. */
const KEPT = 16 * 1024;

/** Runs the command of the check number `index`, and ends it, with all that it has started, when its time is up. */
export async function runCheck(
  { applicationChecks, applicationRole, applicationSettings, target }: Job,
  index: number,
  { signal, say }: Pick<Run, "signal" | "say">,
  limitMs = CHECK_LIMIT_MS,
): Promise<z.infer<typeof commandAnswerSchema>> {
  const check: ApplicationCheck | undefined = applicationChecks[index];
  const [program, ...args] = check?.command ?? [];
  if (program === undefined) throw new ReportedError(`there is no command number ${index}`);
  const limit = AbortSignal.timeout(limitMs);
  const env = environment(applicationRole, target.database, applicationSettings);
  const running = start(program, args, {
    env,
    signal: AbortSignal.any([signal, limit]),
    stdout: "pipe",
    group: true,
  });
  let stdout = "";
  running.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout = (stdout + text).slice(-KEPT);
  });
  const ended = await running.ended;
  // What it says may hold data: it goes to this container's log, not into the evidence.
  for (const line of `${stdout}\n${ended.stderr.slice(-KEPT)}`.split("\n"))
    if (line.trim() !== "") say(`  ${oneLine(line, 1000)}`);
  const late = limit.aborted ? `, after its time of ${limitMs / 1000} s was up` : "";
  return { version: 1, ended: `${howItEnded(ended)}${late}`, code: limit.aborted ? null : ended.code };
}

/** Nothing of the agent's own environment: a cloud's webhook may have put the way to an identity there. */
function environment(user: string, database: string, settings: Job["applicationSettings"]): NodeJS.ProcessEnv {
  const options = settingOptions(settings);
  return {
    ...{ PATH: process.env.PATH, HOME: "/tmp", LC_ALL: "C.UTF-8" },
    ...{ PGHOST: DRILL_FILES.socket, PGUSER: user, PGDATABASE: database },
    ...(options === "" ? {} : { PGOPTIONS: options }),
  };
}
