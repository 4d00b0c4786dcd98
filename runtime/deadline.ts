/**
 * A call to the file system cannot be taken back: on a mount whose server is away it blocks a thread of Node.js until the
 * server answers, perhaps never. What can be done is to stop waiting, and to know that somebody still does.
 */
let stuck = 0;

/** How many calls that nobody waits for any more are still under way. Node.js has four threads for all of them. */
export function stuckCalls(): number {
  return stuck;
}

/** A call did not come back in time. */
export class DeadlineError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "DeadlineError";
  }
}

/** The result of `call`; DeadlineError when it takes over `ms`; the signal's reason as soon as that is aborted. */
export async function withDeadline<T>(call: Promise<T>, ms: number, signal?: AbortSignal): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let stop: (() => void) | undefined;
  let ended = false;
  const over = call.finally(() => {
    ended = true;
  });
  const given = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(`there was no answer within ${ms / 1000} s`)), ms);
    stop = () => reject(signal?.reason);
    signal?.addEventListener("abort", stop, { once: true });
    if (signal?.aborted) stop();
  });
  try {
    return await Promise.race([over, given]);
  } finally {
    clearTimeout(timer);
    if (stop) signal?.removeEventListener("abort", stop);
    if (!ended) {
      stuck++;
      void over.then(
        () => stuck--,
        () => stuck--,
      );
    }
  }
}
