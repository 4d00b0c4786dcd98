import { execFileSync } from "node:child_process";
import { constants } from "node:fs";
import { mkdir, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initialiseFolder } from "../../../store/folder-init";
import { FolderStore } from "../../../store/folder-store";
import type { VolumeOptions } from "../../../store/volume";

/** Folders, and small real volumes where the tests may mount, that go away after each test. */
export class Volumes {
  private readonly mounted: string[] = [];
  private constructor(readonly folder: string) {}

  static async make(): Promise<Volumes> {
    return new Volumes(await mkdtemp(join(tmpdir(), "folder-store-")));
  }

  /** Whether this process may mount: the tests that need it say that they were left out. */
  static mayMount(): boolean {
    if (process.getuid?.() !== 0) return false;
    try {
      execFileSync("unshare", ["-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  }

  async plain(name: string): Promise<string> {
    const root = join(this.folder, name);
    await mkdir(root, { recursive: true });
    return root;
  }

  /** A volume of its own, in memory. */
  async tmpfs(name: string, options: string): Promise<string> {
    const root = await this.plain(name);
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", root]);
    this.mounted.push(root);
    return root;
  }

  remount(root: string, options: string): void {
    execFileSync("mount", ["-o", `remount,${options}`, root]);
  }

  /** The store in a folder that was initialised. */
  async store(root: string, options: VolumeOptions = {}): Promise<FolderStore> {
    await initialiseFolder(root, { prefix: "", mounted: false });
    return FolderStore.open(root, options);
  }

  /** A pipe in place of a file: whoever opens it waits for the other end, as for a server that is away. */
  pipe(file: string): void {
    execFileSync("mkfifo", [file]);
  }

  /** Ends the waiting of all that opened the pipe. */
  async release(file: string): Promise<void> {
    const handle = await open(file, constants.O_RDWR | constants.O_NONBLOCK);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await handle.close();
  }

  async clear(): Promise<void> {
    for (const root of this.mounted.splice(0)) execFileSync("umount", [root]);
    await rm(this.folder, { recursive: true, force: true });
  }
}
