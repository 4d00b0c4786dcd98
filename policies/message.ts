import { oneLine } from "../model/text";

/** What a person reads when a rule speaks: what is wrong, why, what to do, where to read on. Never a property's value. */
export interface Finding {
  /** The resource concerned; the stack as a whole when there is none. */
  urn?: string;
  verdict: string;
  /** What the verdict is about, line by line, when it is about several things. */
  lines?: string[];
  reasons: string[];
  remedies: string[];
  /**
   * Nothing is known to be bad: what cannot be told from here, or misses what nobody has declared. It is no violation;
   * backup-report shows and counts it.
   */
  shown?: boolean;
}

/** The page of a rule, from the repository's root. */
export function pageOf(policy: string): string {
  return `docs/policies/${policy}.md`;
}

/** The longest line: a missing checklist with all that it means fits. */
const LINE = 2000;

/** Each part on a line of its own, whatever names from the program are in it: none can look like a line of ours. */
export function format(policy: string, { verdict, lines = [], reasons, remedies }: Finding): string {
  const one = (text: string) => oneLine(text, LINE);
  return [
    one(verdict),
    ...lines.map((line) => `  ${one(line)}`),
    ...reasons.map((reason) => `Reason: ${one(reason)}`),
    ...remedies.map((remedy) => `Remedy: ${one(remedy)}`),
    `Page: ${pageOf(policy)}`,
  ].join("\n");
}
