import assert from "node:assert/strict";
import fs from "node:fs/promises";
import { mock } from "node:test";
import { messageOf, ReportedError } from "../../../runtime/errors";
import { MARKER } from "../../../store/folder-marker";
import type { FolderStore } from "../../../store/folder-store";
import { Volumes } from "./volumes";

/** What the tests of a folder as a store have in common. */

export const KEY = "backups/app/orders/shop/20261121T020000Z-0001/database.dump";

export async function* chunks(...all: (Buffer | string)[]): AsyncGenerator<Buffer> {
  for (const chunk of all) yield Buffer.from(chunk);
}

export async function listed(store: FolderStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const page of store.list(prefix)) keys.push(...page.map(({ key }) => key));
  return keys;
}

/** What it was refused with. Anything but an error for people is a failure of its own. */
export async function refused(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof ReportedError, `no error for people: ${messageOf(error)}`);
    return error.message;
  }
  throw new Error("it was accepted");
}

/** All files under `folder` but the markers. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory() && entry.name !== MARKER).map((entry) => entry.name);
}

/** A volume that is a store, for one test. */
export async function freshFolder(): Promise<{ volumes: Volumes; root: string; store: FolderStore }> {
  const volumes = await Volumes.make();
  const root = await volumes.plain("volume");
  return { volumes, root, store: await volumes.store(root) };
}

/** Ends what a test mocked, and its volumes. */
export async function clear(volumes: Volumes): Promise<void> {
  mock.restoreAll();
  await volumes.clear();
}
