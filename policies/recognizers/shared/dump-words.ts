/** What tells that something backs up PostgreSQL, from the words in it. */

const DUMP = /(?<![\w-])(pg_dumpall|pg_dump|pg_basebackup)(?![\w-])/;
const POSTGRES = /postgres|pgsql|cnpg|(?<![a-z])pg(?![a-z])/i;

/** Every string in `value`, however deep; what is unknown says nothing. */
export function stringsIn(value: unknown, found: string[] = []): string[] {
  if (typeof value === "string") found.push(value);
  else if (typeof value === "object" && value !== null)
    for (const inner of Object.values(value)) stringsIn(inner, found);
  return found;
}

/** The program in `value` that dumps PostgreSQL, if there is one. */
export function dumpProgram(value: unknown): string | undefined {
  return stringsIn(value)
    .map((text) => DUMP.exec(text)?.[1])
    .find(Boolean);
}

export function namesPostgres(value: unknown): boolean {
  return stringsIn(value).some((text) => POSTGRES.test(text));
}
