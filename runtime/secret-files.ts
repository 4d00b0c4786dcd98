import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { EXIT, messageOf, ReportedError } from "./errors";

/** The files named `keys` in a mounted Secret's folder. Missing and empty ones are named all at once. */
export async function readSecret<K extends string>(folder: string, keys: readonly K[]): Promise<Record<K, string>> {
  const values = {} as Record<K, string>;
  const problems: string[] = [];
  for (const key of keys) {
    const file = join(folder, key);
    try {
      values[key] = (await readFile(file, "utf8")).trim();
      if (values[key] === "") problems.push(`${file} is empty`);
    } catch (error) {
      problems.push(
        (error as NodeJS.ErrnoException).code === "ENOENT"
          ? `${file} is missing`
          : `${file} cannot be read: ${messageOf(error)}`,
      );
    }
  }
  if (problems.length > 0) {
    throw new ReportedError(
      `a secret is incomplete: ${problems.join("; ")}; the Secret mounted at ${folder} needs the keys ${keys.join(", ")}`,
      EXIT.badInput,
    );
  }
  return values;
}
