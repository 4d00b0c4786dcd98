import { layout, MANIFEST } from "../../model/layout";
import { type Manifest, parseManifest } from "../../model/manifest";
import { type Baseline, DEFAULT_SHRINKAGE, describeLimits, type Shrinkage, shrunk } from "../../model/shrinkage";
import { messageOf } from "../../runtime/errors";
import type { Store } from "../../store/store";
import type { Checks } from "./checks";

interface Compared {
  limits?: Shrinkage | undefined;
  /** What the signer knows of the last good drill. Absent: there was none in time. */
  baseline?: Baseline | undefined;
  /** Somebody has looked at it, and says that it is right. */
  accepted?: boolean | undefined;
  manifest: Manifest;
  /** The rows of the drilled backup, table by table. */
  counts: Record<string, string>;
  store: Pick<Store, "readTextIfThere">;
  prefix: string;
}

const HINT =
  "hint: look whether somebody has emptied the source; where that is right, run `restorable drill run --accept-shrinkage`, or raise " +
  "the limits in shrinkage of the RestoreDrill";

/** Holds the rows of the drilled backup against those of the last one whose drill passed. It says nothing of the backup itself. */
export async function checkShrinkage(
  checks: Checks,
  { limits = DEFAULT_SHRINKAGE, baseline, accepted, manifest, counts, store, prefix }: Compared,
): Promise<void> {
  if (limits.check === "off") return;
  const add = (passed: boolean, actual: string) =>
    checks.add("rows.shrinkage", "rows", passed, describeLimits(limits), actual);
  if (!baseline) return void add(true, "no backup to compare with: none was drilled with success in that time");
  if (baseline.snapshotAt > manifest.snapshot.at)
    return void add(true, `no backup to compare with: ${baseline.backupId}, the last one, is newer than this one`);
  const tables = await rowsOfTables(store, prefix, manifest, baseline.backupId);
  const before = { rows: baseline.rows, rowsByTable: typeof tables === "string" ? {} : tables };
  const found = shrunk(limits, before, counts);
  const unknown = typeof tables === "string" ? [`single tables could not be compared: ${tables}`] : [];
  const compared = `compared with ${baseline.backupId}`;
  if (found.length === 0) return void add(true, ["not shrunk", ...unknown, compared].join("; "));
  const told = [...found, ...unknown, compared].join("; ");
  if (accepted) add(true, `${told}; accepted by hand`);
  else add(false, `${told}; ${HINT}`);
}

/** The rows of the tables of an earlier backup, as its manifest says; or why they are not known. */
async function rowsOfTables(
  store: Pick<Store, "readTextIfThere">,
  prefix: string,
  { target }: Manifest,
  id: string,
): Promise<Record<string, number> | string> {
  const key = layout.backup(prefix, target, id) + MANIFEST;
  try {
    const text = await store.readTextIfThere(key);
    if (text === undefined) return "that backup was pruned";
    return parseManifest(text, key).contents.rowsByTable ?? "its manifest does not name them";
  } catch (error) {
    return messageOf(error);
  }
}
