import { randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import type { KmsDeclaration } from "../../model/encryption";
import { layout, MANIFEST } from "../../model/layout";
import { ARTIFACT_NAMES, artifactKey, type Manifest } from "../../model/manifest";
import { diskProblem } from "../../runtime/disk";
import { ReportedError } from "../../runtime/errors";
import { formatBytes } from "../../runtime/format";
import { badInput } from "../command";
import type { Storage } from "./storages";

interface Fetching {
  folder: string;
  decrypt: boolean;
  identityFile?: string;
  /** The KMS key that opens it. */
  declared?: KmsDeclaration;
  signal: AbortSignal;
  /** Told of the plain files, by what they are, before anybody sees the folder; gives their names afterwards. */
  prepare: (folder: string, names: Record<string, string>) => Promise<Record<string, string>>;
  onStep: (text: string) => void;
}

export interface Fetched {
  /** The files by what they are, in the folder. */
  files: Record<string, string>;
  decrypted: boolean;
}

/** What the names of encrypted objects end in. */
const ENCRYPTED = ".age";

/**
 * Fetches a backup into `folder`, each object held against the manifest. Everything is written beside it first and
 * renamed at the end: the folder appears whole or not at all, and one that has something in it is left alone.
 */
export async function fetchBackup(storage: Storage, manifest: Manifest, how: Fetching): Promise<Fetched> {
  if (how.decrypt && !manifest.encryption)
    throw badInput(`the backup ${manifest.id} is not encrypted: leave out --identity and --decrypt`);
  const folder = resolve(how.folder);
  await mustBeFree(folder, how.folder);
  const temporary = join(dirname(folder), `.${basename(folder)}.unfinished-${randomBytes(4).toString("hex")}`);
  try {
    await mkdir(temporary, { recursive: true, mode: 0o700 });
    const names = await fetchInto(temporary, storage, manifest, how);
    const decrypted = how.decrypt ? await decryptIn(temporary, manifest, names, how) : names;
    const plain = how.decrypt || !manifest.encryption;
    const prepared = plain ? await how.prepare(temporary, decrypted) : decrypted;
    await rename(temporary, folder);
    const files = Object.entries(prepared).map(([what, name]) => [what, join(how.folder, name)]);
    return { files: Object.fromEntries(files), decrypted: how.decrypt };
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if (error instanceof ReportedError) throw error;
    throw new ReportedError(`the backup could not be written to ${how.folder}: ${diskProblem(error)}`);
  }
}

async function mustBeFree(folder: string, given: string): Promise<void> {
  const entries = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw badInput(`--to is ${given}: ${error.code === "ENOTDIR" ? "it is a file" : error.message}; name a new folder`);
  });
  if (entries.length > 0)
    throw badInput(`--to is ${given}, which has something in it: nothing is overwritten; name a new folder`);
}

/** Gives the files' names. */
async function fetchInto(folder: string, { store, prefix }: Storage, manifest: Manifest, { onStep }: Fetching) {
  const names: Record<string, string> = {};
  for (const name of ARTIFACT_NAMES) {
    const expected = manifest.artifacts[name];
    const key = artifactKey(prefix, manifest, name);
    names[name] = basename(key);
    onStep(`fetching ${names[name]}, ${formatBytes(expected.bytes)}`);
    const found = await store.download(key, join(folder, names[name]));
    if (found.bytes !== expected.bytes || found.sha256 !== expected.sha256)
      throw new ReportedError(
        `${key} in ${store.place} is not what its manifest says (${found.bytes} bytes, sha256 ${found.sha256.slice(0, 16)}…; ` +
          `expected ${expected.bytes}, ${expected.sha256.slice(0, 16)}…): this backup cannot be relied on; nothing was kept; use another`,
      );
  }
  names.manifest = MANIFEST;
  // As it is stored, to the letter: it can be held against another copy.
  const text = await store.readText(layout.backup(prefix, manifest.target, manifest.id) + MANIFEST);
  await writeFile(join(folder, MANIFEST), text);
  return names;
}

/** Puts the plain files in the place of the encrypted ones. */
async function decryptIn(folder: string, manifest: Manifest, names: Record<string, string>, how: Fetching) {
  const { encryption } = manifest;
  if (!encryption) return names;
  if (encryption.scheme === "age" && how.identityFile === undefined)
    throw badInput("this backup is encrypted with age: give --identity with the file of an identity that opens it");
  if (encryption.scheme === "kms" && how.declared === undefined)
    throw badInput(
      "this backup is encrypted with a KMS: give --kms-key with the key's ARN, as your own declaration names it and not as the " +
        `storage does, which says ${encryption.keyId}`,
    );
  const [{ openerFor }, { readIdentities }] = await Promise.all([
    import("../../encryption/decrypt"),
    import("../../encryption/identities"),
  ]);
  const opener = await openerFor(
    encryption,
    manifest,
    { declared: how.declared, readIdentities: () => readIdentities(how.identityFile ?? "") },
    how.signal,
  );
  const plain = { ...names };
  for (const name of ARTIFACT_NAMES) {
    const stored = names[name] ?? "";
    how.onStep(`decrypting ${stored}`);
    plain[name] = stored.endsWith(ENCRYPTED) ? stored.slice(0, -ENCRYPTED.length) : `${stored}.plain`;
    const { plaintext } = await opener.open(createReadStream(join(folder, stored)), stored);
    await pipeline(plaintext, createWriteStream(join(folder, plain[name])), { signal: how.signal });
    await rm(join(folder, stored));
  }
  return plain;
}
