import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { DRILL_FILES } from "../../model/job-config";
import { ReportedError } from "../../runtime/errors";
import { formatBytes } from "../../runtime/format";
import { connectSocket, endOnAbort, row } from "../postgres/connect";

const EVERY_MS = 3000;

/**
 * Ends the drill by `full` as soon as it holds more than the temporary storage that it was given on its node's disk. The
 * kubelet finds that out within a minute, and then kills the pod with a second's notice: no evidence would say why.
 */
export async function watchRoom(
  limitBytes: number,
  full: AbortController,
  { measure, signal }: { measure: () => Promise<number>; signal: AbortSignal },
  everyMs = EVERY_MS,
): Promise<void> {
  while (!signal.aborted) {
    // What cannot be measured now is measured the next time; the kubelet has the last word.
    const used = await measure().catch(() => 0);
    if (used > limitBytes) {
      full.abort(new ReportedError(fullText(used, limitBytes)));
      return;
    }
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

function fullText(used: number, limit: number): string {
  return (
    `ended, for its temporary storage is full (${formatBytes(used)} of ${formatBytes(limit)}; hint: give it more by ` +
    "temporaryStorage.size, or a volume by temporaryStorage.storageClass)"
  );
}

/** What lies on the drill's volume: what was fetched, and what the temporary server says of its own. */
export function roomOf(superuser: string, signal: AbortSignal, artifacts: string = DRILL_FILES.artifacts) {
  let server: Promise<Client> | undefined;
  return async (): Promise<number> => {
    const fetched = await folderBytes(artifacts);
    server ??= connectSocket(DRILL_FILES.socket, "template1", superuser).then((client) => {
      endOnAbort(client, signal);
      return client;
    });
    const restored = await server.then(serverBytes).catch(() => {
      // Not there yet, or restarted: the next time.
      server = undefined;
      return 0;
    });
    return fetched + restored;
  };
}

const BYTES = `SELECT ((SELECT coalesce(sum(pg_catalog.pg_database_size(oid)), 0) FROM pg_catalog.pg_database)
  OPERATOR(pg_catalog.+) (SELECT coalesce(sum(size), 0) FROM pg_catalog.pg_ls_waldir())
  OPERATOR(pg_catalog.+) (SELECT coalesce(sum(size), 0) FROM pg_catalog.pg_ls_tmpdir()))::text AS bytes`;

async function serverBytes(client: Client): Promise<number> {
  const { bytes } = await row<{ bytes: string }>(client, BYTES);
  return Number(bytes);
}

export async function folderBytes(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map(async (name) => (await stat(join(folder, name)).catch(() => undefined))?.size),
  );
  return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
}
