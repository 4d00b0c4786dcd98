import { setTimeout as sleep } from "node:timers/promises";
import { requestIn } from "../../model/drill-request";
import { messageOf, ReportedError } from "../../runtime/errors";
import type { Run } from "../../runtime/run";

/** Where drills are asked for. */
export interface Requests {
  /** The data as they are now. */
  read(): Promise<unknown>;
  /** Gives `changed` the data whenever they change. It ends by itself, after half a minute at most. */
  watch(changed: (data: unknown) => void, signal: AbortSignal): Promise<void>;
}

/** Starts the drill of a backup, unless that was done before; gives the Job's name. */
export type StartDrill = (id: string) => Promise<{ job: string; before: boolean }>;

export interface StarterTimes {
  /** How long one look may take, and the watch after it. */
  lookMs: number;
  /** How long it waits after a look that failed. */
  pauseMs: number;
  /** Without a look that went well for so long, the starter ends: Kubernetes starts it anew. */
  staleMs: number;
}

export const STARTER_TIMES: StarterTimes = { lookMs: 45_000, pauseMs: 5_000, staleMs: 300_000 };

/**
 * Starts a drill of each backup that is asked for, until it is told to stop. It reads what is asked for, so that nothing
 * is lost that came while it was away, and then watches for changes; a watch that breaks costs a few seconds.
 */
export async function startDrills(
  requests: Requests,
  start: StartDrill,
  { signal, say }: Pick<Run, "signal" | "say">,
  times = STARTER_TIMES,
): Promise<void> {
  const requested = new Requested(start, say);
  let lookedAt = Date.now();
  while (!signal.aborted) {
    try {
      const data = await within(requests.read(), times.lookMs);
      await within(requested.see(data), times.lookMs);
      lookedAt = Date.now();
      const watchedFrom = Date.now();
      await within(watching(requests, requested, signal), times.lookMs);
      // A watch that ends at once must not become a storm of requests.
      if (Date.now() - watchedFrom < times.pauseMs) await sleep(times.pauseMs, undefined, { signal });
    } catch (error) {
      if (signal.aborted) return;
      say(`✘ ${messageOf(error)}; it is tried again`);
      if (Date.now() - lookedAt > times.staleMs) throw stale(times.staleMs);
      await sleep(times.pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Until the watch ends. A drill that could not be started ends it: the next look tries that again. */
async function watching(requests: Requests, requested: Requested, signal: AbortSignal): Promise<void> {
  const stop = new AbortController();
  let seen = Promise.resolve();
  const changed = (data: unknown) => {
    seen = seen.then(() => requested.see(data));
    seen.catch(() => stop.abort());
  };
  try {
    await requests.watch(changed, AbortSignal.any([signal, stop.signal]));
  } finally {
    await seen;
  }
}

/** The result of `call`, unless it takes too long: a connection that died quietly must not hold the starter up. */
async function within<T>(call: Promise<T>, ms: number): Promise<T> {
  const answered = new AbortController();
  const late = sleep(ms, undefined, { signal: answered.signal }).then(() => {
    throw new ReportedError(`Kubernetes gave no answer within ${ms / 1000} s`);
  });
  try {
    return await Promise.race([call, late]);
  } finally {
    answered.abort();
  }
}

function stale(ms: number): ReportedError {
  return new ReportedError(
    `no request could be read or started for ${ms / 1000} s, see above: ending, so that Kubernetes starts this anew`,
  );
}

/** How many ids are remembered: far more than there are backups within the life of their drills' Jobs. */
const REMEMBERED = 1000;

/** What was asked for so far. */
class Requested {
  private readonly started = new Set<string>();
  private refused: string | undefined;

  constructor(
    private readonly start: StartDrill,
    private readonly say: (line: string) => void,
  ) {}

  async see(data: unknown): Promise<void> {
    const request = requestIn(data);
    if (request === undefined) return;
    if ("refused" in request) {
      if (request.refused !== this.refused)
        this.say(`✘ what is asked for is no backup's id, and ignored: ${request.refused}`);
      this.refused = request.refused;
      return;
    }
    const { id } = request;
    if (this.started.has(id)) return;
    const { job, before } = await this.start(id);
    this.started.add(id);
    for (const oldest of this.started) if (this.started.size > REMEMBERED) this.started.delete(oldest);
    this.say(
      before
        ? `backup ${id}: its drill was started before, as Job ${job}`
        : `✔ backup ${id}: its drill is started, as Job ${job}`,
    );
  }
}
