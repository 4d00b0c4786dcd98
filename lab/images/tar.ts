import { createReadStream, createWriteStream, statSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** One member of a tar archive. Times are always the epoch, so that the same content gives the same bytes. */
export interface TarEntry {
  /** Path without a leading slash. */
  path: string;
  /** Bytes of a file, or the file on disk to take them from; neither for a folder or a link. */
  content?: Buffer | string;
  file?: string;
  symlink?: string;
  folder?: boolean;
  mode?: number;
  uid?: number;
  gid?: number;
}

const blockSize = 512;

function octal(value: number, length: number): string {
  return `${value.toString(8).padStart(length - 1, "0")}\0`;
}

function header(entry: TarEntry, path: string, size: number): Buffer {
  const block = Buffer.alloc(blockSize);
  const type = entry.folder ? "5" : entry.symlink !== undefined ? "2" : "0";
  const { name, prefix } = splitPath(path);
  if (Buffer.byteLength(entry.symlink ?? "") > 100) throw new Error(`link target too long for a tar: ${entry.symlink}`);
  block.write(name, 0);
  block.write(octal(entry.mode ?? (entry.folder ? 0o755 : entry.symlink !== undefined ? 0o777 : 0o644), 8), 100);
  block.write(octal(entry.uid ?? 0, 8), 108);
  block.write(octal(entry.gid ?? 0, 8), 116);
  block.write(octal(size, 12), 124);
  block.write(octal(0, 12), 136);
  block.write("        ", 148); // the checksum counts as spaces while it is computed
  block.write(type, 156);
  block.write(entry.symlink ?? "", 157);
  block.write("ustar\x0000", 257);
  block.write(prefix, 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

/** The ustar format holds 100 bytes of name, and 155 more before a slash. */
function splitPath(path: string): { name: string; prefix: string } {
  if (Buffer.byteLength(path) <= 100) return { name: path, prefix: "" };
  const at = path.indexOf("/", path.length - 101);
  const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
  if (at < 0 || Buffer.byteLength(prefix) > 155 || name === "") throw new Error(`path too long for a tar: ${path}`);
  return { name, prefix };
}

/** The bytes of a tar archive, piece by piece: a layer of hundreds of megabytes never sits in memory. */
export async function* tarBytes(entries: readonly TarEntry[]): AsyncGenerator<Buffer> {
  for (const entry of entries) {
    const path = entry.folder && !entry.path.endsWith("/") ? `${entry.path}/` : entry.path;
    if (entry.file !== undefined) {
      const { size } = statSync(entry.file);
      yield header(entry, path, size);
      for await (const chunk of createReadStream(entry.file, { highWaterMark: 4 << 20 })) yield chunk as Buffer;
      yield padding(size);
    } else {
      const content = Buffer.from(entry.content ?? "");
      yield header(entry, path, content.length);
      yield content;
      yield padding(content.length);
    }
  }
  yield Buffer.alloc(2 * blockSize);
}

function padding(size: number): Buffer {
  return Buffer.alloc((blockSize - (size % blockSize)) % blockSize);
}

export function tarStream(entries: readonly TarEntry[]): Readable {
  return Readable.from(tarBytes(entries), { objectMode: false });
}

export async function writeTar(path: string, entries: readonly TarEntry[]): Promise<void> {
  await pipeline(tarStream(entries), createWriteStream(path));
}
