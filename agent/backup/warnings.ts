import { MOST_WARNINGS } from "../../model/manifest";
import { oneLine } from "../../model/text";
import { withoutValues } from "../drill/checks";

/** The lines are about a few names, which have at most 63 bytes each. */
const LONGEST = 900;

/**
 * What is said against a backup that is good all the same, by pg_dump or by what was looked at before: in the log and,
 * without data, in the manifest, where a drill finds it.
 */
export class Warnings {
  private readonly lines: string[] = [];

  constructor(private readonly say: (line: string) => void) {}

  add(line: string): void {
    const text = withoutValues(oneLine(line, LONGEST));
    // A backup that gave way and tries anew finds the same again.
    if (this.lines.includes(text)) return;
    this.say(`note: ${text}`);
    if (text !== "" && this.lines.length < MOST_WARNINGS) this.lines.push(text);
  }

  /** Undefined when there was nothing. */
  forManifest(): string[] | undefined {
    return this.lines.length === 0 ? undefined : [...this.lines];
  }
}
