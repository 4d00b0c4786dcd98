import type { z } from "zod";

/** One thing wrong with an input: where it is, what is wrong, and what is allowed. */
export interface Problem {
  /** The setting's path, such as `backup.schedule`. Empty for the input as a whole. */
  path: string;
  message: string;
}

/** Thrown before anything is changed. The message lists every problem at once, one line each. */
export class InvalidInputError extends Error {
  constructor(
    /** What was given, such as `LogicalBackup "orders"`. */
    readonly subject: string,
    readonly problems: Problem[],
  ) {
    const lines = problems.map((p) => `  - ${p.path === "" ? "" : `${p.path}: `}${p.message}`);
    super(`${subject} cannot be used as declared:\n${lines.join("\n")}`);
    this.name = "InvalidInputError";
  }
}

/** `value` as `schema` reads it (defaults filled in). Throws InvalidInputError with every problem found. */
export function parseInput<S extends z.ZodType>(schema: S, value: unknown, subject: string): z.output<S> {
  // Its kind tells what is missing from what is of another kind; the value itself, a secret perhaps, is never shown.
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  throw new InvalidInputError(subject, result.error.issues.flatMap(problemsOf));
}

function problemsOf(issue: z.core.$ZodIssue): Problem[] {
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: [path, key].filter(Boolean).join("."),
      message: "no such setting; look for a typing error",
    }));
  }
  if (issue.code === "invalid_type") {
    const expected = kind(issue.expected);
    if (issue.input === undefined) return [{ path, message: `is missing; give ${expected}` }];
    // A schema that has words of its own for it knows better.
    const own = issue.message.startsWith("Invalid input") ? undefined : issue.message;
    return [{ path, message: own ?? wrongKind(issue.input, expected) }];
  }
  if (issue.code === "invalid_value") {
    return [{ path, message: `must be ${issue.values.map((v) => JSON.stringify(v)).join(" or ")}` }];
  }
  return [{ path, message: issue.message }];
}

function wrongKind(input: unknown, expected: string): string {
  const found =
    input === null || Number.isNaN(input) ? String(input) : kind(Array.isArray(input) ? "array" : typeof input);
  return found === expected ? `is not usable as ${expected}` : `is ${found}, and must be ${expected}`;
}

/** `a string`, `an object`. */
function kind(noun: string): string {
  const plain = noun === "int" ? "whole number" : noun === "record" ? "object" : noun;
  return /^[aeiou]/.test(plain) ? `an ${plain}` : `a ${plain}`;
}
