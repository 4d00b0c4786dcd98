/** What a dump leaves out by its arguments: the schema alone, a table, or a section restores no database. */

/** The options of pg_dump and pg_dumpall that take a value as their next word (their manual pages). */
const VALUED =
  /^(-[dEfFhjlLnNpStTUZ]|--(dbname|encoding|file|format|host|jobs|port|username|role|compress|superuser|lock-wait-timeout|snapshot|extra-float-digits|rows-per-insert|restrict-key|sync-method|table|schema|section|extension|exclude-table|exclude-schema|exclude-table-data|exclude-database|filter|database|role))$/;
/** Letters of pg_dump that take a value, so that what follows in the same word is none. */
const VALUED_LETTERS = "dEefFhjnNpStTUZ";

/** What stands for a part, by the part. */
export type Part = "schema" | "data" | "globals" | "tables" | "schemas" | "pre-data" | "post-data" | "section-data";

/** The part that `program` dumps with these arguments, or undefined: everything, for all that is known. */
export function partOf(program: string, args: string[]): Part | undefined {
  const options = optionsIn(args, program === "pg_dumpall");
  const has = (...names: string[]) => names.some((name) => options.has(name));
  if (has("--schema-only", "-s")) return "schema";
  if (program === "pg_dumpall") {
    if (has("--globals-only", "-g", "--roles-only", "-r", "--tablespaces-only", "-t")) return "globals";
    return has("--data-only", "-a") ? "data" : undefined;
  }
  if (has("--data-only", "-a", "--no-schema")) return "data";
  if (has("--section")) return sectionOf(args);
  if (has("--table", "-t", "--table-and-children")) return "tables";
  return has("--schema", "-n", "--extension", "-e") ? "schemas" : undefined;
}

/** Several sections may be asked for at once. */
function sectionOf(args: string[]): Part | undefined {
  const text = args.join(" ");
  const asked = ["pre-data", "post-data", "data"].filter((name) =>
    new RegExp(`--section[= ]["']?${name}(?![\\w-])`).test(text),
  );
  if (asked.length !== 1) return asked.length === 3 ? undefined : "schema";
  return asked[0] === "data" ? "section-data" : (asked[0] as Part);
}

function optionsIn(args: string[], ofAll: boolean): Set<string> {
  const found = new Set<string>();
  for (let index = 0; index < args.length; index++) {
    const word = args[index] as string;
    if (word === "--") break;
    if (word.startsWith("--")) found.add(word.split("=")[0] as string);
    else if (/^-\w/.test(word)) for (const letter of lettersOf(word, ofAll)) found.add(`-${letter}`);
    // pg_dumpall's -t is --tablespaces-only.
    if (VALUED.test(word) && !(ofAll && word === "-t")) index++;
  }
  return found;
}

/** `-Fcs` is `-F cs`; `-sFc` is `-s -F c`. */
function lettersOf(word: string, ofAll: boolean): string[] {
  const letters: string[] = [];
  for (const letter of word.slice(1)) {
    letters.push(letter);
    if (VALUED_LETTERS.includes(letter) && !(ofAll && letter === "t")) break;
  }
  return letters;
}

const TEXTS: Record<Part, string> = {
  schema: "it dumps the schema alone, without any row",
  data: "it dumps the data alone, without the schema",
  globals: "it dumps roles and tablespaces alone, and no database",
  tables: "it dumps single tables, not the database",
  schemas: "it dumps single schemas, not the database",
  "pre-data": "it dumps one section, not the database",
  "post-data": "it dumps one section, not the database",
  "section-data": "it dumps one section, not the database",
};

/** Parts that are a whole together. */
const WHOLE: Part[][] = [
  ["schema", "data"],
  ["pre-data", "section-data", "post-data"],
];

/** Why dumps of these parts, one for each that is taken, are none of the database; undefined when one, or all, are. */
export function partText(parts: (Part | undefined)[]): string | undefined {
  const some = parts.flatMap((part) => part ?? []);
  if (some.length < parts.length || some.length === 0) return undefined;
  if (WHOLE.some((whole) => whole.every((part) => some.includes(part)))) return undefined;
  return [...new Set(some.map((part) => TEXTS[part]))].join("; ");
}
