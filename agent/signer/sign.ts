import { setTimeout as sleep } from "node:timers/promises";
import { requireClock } from "../../catalog/clock";
import { ownedStore } from "../../catalog/owned-store";
import { type Announcement, type Conclusion, outcomeSchema } from "../../model/drill-protocol";
import { openEnvelope } from "../../model/dsse";
import { begunStatement, drillStatement } from "../../model/evidence";
import { DRILL_FILES, type DrillJob, POD_VARIABLES, SECRET_FOLDERS } from "../../model/job-config";
import { newId } from "../../model/layout";
import { DEFAULT_SHRINKAGE } from "../../model/shrinkage";
import { messageOf, ReportedError } from "../../runtime/errors";
import type { Run } from "../../runtime/run";
import { openStore } from "../../store/open";
import { type Channel, firstConnection } from "../channel";
import { readConfigMap } from "../cluster/config-map";
import { podCreatedAt } from "../cluster/own-pod";
import { type Copy, chooseCopy, readCopyVariable } from "../drill/copies";
import { readRunVariables } from "../drill/select";
import { AGENT_VERSION } from "../version";
import { appendRecord, type ChainPlace } from "./append";
import { baselineOf } from "./baseline";
import { openSigner } from "./open-signer";
import { predicateOf, withoutWord } from "./predicate";
import { refuseOfOthers } from "./refuse";

/** How long a drill that is told to stop may take to say what it found: less than its pod's grace. */
const LAST_WORDS_MS = 30_000;

/** How long an agent that does not listen is talked to: the evidence is kept already. */
const TELLING_MS = 5000;

/** How long a drill that cannot begin waits for its agent, to tell it so. */
const REFUSAL_MS = 60_000;

/** How long after the Job's deadline a drill has certainly ended: the pod's grace, and what Kubernetes needs. */
const DEADLINE_MARGIN_SECONDS = 120;

/**
 * Keeps the evidence of one drill: signs that it begins, takes what its agent found, signs that, and gives whether the drill
 * passed. It restores nothing and reads no backup: beside the key is nothing that somebody else has written.
 */
export async function signDrill(job: DrillJob, run: Run): Promise<boolean> {
  const begun = await begin(job, run).catch(async (error: unknown) => {
    // The drill beside it waits for a word, and prints this where people look.
    const channel = await firstConnection(DRILL_FILES.signer, "the drill", run.signal, REFUSAL_MS);
    await tell(channel, { version: 1, problem: `the evidence of this drill cannot be kept: ${messageOf(error)}` });
    throw error;
  });
  return concludeDrill(job, begun, run);
}

/** A drill whose beginning is signed. */
export interface Begun {
  place: ChainPlace;
  copy: Copy;
  announced: Announcement;
  /** By when its agent must have said what it found. */
  deadline: Date;
}

/** Takes what the drill found, signs and keeps it, and tells the drill what became of it. */
export async function concludeDrill(
  job: DrillJob,
  begun: Begun,
  run: Run,
  socket: string = DRILL_FILES.signer,
): Promise<boolean> {
  const { place, copy, announced } = begun;
  const { outcome, channel } = await take(begun, run, socket);
  const conclusion = await run.stages
    .run("sign", async (note): Promise<Extract<Conclusion, { key: string }>> => {
      const predicate = predicateOf(job, copy, announced, outcome);
      const { key, link } = await appendRecord(place, (chain) => drillStatement({ ...predicate, chain }));
      note(`${key}, record ${link.sequence} of the chain`);
      return { version: 1, key, statement: drillStatement({ ...predicate, chain: link }) };
    })
    .catch(async (error: unknown) => {
      await tell(channel, { version: 1, problem: `the evidence could not be published: ${messageOf(error)}` });
      throw error;
    });
  await tell(channel, conclusion);
  const { passed, failures } = conclusion.statement.predicate;
  if (!passed) throw new ReportedError(`the drill failed: ${failures[0] ?? "see its evidence"}`);
  return passed;
}

/** Signs that the drill begins: a drill that never ends has left a trace. */
async function begin(job: DrillJob, run: Run): Promise<Begun> {
  const prepared = await prepare(job, run);
  const { place, copy, announced } = prepared;
  const deadline = new Date(Date.parse(announced.startedAt) + deadlineSeconds(job) * 1000);
  await run.stages.run("begin", async (note) => {
    const { target, environment, stack } = job;
    const { drillId: id, trigger, startedAt } = announced;
    const drill = { id, trigger, startedAt, deadline: deadline.toISOString() };
    const { fingerprint } = copy;
    const agent = { version: AGENT_VERSION };
    const { link } = await appendRecord(place, (chain) =>
      begunStatement({ version: 2, environment, stack, target, fingerprint, drill, chain, agent }),
    );
    note(`drill ${announced.drillId}, record ${link.sequence} of the chain`);
  });
  return { ...prepared, deadline };
}

function deadlineSeconds({ deadlineSeconds = 3600 }: DrillJob): number {
  return deadlineSeconds + DEADLINE_MARGIN_SECONDS;
}

/** Everything that is needed to sign and to keep what is signed, looked at before anything begins. */
async function prepare(job: DrillJob, run: Run): Promise<Omit<Begun, "deadline">> {
  const { backupId, trigger, acceptShrinkage } = readRunVariables(process.env);
  const asked = readCopyVariable(process.env);
  const signer = await openSigner(job.signing ?? { kind: "key" });
  const { target, prefix, environment, stack, evidenceConfigMap: configMap } = job;
  // Without the stop signal: a drill that is stopped still says so.
  const opened = await openStore(job.evidenceStorage, SECRET_FOLDERS.evidence);
  await requireClock(opened);
  const store = ownedStore(opened, { environment, stack }, prefix, target, "evidence");
  const { say } = run;
  const place = { configMap, store, prefix, target, environment, stack, signer, say };
  // What others may have put there does not decide whose turn it is.
  const readOwn = async () => {
    const data = await readConfigMap(configMap.namespace, configMap.name);
    return Object.fromEntries(Object.entries(data).filter(([, text]) => openEnvelope(text, [signer.publicKey]).ok));
  };
  const copy = await chooseCopy(job, asked, readOwn);
  const startedAt = new Date();
  const requestedAt = await whenRequested(configMap.namespace, startedAt, podCreatedAt, say);
  const { shrinkage = DEFAULT_SHRINKAGE } = job;
  const baseline =
    shrinkage.check === "on"
      ? await baselineOf(await readOwn(), store, {
          ...{ subject: place, publicKey: signer.publicKey, restorePath: copy.restorePath },
          ...{ withinSeconds: shrinkage.withinSeconds, now: startedAt },
        })
      : undefined;
  const announced: Announcement = {
    ...{ version: 1, drillId: newId(startedAt), trigger, startedAt: startedAt.toISOString() },
    ...(requestedAt === undefined ? {} : { requestedAt: requestedAt.toISOString() }),
    ...{ copy: copy.name, asked: asked !== undefined, ...(backupId === undefined ? {} : { backupId }) },
    ...{ ...(baseline ? { baseline } : {}), ...(acceptShrinkage ? { acceptShrinkage } : {}) },
  };
  return { place, copy, announced };
}

/**
 * When the drill was asked for: the creation of its pod, which nobody but the API server dates. Where it cannot tell, the
 * drill goes on, and its evidence says that the time counts from its start.
 */
export async function whenRequested(
  namespace: string,
  startedAt: Date,
  createdAt: (namespace: string, name: string) => Promise<Date | undefined>,
  say: (line: string) => void,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Date | undefined> {
  const name = env[POD_VARIABLES.podName];
  if (!name) return undefined;
  try {
    const created = await createdAt(namespace, name);
    // A clock that is behind the API server's must not make the time shorter than it is without.
    return created && created > startedAt ? startedAt : created;
  } catch (error) {
    say(`note: the RTO counts from the drill's start, not from its request: ${messageOf(error)}`);
    return undefined;
  }
}

/** What the agent found; where it ends without a word, or says what it cannot say, that is what is known. */
async function take({ announced, copy, deadline }: Begun, { signal, stages }: Run, socket: string) {
  let channel: Channel | undefined;
  const taking = stages.run("drill", async (note) => {
    channel = await firstConnection(socket, "the drill", signal);
    if (!channel) throw new ReportedError("the drill's agent did not start: look at the log of the container drill");
    await channel.send(announced);
    const outcome = await channel.receive(outcomeSchema);
    refuseOfOthers(outcome, copy, announced);
    note(outcome.error === undefined ? "has said what it found" : "broke off");
    return outcome;
  });
  const stopped = new AbortController();
  try {
    const outcome = await Promise.race([taking, tooLate(deadline, signal, stopped.signal)]);
    return { outcome, channel };
  } catch (error) {
    taking.catch(() => undefined);
    const why = signal.aborted ? `the drill was ${messageOf(signal.reason)}; ` : "";
    return { outcome: withoutWord(`${why}${messageOf(error)}: nothing is known of the backup`), channel };
  } finally {
    stopped.abort();
  }
}

/** Throws when the agent has had time enough. */
async function tooLate(deadline: Date, signal: AbortSignal, settled: AbortSignal): Promise<never> {
  const asked = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  const left = Math.max(0, deadline.getTime() - Date.now());
  await Promise.race([sleep(left, undefined, { signal: settled }).catch(() => undefined), asked]);
  if (signal.aborted) await sleep(LAST_WORDS_MS, undefined, { signal: settled });
  throw new ReportedError("its agent did not say in time what it found");
}

/** The agent prints what it is told; where it is gone, the log of this container has it. */
async function tell(channel: Channel | undefined, conclusion: Conclusion): Promise<void> {
  const sent = channel?.send(conclusion).catch(() => undefined);
  await Promise.race([sent, sleep(TELLING_MS, undefined, { ref: false })]);
  channel?.close();
}
