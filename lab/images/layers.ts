import { mkdirSync, readdirSync, renameSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { inputsHash } from "../build/inputs";
import { readJson, remove, sha256File, writeIfChanged } from "../files";
import { imagesDir } from "../paths";
import type { Layer } from "./archive";
import { type TarEntry, writeTar } from "./tar";

/**
 * The layer made from these inputs: taken from the cache, or made by `make`, which writes a tar to the path it is
 * given. A layer is complete or not there: it is moved into place after its digest is known.
 */
export async function cachedLayer(
  name: string,
  inputs: readonly string[],
  make: (path: string) => Promise<void>,
): Promise<Layer> {
  const base = join(imagesDir, "layers", `${name}-${inputsHash([name, ...inputs])}`);
  const path = `${base}.tar`;
  const known = readJson<{ digest: string; size: number }>(`${base}.json`);
  if (known && statSync(path, { throwIfNoEntry: false })?.size === known.size) return { ...known, path };
  mkdirSync(join(imagesDir, "layers"), { recursive: true });
  const temporary = `${base}.tmp`;
  remove(temporary);
  await make(temporary);
  const layer = { digest: await sha256File(temporary), size: statSync(temporary).size };
  renameSync(temporary, path);
  writeIfChanged(`${base}.json`, JSON.stringify(layer));
  removeOlder(name, base);
  return { ...layer, path };
}

/** Earlier layers of this name serve nobody: what was imported from them is in containerd's own store. */
function removeOlder(name: string, base: string): void {
  const folder = dirname(base);
  const ofThisName = new RegExp(`^${name}-[0-9a-f]{16}\\.(tar|json)$`);
  for (const file of readdirSync(folder)) {
    if (ofThisName.test(file) && !file.startsWith(basename(base))) remove(join(folder, file));
  }
}

/** A layer of the given files. `inputs` says what is in the files that are taken from disk. */
export function filesLayer(name: string, inputs: readonly string[], entries: readonly TarEntry[]): Promise<Layer> {
  const described = entries.map((entry) => JSON.stringify({ ...entry, content: entry.content?.toString("base64") }));
  return cachedLayer(name, [...inputs, ...described], (path) => writeTar(path, entries));
}
