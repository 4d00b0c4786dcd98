import { z } from "zod";
import { fits, namePatternField, parseNamePattern } from "./patterns";

/**
 * Which of a server's databases ought to have backups: those that `include` fits and `exclude` does not. One that is
 * neither backed up here nor named in `declared` was forgotten, or made by hand.
 */
export const coverageSchema = z.strictObject({
  include: z.array(namePatternField).min(1),
  exclude: z.array(namePatternField),
  declared: z.array(z.string().min(1)),
});
export type Coverage = z.infer<typeof coverageSchema>;

/** Every cluster has it, to connect to and with nothing in it: it counts only where a pattern spells its name out. */
const MAINTENANCE_DATABASE = "postgres";

/** Those of `databases` that ought to have backups and have none. `own` is the one that is backed up here. */
export function uncovered(databases: string[], own: string, { include, exclude, declared }: Coverage): string[] {
  const included = include.map(parseNamePattern);
  const excluded = exclude.map(parseNamePattern);
  return databases.filter(
    (name) =>
      name !== own &&
      !declared.includes(name) &&
      !excluded.some((pattern) => fits(pattern, name)) &&
      included.some((pattern) => (name === MAINTENANCE_DATABASE ? pattern === name : fits(pattern, name))),
  );
}
