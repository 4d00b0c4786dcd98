import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import { InvalidInputError, parseInput } from "../model/problems";
import { fingerprint, type RestorePath } from "../model/restore-path";
import { AgentError, EXIT, messageOf } from "./errors";

/** The job's settings in `file`, checked. Whatever is wrong ends the run with EXIT.badInput before anything is touched. */
export async function readJob<S extends z.ZodType<{ restorePath: RestorePath; fingerprint: string }>>(
  file: string,
  schema: S,
): Promise<z.output<S>> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw badInput(`the settings ${file} cannot be read: ${messageOf(error)}; mount the job's ConfigMap there`);
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw badInput(`the settings ${file} are not JSON: ${messageOf(error)}`);
  }
  let job: z.output<S>;
  try {
    job = parseInput(schema, value, `the settings ${file}`);
  } catch (error) {
    if (error instanceof InvalidInputError) throw badInput(error.message);
    throw error;
  }
  const computed = fingerprint(job.restorePath);
  if (computed !== job.fingerprint) {
    throw badInput(
      `the settings ${file} name the fingerprint ${job.fingerprint}, but their restore path has ${computed}: ` +
        "they were edited by hand or written by another version of Restorable; deploy again with this agent's version",
    );
  }
  return job;
}

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
    throw badInput(
      `a secret is incomplete: ${problems.join("; ")}; the Secret mounted at ${folder} needs the keys ${keys.join(", ")}`,
    );
  }
  return values;
}

function badInput(message: string): AgentError {
  return new AgentError(message, EXIT.badInput);
}
