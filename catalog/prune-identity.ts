import type { Decision, RetainedBackup } from "../model/retention";
import { describeOwner, type Owner, type StorageOwner } from "../model/storage-identity";
import { type Target, targetId } from "../model/target";
import { counted } from "../runtime/format";
import { type OwnedFolder, readOwner, requireOwner } from "./ownership";

/** The folder's marker; undefined where there is none. Throws where the folder is another's. */
export async function markerOf(folder: OwnedFolder, owner: Owner): Promise<StorageOwner | undefined> {
  return (await readOwner(folder)) && requireOwner(folder, owner);
}

type Identified = Decision<RetainedBackup & { problem?: string; systemIdentifier?: string }>;

interface Identity {
  target: Target;
  marker: StorageOwner | undefined;
}

/**
 * Why nothing goes although something would: it is not sure whose the backups are. Pruning writes no marker, as it would
 * then decide by its own word. And where two stacks write to one folder, one of them is in the wrong place: which of the
 * backups somebody will need, no rule can tell.
 */
export function whyNotOwn(
  decisions: readonly Identified[],
  { target, owner, marker }: Identity & { owner: Owner },
): string | undefined {
  const foreign = decisions.filter(({ backup }) => backup.state === "foreign");
  const [first] = foreign;
  if (first)
    return (
      `${foreign.length} of ${counted(decisions.length, "backup")} of ${targetId(target)} here ${foreign.length === 1 ? "does" : "do"} not belong to ` +
      `the ${describeOwner(owner)} (${first.backup.id}: ${first.backup.problem}): two stacks mean the same folder, and nothing is ` +
      "removed. Give one of them another bucket or prefix, and move its backups there; or, if all of it is one database's, " +
      "run `restorable storage adopt`"
    );
  if (marker === undefined && decisions.some(({ keep }) => !keep))
    return (
      `no marker says whose the backups of ${targetId(target)} are, as an earlier version wrote none: nothing is removed; ` +
      "the next backup, or of an off-site storage the next copy, writes it"
    );
  return undefined;
}

/**
 * Why nothing goes when the good backups are not all of one server, and nobody has said that this is right. A cluster that
 * was made anew under its old name begins empty: its backups are good, newer, and not what somebody will look for.
 */
export function otherServer(decisions: readonly Identified[], { target, marker }: Identity): string | undefined {
  const good = decisions.map(({ backup }) => backup).filter(({ state }) => state === "good");
  // Those of the first version do not say it: they count as the first one's that is known.
  const first = good.find(({ systemIdentifier }) => systemIdentifier)?.systemIdentifier;
  const taken = good.map(({ id, systemIdentifier = first }) => ({ id, server: systemIdentifier }));
  const server = taken.at(-1)?.server;
  const others = taken.filter((backup) => backup.server !== server);
  const [newest, last] = [taken.find((backup) => backup.server === server), others.at(-1)];
  if (!newest || !last || marker?.adopted.some(({ systemIdentifier }) => systemIdentifier === server)) return undefined;
  return (
    `the newest backup of ${targetId(target)} comes from the server with the system identifier ${server} (since ${newest.id}), ` +
    `and ${counted(others.length, "good backup")} from another (${last.id}: ${last.server}): the cluster was made anew under its ` +
    "old name, and what is newer may hold less. Nothing is removed. Look at what the new one holds; then, if it goes on " +
    "where the old one ended, run `restorable storage adopt`; if not, give it another bucket or prefix"
  );
}
