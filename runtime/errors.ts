/** What exit codes mean. They are printed by `--help`; alerts and Jobs rely on them. */
export const EXIT = {
  good: 0,
  /** The backup or the drill failed. */
  failed: 1,
  /** Settings or secrets are missing or wrong: nothing was tried. */
  badInput: 2,
  /** The backup is good, but its drill could not be asked for. */
  drillNotAsked: 3,
  /** The backup is good, but a database of the server has none, or it could not be found out. */
  uncovered: 4,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An error whose message is for people: what, where, why, and what to do. It is printed without a stack. */
export class ReportedError extends Error {
  constructor(
    message: string,
    readonly exitCode: ExitCode = EXIT.failed,
  ) {
    super(message);
    this.name = "ReportedError";
  }
}

/** The message of whatever was thrown, on one line. Errors of the network library often hide theirs in `cause` or `errors`. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(messageOf).join("; ");
  if (!(error instanceof Error)) return String(error);
  const text = error.message || error.name;
  return text.replace(/\s*\n\s*/g, " ").trim();
}
