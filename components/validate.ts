import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { InvalidInputError, type Problem, parseInput } from "../model/problems";

/**
 * `args` as `schema` reads them, defaults filled in. Plain values are judged at once, so that a program that declares
 * nonsense ends at preview, before anything is changed, with every problem in one message.
 */
export function validated<S extends z.ZodType>(schema: S, args: unknown, component: string, name: string): z.output<S> {
  return parseInput(schema, args, `${component} "${name}"`);
}

/** Adds what is wrong between fields to what zod found in them. */
export function reportProblems(problems: Problem[], context: z.RefinementCtx, prefix: string[] = []): void {
  for (const { path, message } of problems) {
    context.addIssue({ code: "custom", message, path: [...prefix, ...(path === "" ? [] : path.split("."))] });
  }
}

/** A problem at one path, if there is one. */
export function reportProblem(message: string | undefined, context: z.RefinementCtx, ...path: string[]): void {
  if (message) context.addIssue({ code: "custom", message, path });
}

/**
 * A secret: plain text or an Output, never empty. Plain text is judged by zod, an Output by `secretValue` when it is
 * known. No message repeats the value.
 */
export function secretField(problem: (value: string) => string | undefined = () => undefined) {
  return z
    .custom<pulumi.Input<string>>((value) => value !== undefined && value !== null, { error: "is missing" })
    .superRefine((value, context) => {
      if (typeof value !== "string") return;
      reportProblem(value.trim() === "" ? "must not be empty" : problem(value), context);
    });
}

/** `value` as a secret Output that fails, naming `subject` and `path`, when it is empty or `problem` finds fault. */
export function secretValue(
  value: pulumi.Input<string>,
  subject: string,
  path: string,
  problem: (value: string) => string | undefined = () => undefined,
): pulumi.Output<string> {
  return pulumi.secret(value).apply((text) => {
    const message = typeof text !== "string" || text.trim() === "" ? "must not be empty" : problem(text);
    if (message) throw new InvalidInputError(subject, [{ path, message }]);
    return text;
  });
}

/** Exactly one of two ways to give a credential. */
export function oneCredentialProblem(existing: unknown, given: unknown, what: string): string | undefined {
  if (existing !== undefined && given !== undefined)
    return `give either existingSecret or ${what}, not both: it must be plain which one counts`;
  if (existing === undefined && given === undefined)
    return `give ${what}, or existingSecret with the name of a Secret that holds it`;
  return undefined;
}
