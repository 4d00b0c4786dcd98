import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { debianSources } from "./debian";
import { LabError } from "./errors";
import { remove } from "./files";
import { cacheDir } from "./paths";
import { run } from "./run";

/**
 * Fetches a Debian package of the images' release and unpacks it, without installing it; `take` gets the folder with
 * its files, which is removed afterwards.
 */
export async function debianPackage(name: string, take: (root: string) => void | Promise<void>): Promise<void> {
  const samples = join(cacheDir, "sample");
  mkdirSync(samples, { recursive: true });
  const work = mkdtempSync(join(samples, `${name}.work-`));
  try {
    const root = join(work, "root");
    await run(["dpkg-deb", "--extract", await download(name, work), root]);
    await take(root);
  } finally {
    remove(work);
  }
}

/** apt with folders of its own: another suite than the machine's, and the machine's apt learns nothing of it. */
async function download(name: string, work: string): Promise<string> {
  const apt = join(work, "apt");
  for (const folder of ["lists/partial", "cache/archives/partial", "etc"])
    mkdirSync(join(apt, folder), { recursive: true });
  writeFileSync(join(apt, "status"), "");
  const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
  const sources = await debianSources(keyring);
  if (sources.length === 0) {
    throw new LabError("this machine's apt names no Debian mirror", {
      todo: "add one in /etc/apt, then apt-get update",
    });
  }
  writeFileSync(join(apt, "sources.list"), `${sources.join("\n")}\n`);
  const options = {
    "Dir::State": apt,
    "Dir::State::lists": join(apt, "lists"),
    "Dir::State::status": join(apt, "status"),
    "Dir::Cache": join(apt, "cache"),
    "Dir::Etc::sourcelist": join(apt, "sources.list"),
    "Dir::Etc::sourceparts": "-",
    "APT::Sandbox::User": "root",
  };
  const flags = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  const todo = "check that this machine's apt reaches Debian's mirrors";
  await run(["apt-get", ...flags, "update", "-qq"], { todo });
  await run(["apt-get", ...flags, "download", "-qq", name], { cwd: work, todo });
  const deb = readdirSync(work).find((file) => file.endsWith(".deb"));
  if (!deb) throw new LabError(`apt-get download ${name} gave no file`, { where: work });
  return join(work, deb);
}
