import type { Command } from "commander";
import type { Evidence, EvidenceKey, Signature } from "../../../catalog/evidence";
import type { StoredBackup } from "../../../catalog/list";
import { describeExcluded, type ExcludedSummary, summarizeExcluded } from "../../../model/excluded";
import { timeOfId } from "../../../model/layout";
import { digestsOf } from "../../../model/manifest";
import type { Owner } from "../../../model/storage-identity";
import { type Target, targetId } from "../../../model/target";
import { EXIT, type ExitCode } from "../../../runtime/errors";
import { counted, formatBytes } from "../../../runtime/format";
import { answering, newCommand, positive } from "../../command";
import type { Connection } from "../../connection/connection";
import {
  type ConnectionOptions,
  type Copy,
  type JsonOption,
  withDatabase,
  withJson,
  withOffSite,
  withStorage,
} from "../../connection/options";
import type { Storage } from "../../connection/storages";
import { json } from "../../output/json";
import { formatTime, styleOf } from "../../output/style";
import type { World } from "../../world";

interface Options extends ConnectionOptions, JsonOption {
  limit: number;
  key?: string[];
}

/** One backup in what `--json` prints: `{"version": 1, "backups": [ListedBackup, …]}`. */
export interface ListedBackup {
  id: string;
  target: Target;
  /** Of its snapshot; of an unfinished one, when it was begun. */
  takenAt: string;
  bytes: number;
  state: StoredBackup["state"];
  /** It counts as damaged only because this version is too old to read its manifest. */
  newerVersion?: true;
  /** Why it is not good. */
  problem: string | null;
  keepUntil: string | null;
  /** What it leaves out, by its restore path's patterns. Only where there is something. */
  excluded?: ExcludedSummary;
  /** Its newest drill. */
  drilled: { result: "passed" | "failed"; drill: string; signature: Signature } | null;
  /** Where it is, good or not. */
  copies: Copy[];
}

export function listCommand(world: World): Command {
  const command = newCommand("list", {
    summary: "the backups that there are, newest first",
    examples: [
      "backup list --stack production",
      "backup list --stack production --database orders --limit 5 --json",
      "backup list --endpoint https://s3.example.com --bucket backups --credentials ~/keys/reader",
      "backup list --path /mnt/backups",
    ],
  })
    .option("--limit <count>", "at most so many of each database", positive("--limit"), 20)
    .option("--key <file...>", "public keys (PEM) whose signatures count, besides the stack's");
  return withOffSite(withStorage(withDatabase(withJson(command)))).action(
    answering((options: Options) => list(world, options)),
  );
}

async function list(world: World, options: Options): Promise<ExitCode> {
  const [{ Connection }, { ownersMeant }, { trustedKeys }] = await Promise.all([
    import("../../connection/connection"),
    import("../../connection/owners"),
    import("../../connection/evidence"),
  ]);
  const connection = new Connection(world, options);
  const keys = await trustedKeys(options.key, connection);
  const storages = await storagesOf(connection);
  const [primary] = storages as [Storage];
  const backups: ListedBackup[] = [];
  for (const { target } of await connection.databases(primary)) {
    const owners = await ownersMeant(connection, primary, target);
    backups.push(...(await listOne(storages, target, owners, options.limit, keys)));
  }
  if (options.json) world.out(json({ backups }));
  else world.out(await rendered(world, backups));
  return EXIT.good;
}

async function storagesOf(connection: Connection): Promise<Storage[]> {
  const primary = await connection.storage("primary", "reader");
  return (await connection.hasOffSite()) ? [primary, await connection.storage("off-site", "reader")] : [primary];
}

/** What all copies have of one database, newest first. A backup's state is that of the first copy that has it. */
async function listOne(
  storages: Storage[],
  target: Target,
  owners: Owner[] | undefined,
  limit: number,
  keys: string[],
): Promise<ListedBackup[]> {
  const { listBackups } = await import("../../../catalog/list");
  const { newestOfEach } = await import("../../connection/evidence");
  const found = new Map<string, { backup: StoredBackup; copies: Copy[] }>();
  for (const { copy, store, prefix } of storages) {
    for (const backup of await listBackups(store, prefix, target, owners)) {
      const known = found.get(backup.id);
      if (known) known.copies.push(copy);
      else found.set(backup.id, { backup, copies: [copy] });
    }
  }
  const shown = [...found.values()].sort((a, b) => (a.backup.id < b.backup.id ? 1 : -1)).slice(0, limit);
  const [primary] = storages as [Storage];
  const ids = shown.map(({ backup }) => backup.id);
  const drills = await newestOfEach(primary.store, primary.prefix, target, ids, keys);
  const { speaksOf } = await import("../../../catalog/evidence");
  return shown.map(({ backup, copies }) => {
    const drill = drills.get(backup.id);
    const drilled = drill?.signature === "refused" ? undefined : drill?.predicate?.backup;
    // Another manifest, roles or dump under the same id was not drilled.
    const isOther = drilled && !(backup.manifest && speaksOf(drilled, digestsOf(backup.manifest)));
    return listed(backup, copies, isOther ? undefined : drill);
  });
}

function listed(backup: StoredBackup, copies: Copy[], drill: (Evidence & EvidenceKey) | undefined): ListedBackup {
  const { id, target, bytes, state, newerVersion, problem = null, manifest } = backup;
  return {
    id,
    target,
    takenAt: manifest?.snapshot.at ?? timeOfId(id).toISOString(),
    bytes,
    state,
    ...(newerVersion ? { newerVersion } : {}),
    problem,
    keepUntil: manifest?.keepUntil ?? null,
    ...(manifest?.excluded ? { excluded: summarizeExcluded(manifest.excluded) } : {}),
    drilled: drill
      ? { result: drill.predicate?.passed ? "passed" : "failed", drill: drill.drillId, signature: drill.signature }
      : null,
    copies,
  };
}

async function rendered(world: World, backups: ListedBackup[]): Promise<string> {
  const { table } = await import("../../output/table");
  if (backups.length === 0) return "there is no backup";
  const style = styleOf(world);
  const several = new Set(backups.map(({ target }) => targetId(target))).size > 1;
  const rows = backups.map((backup) => [
    ...(several ? [targetId(backup.target)] : []),
    backup.id,
    formatTime(backup.takenAt),
    formatBytes(backup.bytes),
    backup.state === "good" ? style.good("good") : style.bad(backup.newerVersion ? "of a newer version" : backup.state),
    backup.keepUntil === null ? "-" : formatTime(backup.keepUntil),
    drilledText(backup, style),
    backup.copies.join(", "),
  ]);
  const columns = [
    ...(several ? [{ head: "database" }] : []),
    ...[{ head: "id" }, { head: "taken at" }, { head: "size", align: "right" as const }, { head: "state" }],
    ...[{ head: "kept until" }, { head: "drilled" }, { head: "copies" }],
  ];
  const problems = backups.flatMap(({ id, problem }) => (problem === null ? [] : [`${id}: ${problem}`]));
  const unchecked = backups.some(({ drilled }) => drilled?.signature === "unchecked")
    ? ["* its signature was not checked: no public key is known; give --key"]
    : [];
  const notes = [...problems, ...incomplete(backups), ...unchecked];
  return [table(columns, rows), ...(notes.length > 0 ? ["", ...notes] : [])].join("\n");
}

/** One line for all backups that leave out the same. */
function incomplete(backups: ListedBackup[]): string[] {
  const ids = new Map<string, string[]>();
  for (const { id, excluded } of backups) {
    if (excluded === undefined) continue;
    const text = describeExcluded(excluded);
    ids.set(text, [...(ids.get(text) ?? []), id]);
  }
  return [...ids].map(([text, of]) =>
    of.length === 1 ? `${of[0]}: ${text}` : `${of.at(-1)} to ${of[0]}, ${counted(of.length, "backup")}: ${text}`,
  );
}

function drilledText({ drilled, state }: ListedBackup, style: ReturnType<typeof styleOf>): string {
  if (drilled === null) return state === "foreign" ? "-" : style.warn("never");
  if (drilled.signature === "refused") return style.bad("not trusted");
  const mark = drilled.signature === "unchecked" ? "*" : "";
  return drilled.result === "passed" ? style.good(`passed${mark}`) : style.bad(`failed${mark}`);
}
