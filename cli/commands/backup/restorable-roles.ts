import { randomBytes } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseRoles } from "../../../model/roles-script/parse";
import { renderScript } from "../../../model/roles-script/render";
import { oneLine } from "../../../model/text";
import { messageOf } from "../../../runtime/errors";

/** What the name of a script ends in that nobody should run. */
const REFUSED = ".refused";

/** The script of roles as a person gets it. */
export interface RolesFile {
  name: string;
  /** Why it stayed as it was stored, under a name of its own. */
  refused?: string;
}

/**
 * Writes the script of roles `name` in `folder` anew, from what it says: psql takes commands for itself from a script, and
 * this one comes from a storage. One that says more than roles is left as it is, and must not be run.
 */
export async function restorableRoles(folder: string, name: string): Promise<RolesFile> {
  const file = join(folder, name);
  try {
    const statements = parseRoles(await readFile(file, "utf8"));
    await writeFile(file, renderScript(statements, randomBytes(32).toString("hex")));
    return { name };
  } catch (error) {
    await rename(file, file + REFUSED);
    return { name: name + REFUSED, refused: oneLine(messageOf(error), 300) };
  }
}
