import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { GROUPS, MUTANTS } from "./all";

/** docs/mutants.md: `npm run mutants:page` writes it, and a unit test holds it against the lists. */
export const PAGE = join(__dirname, "../../docs/mutants.md");

export function mutantsPage(): string {
  const tables = Object.values(GROUPS).map(({ title, mutants }) =>
    [
      `## ${title}`,
      "",
      "| in | what would follow |",
      "| --- | --- |",
      ...mutants.map(({ file, forbids }) => `| \`${file}\` | ${forbids} |`),
    ].join("\n"),
  );
  return `${[
    "# Errors made on purpose",
    `A test that cannot fail proves nothing. \`make test-mutants\` makes each of these ${MUTANTS.length} errors in a copy of the
code, one after the other, and runs the tests that must notice it. None may survive. The lists are in \`test/mutants/\`;
this page is generated from them.`,
    ...tables,
  ].join("\n\n")}\n`;
}

if (require.main === module) writeFileSync(PAGE, mutantsPage());
