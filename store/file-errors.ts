import { DeadlineError } from "../runtime/deadline";
import { messageOf, ReportedError } from "../runtime/errors";
import { NotFoundError } from "./errors";

/** `error` of the file system as a message that says what, where, why, and what to do. */
export function fileError(error: unknown, action: string, key: string, place: string): ReportedError {
  if (error instanceof ReportedError) return error;
  const cannot = `cannot ${action} ${key === "" ? "" : `${key} on `}${place}`;
  if (error instanceof DeadlineError) return new ReportedError(`${cannot}: ${messageOf(error)}; ${HANGS}`);
  const code = codeOf(error);
  if (code === "ENOENT" || code === "ENOTDIR") return new NotFoundError(`${cannot}: there is no such file`);
  return new ReportedError(`${cannot}: ${WHY[code] ?? messageOf(error)}`);
}

/** A system error's code, such as `ENOENT`. */
export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? "";
}

const HANGS = "the volume hangs: look at its server and at the network to it, then run the job again";

const RIGHTS =
  "the permissions do not allow it; the agent runs as user and group 26: on the server, give it the folder " +
  "(chown -R 26:26), or let the export turn everybody into it (all_squash,anonuid=26,anongid=26)";

/** What the errors that operators meet on volumes mean. Keyed by Node.js's system error codes. */
const WHY: Record<string, string> = {
  ENOSPC: "the volume is full; free or add space, then run the job again",
  EDQUOT: "the volume's quota is used up; raise it or free space, then run the job again",
  EROFS: "the volume is mounted read-only; mount it for writing, or use the storage's writer",
  EACCES: RIGHTS,
  EPERM: RIGHTS,
  ESTALE:
    "the mount is stale: the server was exchanged or the export made anew; mount it again (for a pod: restart it)",
  EIO: "the volume gave an input/output error; look at the server's disk and at the network to it",
  ETIMEDOUT: "the server of the volume does not answer; look at it and at the network to it",
  EHOSTDOWN: "the server of the volume does not answer; look at it and at the network to it",
  EFBIG: "the file is larger than the file system takes",
  ENAMETOOLONG: "a part of its name is longer than the file system takes (255 bytes)",
  EISDIR: "there is a folder in its place; something else than Restorable writes there",
  ABORT_ERR: "it was interrupted",
};
