import { ABSENT, known, map, type Reading } from "../../known";
import type { Backup } from "../../stack/facts";
import type { JobWords, Variable } from "../shared/commands";

/** How long a backup job keeps what it makes, in the words of the tools that delete. */

const DAY = 86_400;
/** Months and years at their shortest. */
const UNITS: Record<string, number> = { HOUR: 3600, DAY, WEEK: 7 * DAY, MONTH: 28 * DAY, YEAR: 365 * DAY };

/** A pattern, and what its number means: how many are kept, or the seconds of one. */
const WORDS: [RegExp, "count" | number][] = [
  [/-mtime\s+\+(\d{1,6})(?!\d)/, DAY],
  // `wal-g delete retain FULL 7`
  [/(?<![\w-])delete\s+retain\s+(?:FULL\s+|FIND_FULL\s+)?(\d{1,6})(?!\d)/, "count"],
  [/\bREDUNDANCY\s+(\d{1,6})(?!\d)/i, "count"],
  [/\bRECOVERY\s+WINDOW\s+OF\s+(\d{1,6})\s+DAY/i, DAY],
  [/\bRECOVERY\s+WINDOW\s+OF\s+(\d{1,6})\s+WEEK/i, 7 * DAY],
  [/\bRECOVERY\s+WINDOW\s+OF\s+(\d{1,6})\s+MONTH/i, 28 * DAY],
  [/--keep-last[= ](\d{1,6})(?!\d)/, "count"],
];
/** restic's windows: so many of the kind are kept, and so they reach back that far. */
const WINDOW = /--keep-(hour|dai|week|month|year)ly[= ](\d{1,6})(?!\d)/g;
/** Tools whose retention stands in a configuration of their own, unless the job says it. */
const CONFIGURED = /(?<![\w-])(pgbackrest|barman)(?![\w-])/;

export function retentionOf({ commands, variables }: JobWords): Backup["retention"] {
  const kept = [...commands.flatMap(saidBy), ...variableDays(variables), ...pgbackrest(commands, variables)];
  const count = longest(kept.flatMap((k) => k.count ?? []));
  const seconds = longest(kept.flatMap((k) => k.seconds ?? []));
  const elsewhere = kept.length === 0 && commands.some((command) => CONFIGURED.test(command));
  return { count, seconds, elsewhere };
}

interface Kept {
  count?: Reading<number>;
  seconds?: Reading<number>;
}

function saidBy(command: string): Kept[] {
  const kept = WORDS.flatMap(([pattern, meaning]): Kept[] => {
    const number = Number(pattern.exec(command)?.[1] ?? Number.NaN);
    if (Number.isNaN(number)) return [];
    return [meaning === "count" ? { count: known(number) } : { seconds: known(number * meaning) }];
  });
  const windows = [...command.matchAll(WINDOW)].map(([, unit = "", number]): Kept => {
    const seconds = UNITS[unit === "dai" ? "DAY" : unit.toUpperCase()] ?? 0;
    return { count: known(Number(number)), seconds: known(Number(number) * seconds) };
  });
  return [...kept, ...windows];
}

/** BACKUP_KEEP_DAYS, RETENTION_DAYS and the like. */
function variableDays(variables: Variable[]): Kept[] {
  const variable = variables.find(({ name }) => /(KEEP|RETENTION)_?DAYS$/.test(name));
  return variable ? [{ seconds: scaled(numberIn(variable.value), DAY) }] : [];
}

/** `repo1-retention-full`, as an option or as a variable: a number of backups, or of days where its type says `time`. */
function pgbackrest(commands: string[], variables: Variable[]): Kept[] {
  const said = (option: string): Reading<string> => {
    const variable = new RegExp(`^PGBACKREST_REPO\\d_${option.toUpperCase().replaceAll("-", "_")}$`);
    const words = new RegExp(`--repo\\d-${option}[= ](\\w+)`);
    const word = commands.map((command) => words.exec(command)?.[1]).find((text) => text !== undefined);
    return word === undefined ? (variables.find(({ name }) => variable.test(name))?.value ?? ABSENT) : known(word);
  };
  const number = numberIn(said("retention-full"));
  const type = said("retention-full-type");
  if (number.state === "absent") return [];
  if (type.state === "unknown") return [{ count: type, seconds: type }];
  return type.state === "known" && type.value === "time" ? [{ seconds: scaled(number, DAY) }] : [{ count: number }];
}

const numberIn = (text: Reading<string>) => map(text, (value) => (/^\d{1,6}$/.test(value) ? Number(value) : undefined));

const scaled = (number: Reading<number>, by: number) => map(number, (value) => value * by);

/** Several say it: the longest is kept. One that is unknown may be longer, or shorter: then it is unknown. */
function longest(readings: Reading<number>[]): Reading<number> {
  const unknown = readings.find(({ state }) => state === "unknown");
  const values = readings.flatMap((reading) => (reading.state === "known" ? reading.value : []));
  return unknown ?? (values.length > 0 ? known(Math.max(...values)) : ABSENT);
}
