import { createConnection } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** How an attempt to reach the source ended. Only a way that lets no packet through counts as isolation. */
export interface Attempt {
  passed: boolean;
  actual: string;
}

const TIMEOUT_MS = 3000;

/** A network plugin needs a moment to learn of a new pod: what counts is the state that lasts. */
const SETTLING = { attempts: 6, pauseMs: 1000 };

/** Tries to connect until it cannot, a few seconds at most: a way that stays open is a failure. */
export async function isolated(host: string, port: number, settling = SETTLING): Promise<Attempt> {
  for (let attempt = 1; ; attempt++) {
    const result = await tryToReach(host, port);
    if (result.passed || attempt === settling.attempts) return result;
    await sleep(settling.pauseMs);
  }
}

/** Tries to connect to the source, which must not succeed. */
export async function tryToReach(host: string, port: number, timeoutMs = TIMEOUT_MS): Promise<Attempt> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port });
    const end = (attempt: Attempt) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(attempt);
    };
    const timer = setTimeout(() => end({ passed: true, actual: `no answer in ${timeoutMs / 1000} s` }), timeoutMs);
    socket.once("connect", () => end({ passed: false, actual: "connected" }));
    socket.once("error", (error: NodeJS.ErrnoException) => end(judge(error)));
  });
}

/** What a failed connection tells. Whatever is not known to be a wall is an open door. */
export function judge(error: NodeJS.ErrnoException): Attempt {
  switch (error.code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return { passed: true, actual: `no address: the name does not resolve from here (${error.code})` };
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "ETIMEDOUT":
    case "EACCES":
    case "EPERM":
      return { passed: true, actual: `no way there (${error.code})` };
    case "ECONNREFUSED":
      // Some network plugins drop what a policy denies, others (k3s, kube-router) answer for the source and refuse it.
      return { passed: true, actual: "connection refused on the way, or by a source where nothing listened" };
    default:
      return { passed: false, actual: `failed in a way that does not show isolation: ${error.code ?? error.message}` };
  }
}
