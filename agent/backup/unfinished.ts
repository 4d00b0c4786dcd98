import { messageOf } from "../../runtime/errors";
import { counted } from "../../runtime/format";
import type { Store } from "../../store/store";

/** The objects of a backup that is not complete yet. */
export class Unfinished {
  private readonly keys = new Set<string>();

  constructor(private readonly store: Pick<Store, "remove">) {}

  add(key: string): void {
    this.keys.add(key);
  }

  clear(): void {
    this.keys.clear();
  }

  async remove(say: (line: string) => void): Promise<void> {
    // Deleting what is not there is no error in S3.
    const results = await Promise.allSettled([...this.keys].map((key) => this.store.remove(key)));
    const problems = results.flatMap((result) => (result.status === "rejected" ? [messageOf(result.reason)] : []));
    if (problems[0]) say(`note: ${counted(problems.length, "unfinished object")} may be left behind: ${problems[0]}`);
  }
}
