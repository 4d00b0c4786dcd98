import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { InvalidInputError } from "../../../model/problems";
import { reportProblem } from "../../validate";

/** Text, or an Output of it. Text is judged by zod, an Output by `judged` when it is known. */
export function textInputField(problem: (text: string) => string | undefined = () => undefined) {
  return z
    .custom<pulumi.Input<string>>((value) => value !== undefined && value !== null, { error: "is missing" })
    .superRefine((value, context) => {
      if (typeof value === "string") reportProblem(problem(value), context);
    });
}

/** `value` as an Output that fails, naming `subject` and `path`, when `problem` finds fault with it. */
export function judged(
  value: pulumi.Input<string>,
  subject: string,
  path: string,
  problem: (text: string) => string | undefined,
): pulumi.Output<string> {
  return pulumi.output(value).apply((text) => {
    const message = problem(text);
    if (message) throw new InvalidInputError(subject, [{ path, message }]);
    return text;
  });
}
