import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { isRemoved } from "../../catalog/removed";
import { type Facts, OtherFactsError, parseFacts } from "../../model/facts";
import { DRILL_FILES } from "../../model/job-config";
import { ARTIFACT_NAMES, artifactKey, type Manifest } from "../../model/manifest";
import { messageOf, ReportedError } from "../../runtime/errors";
import { formatCount } from "../../runtime/format";
import { NotFoundError } from "../../store/errors";
import type { Store } from "../../store/store";
import type { Checks } from "./checks";
import { type ArtifactFiles, ENCRYPTED_SUFFIX } from "./decrypt";

export interface Artifacts {
  dump: string;
  roles: string;
  facts: Facts;
}

/**
 * Fetches the backup's objects as they are stored, and holds each against the manifest: one check each. Throws when one
 * is not as it says, or could not be fetched, which says nothing of the backup.
 */
export async function fetchArtifacts(
  store: Pick<Store, "download" | "readTextIfThere">,
  prefix: string,
  manifest: Manifest,
  checks: Checks,
  folder: string = DRILL_FILES.artifacts,
): Promise<ArtifactFiles> {
  await mkdir(folder, { recursive: true });
  const suffix = manifest.encryption ? ENCRYPTED_SUFFIX : "";
  const files = {
    database: join(folder, `database.dump${suffix}`),
    roles: join(folder, `roles.sql${suffix}`),
    facts: join(folder, `facts.json${suffix}`),
  };
  const troubles: unknown[] = [];
  const results = await Promise.all(
    ARTIFACT_NAMES.map(async (name) => {
      const stored = manifest.artifacts[name];
      const key = artifactKey(prefix, manifest, name);
      const expected = `${key} with ${describe(stored)}`;
      return checks.try(`artifact.${name}`, "artifact", expected, async () => {
        const found = await store.download(key, files[name]).catch(async (error: unknown) => {
          troubles.push(error);
          // Gone is something else than removed together with its manifest: then nothing is known of the backup.
          if (error instanceof NotFoundError && !(await isRemoved(store, prefix, manifest.target, manifest.id)))
            return error.message;
          throw error;
        });
        if (typeof found === "string") return { passed: false, actual: found };
        const passed = found.bytes === stored.bytes && found.sha256 === stored.sha256;
        return { passed, actual: passed ? describe(found) : `${describe(found)}: ${whatHappened(stored, found)}` };
      });
    }),
  );
  const failed = results.filter((result) => !result.passed).length;
  if (failed === 0) return files;
  const lost = troubles.find((error) => error instanceof NotFoundError);
  if (lost && (await isRemoved(store, prefix, manifest.target, manifest.id)))
    throw new ReportedError(
      `the backup ${manifest.id} was removed while it was fetched, by pruning or by hand: nothing is known of it; drill another`,
    );
  // Another one says something of the way to the backup, or of the drill's disk, and nothing of the backup.
  if (!lost && troubles.length === failed) throw troubles[0];
  throw new ReportedError("the stored backup is not what its manifest says: it cannot be relied on; take a new backup");
}

/** What a restore needs, of files that are decrypted where they were encrypted. */
export async function readArtifacts(files: ArtifactFiles, manifest: Manifest): Promise<Artifacts> {
  return {
    dump: files.database,
    roles: files.roles,
    facts: await readFacts(files.facts, manifest),
  };
}

/** Everything fetched goes away, whatever happened. */
export async function removeArtifacts(folder: string = DRILL_FILES.artifacts): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

async function readFacts(file: string, { artifacts, tools }: Manifest): Promise<Facts> {
  const { key } = artifacts.facts;
  try {
    return parseFacts(await readFile(file, "utf8"));
  } catch (error) {
    if (error instanceof OtherFactsError)
      throw new ReportedError(
        `the recorded facts ${key} cannot be compared: ${error.message}; nothing is known of the backup. ` +
          `hint: drill it with the agent image that took it (version ${tools.agent}), or take a new backup`,
      );
    throw new ReportedError(
      `the recorded facts ${key} cannot be read, though their digest is right: ${messageOf(error)}; use the agent version that took the backup`,
    );
  }
}

function describe(object: { bytes: number; sha256: string }): string {
  return `${formatCount(object.bytes)} bytes, sha256 ${object.sha256.slice(0, 16)}…`;
}

function whatHappened(stored: { bytes: number }, found: { bytes: number }): string {
  if (found.bytes < stored.bytes)
    return `${formatCount(stored.bytes - found.bytes)} bytes are missing, it was cut off or replaced`;
  if (found.bytes > stored.bytes) return "it is longer, it was replaced";
  return "its content was changed or corrupted";
}
