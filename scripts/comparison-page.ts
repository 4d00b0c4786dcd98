import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { comparisonPage } from "../model/comparison";

/** Writes the tables of docs/databases.md between its markers: `tsx scripts/comparison-page.ts`. A unit test holds them to it. */
const PAGE = join(__dirname, "..", "docs", "databases.md");
const BEGIN = "<!-- From model/comparison.ts, by scripts/comparison-page.ts -->\n";
const END = "\n<!-- End of what model/comparison.ts says -->";

export function withComparison(page: string): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${PAGE} has no place for the tables: put the two comments back`);
  return page.slice(0, from + BEGIN.length) + comparisonPage() + page.slice(to);
}

if (require.main === module) writeFileSync(PAGE, withComparison(readFileSync(PAGE, "utf8")));
