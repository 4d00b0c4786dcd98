import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { readJson, writeIfChanged } from "../files";
import { containerdSocket, imagesFile } from "../paths";
import { run } from "../run";
import { archiveEntries, type Image } from "./archive";
import { tarStream } from "./tar";

/** Names that other programs use for the lab's images; the values are references that pods can name. */
export interface ImageRefs {
  postgres: string;
  postgresNoCitext: string;
  operator: string;
  versitygw: string;
  minio: string;
  coredns: string;
  busybox: string;
  pause: string;
  /** Absent until an agent bundle was given. */
  agent?: string;
}

/** containerd's own command, at the lab's containerd and in the namespace that kubelet uses. */
const ctr = ["ctr", "-a", containerdSocket, "-n", "k8s.io"];

/** Gives the image to the lab's containerd unless it has it. True when it was imported. */
export async function importImage(image: Image): Promise<boolean> {
  const named = (await run([...ctr, "images", "list", "-q"])).split("\n");
  if (named.includes(image.ref)) return false;
  const blobs = (await run([...ctr, "content", "list", "-q"])).split("\n");
  const present = new Set(blobs.map((blob) => blob.replace(/^sha256:/, "")));
  await run([...ctr, "images", "import", "-"], {
    input: tarStream(archiveEntries(image, present)),
    todo: "see whether the disk is full; `clean`, then `up`, starts from nothing",
  });
  return true;
}

export function readImages(): Partial<ImageRefs> {
  return readJson<Partial<ImageRefs>>(imagesFile) ?? {};
}

/** Notes references for other programs, beside those noted before. */
export function recordImages(refs: Partial<ImageRefs>): void {
  mkdirSync(dirname(imagesFile), { recursive: true });
  writeIfChanged(imagesFile, `${JSON.stringify({ ...readImages(), ...refs }, undefined, 2)}\n`);
}
