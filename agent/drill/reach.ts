import { createConnection } from "node:net";

/** Where something may listen: an address or a name, and a port. */
export interface Endpoint {
  host: string;
  port: number;
}

/**
 * How an attempt to connect ended. `refused` comes from whoever listens to nothing there, and from network plugins that
 * refuse in its place (k3s, kube-router); `silent` and `no way` come from those that drop packets, and from hosts that are
 * down: none of them tells a wall from a house where nobody is at home.
 */
export type Answer =
  | { kind: "connected" }
  | { kind: "refused" }
  | { kind: "silent"; seconds: number }
  | { kind: "no way"; code: string }
  | { kind: "odd"; code: string };

const TIMEOUT_MS = 3000;

/** Tries to connect, and hangs up at once. */
export function reach({ host, port }: Endpoint, signal?: AbortSignal, timeoutMs = TIMEOUT_MS): Promise<Answer> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const socket = createConnection({ host, port });
    const finish = (end: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      socket.destroy();
      end();
    };
    const stop = () => finish(() => reject(signal?.reason));
    const answer = (given: Answer) => finish(() => resolve(given));
    const timer = setTimeout(() => answer({ kind: "silent", seconds: timeoutMs / 1000 }), timeoutMs);
    signal?.addEventListener("abort", stop, { once: true });
    socket.once("connect", () => answer({ kind: "connected" }));
    socket.once("error", (error) => answer(answerOf(error)));
  });
}

const NO_WAY = new Set(["EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "EACCES", "EPERM"]);

/** What a failed connection tells. */
export function answerOf(error: NodeJS.ErrnoException): Answer {
  const code = error.code ?? error.message;
  if (code === "ECONNREFUSED") return { kind: "refused" };
  return NO_WAY.has(code) ? { kind: "no way", code } : { kind: "odd", code };
}

/** `answer` in words, after the name of a place. */
export function describeAnswer(answer: Answer): string {
  switch (answer.kind) {
    case "connected":
      return "connected";
    case "refused":
      return "connection refused";
    case "silent":
      return `no answer in ${answer.seconds} s`;
    case "no way":
      return `no way there (${answer.code})`;
    case "odd":
      return `an unexpected error (${answer.code})`;
  }
}
