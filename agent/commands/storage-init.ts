import { Command } from "commander";
import { prefixSchema } from "../../model/job-config";
import { STORAGE_FOLDERS } from "../../model/storage-access";
import { EXIT, ReportedError } from "../../runtime/errors";
import { formatBytes } from "../../runtime/format";
import { newRun } from "../../runtime/run";
import { stopSignal } from "../../runtime/signals";
import { withExitCodes } from "./command";

interface Options {
  folder: string;
  prefix: string;
}

/** The one command that makes a storage out of a volume; all others refuse what it has not marked. */
async function storageInit({ folder, prefix }: Options): Promise<void> {
  if (!prefixSchema.safeParse(prefix).success)
    throw new ReportedError(`--prefix "${prefix}" must be empty or end in a slash`, EXIT.badInput);
  const { initialiseFolder } = await import("../../store/folder-init");
  const { stages, signal, say } = newRun(stopSignal());
  const { id, made } = await stages.run("volume", async (note) => {
    const result = await initialiseFolder(folder, { prefix, signal });
    note(`${formatBytes(result.free)} free`);
    return result;
  });
  say(`${folder} ${made ? "is now" : "was already"} the storage ${id}`);
}

export const storageInitCommand = withExitCodes(new Command("storage-init"))
  .description(
    "Makes a mounted volume a storage: marks it, makes its folders, and tries writing, syncing, renaming and deleting. Safe to repeat.",
  )
  .option("--folder <path>", "where the volume is mounted", STORAGE_FOLDERS.storage)
  .option("--prefix <prefix>", "the storage's prefix: empty or ending in a slash", "")
  .action(storageInit);
