import { readFile } from "node:fs/promises";
import type { z } from "zod";
import { InvalidInputError, parseInput } from "../model/problems";
import { fingerprint, type RestorePath } from "../model/restore-path";
import { EXIT, messageOf, ReportedError } from "../runtime/errors";

/** The part of a job's settings that must agree with itself; only backups and drills have it. */
interface Declared {
  version: number;
  restorePath?: RestorePath;
  fingerprint?: string;
  offSite?: { restorePath: RestorePath; fingerprint: string };
}

/** The job's settings in `file`, checked. Whatever is wrong ends the run with EXIT.badInput before anything is touched. */
export async function readJob<S extends z.ZodType<Declared>>(file: string, schema: S): Promise<z.output<S>> {
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
  for (const { restorePath, fingerprint: named } of [job, ...(job.offSite ? [job.offSite] : [])]) {
    if (restorePath === undefined) continue;
    const computed = fingerprint(restorePath);
    if (computed === named) continue;
    throw badInput(
      `the settings ${file} name the fingerprint ${named}, but their restore path has ${computed}: ` +
        "they were edited by hand or written by another version of Restorable; deploy again with this agent's version",
    );
  }
  return job;
}

function badInput(message: string): ReportedError {
  return new ReportedError(message, EXIT.badInput);
}
