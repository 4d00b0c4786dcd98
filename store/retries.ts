import type { S3ClientConfig } from "@aws-sdk/client-s3";

type Strategy = Extract<NonNullable<S3ClientConfig["retryStrategy"]>, { acquireInitialRetryToken: unknown }>;
type Token = Awaited<ReturnType<Strategy["acquireInitialRetryToken"]>>;
type ErrorInfo = Parameters<Strategy["refreshRetryTokenForRetry"]>[1];

/** However long one attempt took, as many are made. */
const LEAST_ATTEMPTS = 3;
/** Attempts at what was refused for the time in its signature. */
const SIGNED_ANEW = 2;
const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 8000;

/** A token that also knows when the first attempt failed. */
interface Waiting extends Token {
  since: number | undefined;
}

/**
 * How long a server may be away: it is asked again, ever less often, until it answers or `patienceMs` have passed since it
 * first did not. Servers are restarted, leaders elected and requests throttled for seconds, and a backup that ran for hours
 * must not end for that. What the server refuses is not asked again.
 */
export function patientRetries(patienceMs: number): Strategy {
  const token = (attempts: number, delay: number, since: number | undefined): Waiting => ({
    getRetryCount: () => attempts,
    getRetryDelay: () => delay,
    since,
  });
  return {
    acquireInitialRetryToken: async () => token(0, 0, undefined),
    async refreshRetryTokenForRetry(before, info) {
      const now = Date.now();
      const attempts = before.getRetryCount() + 1;
      const since = (before as Waiting).since ?? now;
      const refused = isRefusal(info.error);
      const delay = refused ? 0 : delayOf(attempts, info, now);
      const inTime = now + delay - since <= patienceMs && !refused && !isNameless(info.error);
      const least = refused ? SIGNED_ANEW : LEAST_ATTEMPTS;
      if (!isPassing(info) || (attempts >= least && !inTime)) throw new Error("it is not asked again");
      return token(attempts, delay, since);
    },
    recordSuccess: () => undefined,
  };
}

/** Not at the same moment as all others whom the server did not answer. */
function delayOf(attempts: number, { retryAfterHint }: ErrorInfo, now: number): number {
  const most = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempts - 1));
  const asked = retryAfterHint ? Math.min(retryAfterHint.getTime() - now, LONGEST_DELAY_MS) : 0;
  return Math.max(most * (0.5 + Math.random() / 2), asked);
}

/** What may be over in a moment, as the SDK tells: no connection, no answer in time, 429, and 500, 502, 503 or 504. */
function isPassing({ errorType }: ErrorInfo): boolean {
  return errorType === "THROTTLING" || errorType === "TRANSIENT";
}

/** A name that is not there is mistyped more often than it is on its way. */
function isNameless(error: unknown): boolean {
  return (error as { code?: string } | undefined)?.code === "ENOTFOUND";
}

/** A refusal stays one, but where the SDK signs the request once more, with the server's time. */
function isRefusal(error: unknown): boolean {
  const status = (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode ?? 0;
  return status >= 400 && status < 500 && status !== 429;
}

/** Whether an attempt with `error` may have reached the server, or may do so when it is made again. */
export function isLost(error: unknown): boolean {
  const { name, code, $metadata, $retryable } = (error ?? {}) as {
    name?: string;
    code?: string;
    $metadata?: { httpStatusCode?: number; clockSkewCorrected?: boolean };
    $retryable?: unknown;
  };
  const status = $metadata?.httpStatusCode;
  return (
    $retryable !== undefined ||
    $metadata?.clockSkewCorrected === true ||
    name === "TimeoutError" ||
    (status !== undefined && LOST_STATUS.has(status)) ||
    (code !== undefined && LOST_CODES.has(code))
  );
}

const LOST_STATUS = new Set([429, 500, 502, 503, 504]);
const LOST_CODES = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EAI_AGAIN",
]);
