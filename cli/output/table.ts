import Table from "cli-table3";

export interface Column {
  head: string;
  align?: "left" | "right";
}

const NONE = {
  ...{ top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "", "bottom-left": "" },
  ...{ "bottom-right": "", left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: "  " },
};

/** Columns under upper-case heads, without lines: it can be read, cut and grepped. Colours do not count in widths. */
export function table(columns: Column[], rows: string[][]): string {
  const made = new Table({
    head: columns.map(({ head }) => head.toUpperCase()),
    colAligns: columns.map(({ align = "left" }) => align),
    chars: NONE,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  made.push(...rows);
  return made
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
