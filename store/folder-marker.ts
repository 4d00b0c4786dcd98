import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { EXIT, ReportedError } from "../runtime/errors";
import { codeOf } from "./file-errors";
import type { Volume } from "./volume";

/**
 * What says that a folder is a storage. Without it the volume is not mounted, and backups would go to the node's own
 * disk, from which nobody restores them. `evidence/` has one, too: a drill's pod has nothing else of the volume that it
 * may write to.
 */
export const MARKER = ".restorable-storage";

export const markerSchema = z.strictObject({
  version: z.literal(1),
  /** The same for all markers of one storage. */
  id: z.string().min(1),
});
export type Marker = z.infer<typeof markerSchema>;

/** The marker in `folder`, relative to the root; undefined when there is none. */
export async function readMarker(volume: Volume, folder: string): Promise<Marker | undefined> {
  const file = join(volume.file(folder), MARKER);
  return volume.attempt("open", "", async () => {
    let text: string;
    try {
      text = await volume.call(() => readFile(file, "utf8"));
    } catch (error) {
      if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
      throw error;
    }
    try {
      return markerSchema.parse(JSON.parse(text));
    } catch {
      throw new ReportedError(
        `${file} is not what this version of Restorable writes: it was damaged or written by a newer version; use that ` +
          "version, or, if it was damaged, delete it and run `restorable-agent storage-init`",
        EXIT.badInput,
      );
    }
  });
}

/**
 * Where one folder of a storage should be mounted alone, the whole storage must not be: objects would go to another place
 * than where they are looked for.
 */
export async function requireFolderAlone(volume: Volume, within: string): Promise<void> {
  if (within === "") return;
  const prefix = within.slice(0, within.lastIndexOf("/") + 1);
  if ((await readMarker(volume, `${within}/${prefix}backups`)) === undefined) return;
  throw new ReportedError(
    `${volume.file(within)} is the whole storage, and should be its folder ${within} alone: deploy NfsBackupStorage, whose ` +
      "volume for evidence is that folder",
    EXIT.badInput,
  );
}

/** The marker in `folder`; without one, what to do. */
export async function requireMarker(volume: Volume, folder: string): Promise<Marker> {
  const marker = await readMarker(volume, folder);
  if (marker) return marker;
  throw new ReportedError(
    `${join(volume.file(folder), MARKER)} is missing: either the volume is not mounted there, and what is stored would ` +
      "go to the node's own disk, or it was never initialised; look at the mount first, and if it is right, deploy " +
      "NfsBackupStorage or run `restorable-agent storage-init`",
    EXIT.badInput,
  );
}
