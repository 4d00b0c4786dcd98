/** One deliberate error in the code that decides whether a backup is recoverable, and the tests that must notice it. */
export interface Mutant {
  /** From the repository's root. */
  file: string;
  /** Stands in the file exactly once. */
  was: string;
  becomes: string;
  /** The false green, the lost backup or the false alarm that would follow. */
  forbids: string;
  /** Test files, from test/unit: at least one of their tests must fail. */
  tests: string[];
}
