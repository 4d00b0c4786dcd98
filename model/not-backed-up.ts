import { z } from "zod";

/**
 * What a team knows to be missing from its backups (`notBackedUp` of LogicalBackup): names as the refusal gives them, such
 * as `function pg_catalog.hello(integer)`. `*` stands for any characters, everything else for itself.
 */
export const notBackedUpSchema = z.array(z.string().min(1).max(500)).max(100);

export function covers(pattern: string, name: string): boolean {
  const source = pattern
    .split("*")
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${source}$`, "s").test(name);
}
