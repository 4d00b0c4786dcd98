import { CHECKLIST_POINTS, type ChecklistPoint } from "../../model/checklist";
import type { CheckResult } from "../../model/evidence";
import { messageOf } from "../../runtime/errors";

/** The results of one drill. A check that throws has failed, with its error as what was found. */
export class Checks {
  readonly results: CheckResult[] = [];

  /** `ran` is false for a check that could not look: it has failed, and says nothing about the backup. */
  add(id: string, point: ChecklistPoint, passed: boolean, expected: string, actual: string, ran = true): CheckResult {
    const taken = new Set(this.results.map((result) => result.id));
    let unique = id;
    for (let i = 2; taken.has(unique); i++) unique = `${id}-${i}`;
    const result = { id: unique, point, passed, ran, expected, actual };
    this.results.push(result);
    return result;
  }

  async try(
    id: string,
    point: ChecklistPoint,
    expected: string,
    check: () => Promise<{ passed: boolean; actual: string }>,
  ): Promise<CheckResult> {
    try {
      const { passed, actual } = await check();
      return this.add(id, point, passed, expected, actual);
    } catch (error) {
      return this.add(id, point, false, expected, messageWithoutValues(error), false);
    }
  }

  /** Fails every point that has no result: what was not reached has not passed. */
  failMissing(reason: string): void {
    for (const point of CHECKLIST_POINTS) {
      if (this.results.some((result) => result.point === point)) continue;
      this.add(`${point}.not-reached`, point, false, "the check ran", `not reached: ${reason}`, false);
    }
  }

  get failed(): CheckResult[] {
    return this.results.filter((result) => !result.passed);
  }
}

/** SQLSTATE classes whose messages may quote values anywhere: data exceptions, and what the application's code raises. */
const QUOTING = /^(22...|P0001)$/;

/** What went wrong, without data: of an error whose message may quote some, only its SQLSTATE. */
export function messageWithoutValues(error: unknown): string {
  const { code } = error as { code?: unknown };
  if (typeof code === "string" && QUOTING.test(code)) {
    const what = code === "P0001" ? "the application's own code raised an exception" : "a value was refused";
    return `${what} (SQLSTATE ${code}; its message may quote data and is left out)`;
  }
  return withoutValues(messageOf(error));
}

/**
 * PostgreSQL's message without the value that some end in, as in `invalid input syntax for type integer: "abc"`:
 * evidence holds no data. Names stand in the middle of messages, and stay.
 */
export function withoutValues(message: string): string {
  return message.replace(/: (?:"(?:[^"]|"")*"?|0x[0-9a-f ]+(?:0x[0-9a-f ]+)*)\s*$/, ": (value left out)");
}
