import { brokenPromises, type CheckResult } from "./results";
import { listed } from "./rights";

const SIGNS = { true: "✔", false: "✘", unknown: "–" } as const;

/** The results for people: a line for each promise, and what to do below those that are not kept. */
export function tableOf(results: readonly CheckResult[], versionsLeft: number): string[] {
  const width = Math.max(...results.map(({ id }) => id.length));
  const lines = results.flatMap(({ id, kept, found, required, remedy }) => {
    const head = `${SIGNS[`${kept}`]} ${id.padEnd(width)}  ${required ? "required" : "        "}  `;
    const hint = kept !== true && remedy !== undefined ? [`${" ".repeat(head.length)}→ ${remedy}`] : [];
    return [`${head}${found}`, ...hint];
  });
  const missing = brokenPromises(results).map(({ id }) => id);
  return [
    ...lines,
    "",
    "✔ kept  ✘ not kept  – could not be tried, which of a required promise counts as not kept",
    ...(versionsLeft > 0
      ? [`${versionsLeft} versions of a few bytes stay behind: no key here may delete them, which is as it should be.`]
      : []),
    missing.length === 0 ? "All that is required is kept." : `Not kept, but required: ${listed(missing)}.`,
  ];
}
