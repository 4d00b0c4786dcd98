import { MOST_WARNINGS } from "../../model/manifest";
import { oneLine } from "../../model/text";
import { withoutValues } from "../drill/checks";

/** pg_dump's lines are about names, which have at most 63 bytes each. */
const LONGEST = 500;

/** What pg_dump and the backup itself have to say although they ended well: in the log and, without data, in the manifest, where a drill finds it. */
export class Warnings {
  private readonly lines: string[] = [];

  constructor(private readonly say: (line: string) => void) {}

  add(line: string): void {
    const text = withoutValues(oneLine(line, LONGEST));
    this.say(`note: ${text}`);
    if (text !== "" && this.lines.length < MOST_WARNINGS) this.lines.push(text);
  }

  /** Undefined when there was nothing. */
  forManifest(): string[] | undefined {
    return this.lines.length === 0 ? undefined : [...this.lines];
  }
}
