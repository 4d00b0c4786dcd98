import { randomBytes } from "node:crypto";
import { stat, statfs } from "node:fs/promises";
import { messageOf } from "../../runtime/errors";
import { FolderStore } from "../../store/folder-store";
import { broken, type Finding, kept, unknown } from "./probe";

/** The least that a volume must have free, as a part of it. */
const LEAST_FREE = 0.05;

/** What a folder on a volume, such as an NFS export, keeps. By the promise's id. */
export function folderProbes(root: string, prefix: string): Record<string, () => Promise<Finding>> {
  const key = `${prefix}backups/.restorable-check/${randomBytes(6).toString("hex")}/tried`;
  return {
    reachable: async () => {
      try {
        const store = await FolderStore.open(root);
        await store.folders(`${prefix}backups/`);
        return kept("the volume is mounted and can be listed");
      } catch (error) {
        return broken(messageOf(error), "repair that first: nothing else was tried");
      }
    },
    "durable-writes": async () => {
      const store = await FolderStore.open(root);
      let text: string;
      try {
        await store.putText(key, "first");
        await store.putText(key, "written, synced and renamed");
        text = await store.readText(key);
      } finally {
        await store.remove(key);
      }
      if (text !== "written, synced and renamed")
        return broken("a file was read back with other bytes", "look at the server's disk and its log");
      if ((await store.readTextIfThere(key)) !== undefined)
        return broken("a file that was deleted is still there", "look at the mount's caching options");
      return kept("a file was written, synced, renamed over another, read back and deleted");
    },
    "closed-folder": async () => {
      const mode = (await stat(root)).mode & 0o777;
      const shown = mode.toString(8).padStart(3, "0");
      return (mode & 0o007) === 0
        ? kept(`its mode is ${shown}`)
        : broken(`its mode is ${shown}: other users of the server may enter it`, `chmod o= ${root}`);
    },
    "free-space": async () => {
      const { blocks, bavail, bsize } = await statfs(root);
      if (blocks === 0) return unknown("the file system does not tell its size");
      const free = `${Math.round((bavail * bsize) / 1e9)} of ${Math.round((blocks * bsize) / 1e9)} GB are free`;
      return bavail / blocks >= LEAST_FREE ? kept(free) : broken(free, "free or add space");
    },
  };
}
