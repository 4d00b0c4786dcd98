import { messageOf } from "./errors";

/** What stands in the way of writing to a disk of one's own, and what to do. Keyed by Node.js's system error codes. */
const WHY: Record<string, string> = {
  ENOSPC: "the disk is full; free space there or give it more, of a drill by temporaryStorage.size",
  EDQUOT: "the quota of the disk is used up; free space there or raise it, of a drill by temporaryStorage.size",
  EROFS: "it is on a disk that is mounted read-only; name another place",
  EACCES: "the permissions do not allow it; name another place, or give the user the right to write there",
};

/** Whether it is the disk that is at fault, and not what was written to it. */
export function isDiskError(error: unknown): boolean {
  return codeOf(error) in WHY;
}

/** `error` of the file system in words for people. */
export function diskProblem(error: unknown): string {
  return WHY[codeOf(error)] ?? messageOf(error);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? "";
}
