import { evidenceKeys } from "../../catalog/evidence";
import { claimedPredicate } from "../../model/claimed-evidence";
import { openEnvelope } from "../../model/dsse";
import type { DrillPredicate } from "../../model/evidence";
import { timeOfId } from "../../model/layout";
import type { RestorePath } from "../../model/restore-path";
import { CLOCK_TOLERANCE_SECONDS } from "../../model/retention";
import type { Baseline } from "../../model/shrinkage";
import { targetId } from "../../model/target";
import type { Store } from "../../store/store";
import type { ChainSubject } from "./chain-head";

interface Sought {
  subject: ChainSubject;
  publicKey: string;
  /** What leaves out other tables has other rows. */
  restorePath: RestorePath;
  withinSeconds: number;
  now: Date;
}

/**
 * The backup of the last drill that passed, by this key's own evidence: in the ConfigMap, else in the storage. A drill that
 * failed leaves it as it is, so that a database that was emptied fails every drill and not the first alone.
 */
export async function baselineOf(
  data: Record<string, string>,
  store: Pick<Store, "list" | "readTextIfThere">,
  sought: Sought,
): Promise<Baseline | undefined> {
  const { subject, withinSeconds, now } = sought;
  const kept = Object.values(data).flatMap((text) => provenIn(text, sought) ?? []);
  const newest = kept.sort((a, b) => (a.drill.id < b.drill.id ? 1 : -1))[0];
  if (newest) return baselineIn(newest);
  const since = now.getTime() - withinSeconds * 1000;
  let keys: { key: string; drillId: string }[] = [];
  for await (const page of evidenceKeys(store, subject.prefix, subject.target))
    keys = [...keys, ...page.filter(({ backupId, drillId }) => backupId && timeOfId(drillId).getTime() >= since)];
  for (const { key } of keys.sort((a, b) => (a.drillId < b.drillId ? 1 : -1))) {
    const proven = provenIn((await store.readTextIfThere(key)) ?? "", sought);
    if (proven) return baselineIn(proven);
  }
  return undefined;
}

function baselineIn({ backup, contents }: DrillPredicate): Baseline | undefined {
  return backup && { backupId: backup.id, snapshotAt: backup.snapshotAt, rows: contents.rows };
}

/** What `text` says, when this key has signed it of a drill of this database that passed in time. */
function provenIn(text: string, { subject, publicKey, restorePath, withinSeconds, now }: Sought) {
  const said = claimedPredicate(text);
  if (!said?.passed || !said.backup || said.restorePath.kind === "external") return undefined;
  const { environment, stack, target } = subject;
  if (said.environment !== environment || said.stack !== stack || targetId(said.target) !== targetId(target))
    return undefined;
  const age = (now.getTime() - Date.parse(said.drill.finishedAt)) / 1000;
  if (age > withinSeconds || age < -CLOCK_TOLERANCE_SECONDS) return undefined;
  const leftOut = ({ backup }: RestorePath) => JSON.stringify([backup.excludeTables, backup.excludeTableData]);
  if (leftOut(said.restorePath) !== leftOut(restorePath)) return undefined;
  return openEnvelope(text, [publicKey]).ok ? said : undefined;
}
