import { messageOf } from "../../runtime/errors";

/** What became of a request. `denied`: the key may not do that; `refused`: the server will not, for another reason. */
export type Outcome<T> =
  | { kind: "done"; value: T }
  | { kind: "denied" | "missing" | "refused"; code: string; status: number; message: string };

interface ServiceError {
  name?: string;
  Code?: string;
  $metadata?: { httpStatusCode?: number };
}

/** Codes with status 403 that say that the request was wrong, and not that the key lacks a right. */
const NOT_ABOUT_RIGHTS = ["SignatureDoesNotMatch", "InvalidAccessKeyId", "RequestTimeTooSkewed", "ExpiredToken"];

/** Waits for the server's answer. Throws what is no answer: a connection that failed, a server that is broken. */
export async function outcome<T>(request: Promise<T>): Promise<Outcome<T>> {
  try {
    return { kind: "done", value: await request };
  } catch (error) {
    const { name, Code, $metadata } = (error ?? {}) as ServiceError;
    const status = $metadata?.httpStatusCode;
    const code = Code ?? name ?? "";
    if (status === undefined || NOT_ABOUT_RIGHTS.includes(code)) throw error;
    // 501 is an answer: NotImplemented.
    if (status >= 500 && status !== 501) throw error;
    const kind = status === 401 || status === 403 ? "denied" : status === 404 ? "missing" : "refused";
    return { kind, code, status, message: messageOf(error) };
  }
}

/** An outcome that is not `done`, for people. */
export function said<T>(answer: Outcome<T>): string {
  return answer.kind === "done" ? "accepted" : `${answer.status} ${answer.code}`;
}
