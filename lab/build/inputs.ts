import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { sha256 } from "../files";

/** Every file below a folder with its content, in an order that does not depend on the file system. */
export function filesBelow(folder: string): { path: string; content: string }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => ({ path: relative(folder, file), content: readFileSync(file, "utf8") }));
}

/**
 * The name of one build: the same inputs give the same name, any change gives another. Lengths are part of what is
 * hashed, so that no two different lists of inputs run together to the same text.
 */
export function inputsHash(inputs: readonly string[]): string {
  return sha256(inputs.map((input) => `${Buffer.byteLength(input)}:${input}`).join("")).slice(0, 16);
}
