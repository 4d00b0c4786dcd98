/** An error a person can act on: what failed, where, why, and what to do about it. */
export class LabError extends Error {
  constructor(
    readonly what: string,
    readonly detail: { where?: string; why?: string; todo?: string } = {},
  ) {
    super(
      [
        what,
        detail.where && `  where: ${detail.where}`,
        detail.why && `  why:   ${detail.why.trimEnd().replace(/\n/g, "\n         ")}`,
        detail.todo && `  do:    ${detail.todo}`,
      ]
        .filter(Boolean)
        .join("\n"),
    );
    this.name = "LabError";
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
