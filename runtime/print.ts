import { printable } from "../model/text";

/** The one way to the agent's log: people read it in terminals, and much of it others have written. */
export function print(text: string): void {
  process.stdout.write(`${printable(text)}\n`);
}

/** The same for what went wrong. */
export function printError(text: string): void {
  process.stderr.write(`${printable(text)}\n`);
}
