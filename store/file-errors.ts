import { messageOf, ReportedError } from "../runtime/errors";
import { NotFoundError } from "./errors";

/** `error` of the file system as a message that says what, where, why, and what to do. */
export function fileError(error: unknown, action: string, key: string, place: string): ReportedError {
  if (error instanceof ReportedError) return error;
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? "";
  const cannot = `cannot ${action} ${key === "" ? "" : `${key} on `}${place}`;
  if (code === "ENOENT") return new NotFoundError(`${cannot}: there is no such file`);
  return new ReportedError(`${cannot}: ${WHY[code] ?? messageOf(error)}`);
}

/** What the errors that operators meet on volumes mean. Keyed by Node.js's system error codes. */
const WHY: Record<string, string> = {
  ENOSPC: "the volume is full; free or add space, then run the backup again",
  EDQUOT: "the volume's quota is used up; raise it or free space, then run the backup again",
  EROFS: "the volume is mounted read-only; mount it for writing, or use the storage's writer",
  EACCES: "the permissions do not allow it; give the folder to the user and group 26, or squash to them in the export",
  EPERM: "the permissions do not allow it; give the folder to the user and group 26, or squash to them in the export",
  ESTALE: "the mount is stale: the server was exchanged or the export made anew; restart the pod to mount it again",
  EIO: "the volume gave an input/output error; look at the server's disk and at the network to it",
  ETIMEDOUT: "the server of the volume does not answer; look at it and at the network to it",
  EFBIG: "the file is larger than the file system takes",
};
