import { checked } from "./fields";

/**
 * Patterns of names, for tables (`schema.table`) and databases. `*` stands for any characters, also none. Everything
 * else stands for itself, upper and lower case apart, as the catalog spells it: unlike in SQL, nothing is folded. Inside
 * double quotes every character stands for itself, dots and stars too, and `""` for a quote.
 */

/** A pattern for SQL's LIKE, with its default escape. */
export type LikePattern = string;

/** Throws an Error that says what is wrong with `text`. */
export function parseTablePattern(text: string): { schema: LikePattern; table: LikePattern } {
  const [schema, table, ...others] = splitParts(text, ".");
  if (!schema || !table || others.length > 0) {
    throw new Error(
      `"${text}" must be schema.table, with one dot between them, such as audit.log or cache.*; ` +
        'put a name that has dots itself in double quotes: "odd.schema".log',
    );
  }
  return { schema, table };
}

/** Throws an Error that says what is wrong with `text`. */
export function parseNamePattern(text: string): LikePattern {
  const [name] = splitParts(text);
  if (!name) throw new Error("must not be empty");
  return name;
}

export const tablePatternField = checked((text) => problemOf(() => parseTablePattern(text)));
export const namePatternField = checked((text) => problemOf(() => parseNamePattern(text)));

/** Whether `like` fits the whole of `name`, as SQL's LIKE. */
export function fits(like: LikePattern, name: string): boolean {
  const source = like.replace(/\\(.)|%|[^%\\]+/gsu, (part, escaped?: string) =>
    part === "%" ? ".*" : (escaped ?? part).replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"),
  );
  return new RegExp(`^${source}$`, "su").test(name);
}

/** The parts of `text` between `separator`s outside of quotes; without one, all of it. */
function splitParts(text: string, separator?: string): LikePattern[] {
  const parts: string[] = [""];
  const add = (like: string) => {
    parts[parts.length - 1] += like;
  };
  for (const [token] of text.matchAll(/"(?:[^"]|"")*"|./gsu)) {
    if (token === '"') throw new Error(`"${text}" has a double quote without its partner; write "" for one in a name`);
    if (token.startsWith('"')) add(literal(token.slice(1, -1).replaceAll('""', '"')));
    else if (token === separator) parts.push("");
    else add(token === "*" ? "%" : literal(token));
  }
  return parts;
}

function literal(text: string): LikePattern {
  return text.replace(/[\\%_]/g, "\\$&");
}

function problemOf(parse: () => unknown): string | undefined {
  try {
    parse();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
