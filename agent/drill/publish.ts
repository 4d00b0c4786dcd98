import { join } from "node:path";
import { claimedPredicate } from "../../model/claimed-evidence";
import { signStatement } from "../../model/dsse";
import { type DrillPredicate, drillStatement, evidenceConfigMapKey } from "../../model/evidence";
import { type DrillJob, SECRET_FOLDERS } from "../../model/job-config";
import { layout } from "../../model/layout";
import type { Manifest } from "../../model/manifest";
import { CLOCK_TOLERANCE_SECONDS } from "../../model/retention";
import { EXIT, messageOf, ReportedError } from "../../runtime/errors";
import { readSecret } from "../../runtime/secret-files";
import { openStore } from "../../store/open";
import type { Store } from "../../store/store";
import { type DataPatch, patchConfigMap } from "../cluster/config-map";

/** What signing and publishing need, read at the start: a drill whose proof could not be published would be for nothing. */
export interface Publisher {
  privateKey: string;
  store: Store;
}

export async function openPublisher(job: Pick<DrillJob, "evidenceStorage">): Promise<Publisher> {
  const secret = await readSecret(SECRET_FOLDERS.signing, ["private.pem"]);
  const privateKey = secret["private.pem"];
  try {
    signStatement({}, privateKey);
  } catch (error) {
    throw new ReportedError(
      `${join(SECRET_FOLDERS.signing, "private.pem")} cannot sign evidence: ${messageOf(error)}; it must be an Ed25519 key in PKCS #8 PEM`,
      EXIT.badInput,
    );
  }
  // Without the stop signal: a drill that is stopped still says so.
  return { privateKey, store: await openStore(job.evidenceStorage, SECRET_FOLDERS.evidence) };
}

/** Signs the evidence and puts it where people and the gate look: the store, and the drill's ConfigMap. Gives the object's key. */
export async function publish(
  { privateKey, store }: Publisher,
  job: DrillJob,
  predicate: DrillPredicate,
  manifest: Manifest | undefined,
): Promise<string> {
  const statement = drillStatement(predicate, manifest?.artifacts.database.key);
  const envelope = `${JSON.stringify(signStatement(statement, privateKey))}\n`;
  const backupId = manifest?.id ?? "no-backup";
  const key = `${layout.evidence(job.prefix, job.target, backupId)}${predicate.drill.id}.dsse.json`;
  const { namespace, name } = job.evidenceConfigMap;
  // Each copy's evidence stands under its own fingerprint.
  const mapKey = evidenceConfigMapKey(predicate.fingerprint);
  // Both are tried, whatever happens to the other.
  const results = await Promise.allSettled([
    store.putText(key, envelope),
    patchConfigMap(namespace, name, (present) => evidencePatch(present, mapKey, envelope, predicate)),
  ]);
  const problems = results.flatMap((result) => (result.status === "rejected" ? [messageOf(result.reason)] : []));
  if (problems.length > 0) throw new ReportedError(`the evidence could not be published: ${problems.join("; and ")}`);
  return key;
}

/** A ConfigMap holds 1 MiB, an envelope some 20 KiB: of earlier restore paths the newest are kept, for a rollback. */
const KEPT_PATHS = 10;

/** What changes in the ConfigMap: this evidence, unless a newer one is there, and what has become too old to be kept. */
export function evidencePatch(
  present: Record<string, string>,
  key: string,
  envelope: string,
  predicate: Pick<DrillPredicate, "drill" | "passed" | "backup">,
): DataPatch | undefined {
  if (isNewer(present[key], predicate)) return undefined;
  const others = Object.keys(present).filter((other) => other !== key);
  const age = (other: string) => claimedPredicate(present[other])?.drill.finishedAt ?? "";
  const old = others.sort((a, b) => age(b).localeCompare(age(a))).slice(KEPT_PATHS - 1);
  return { ...Object.fromEntries(old.map((other) => [other, null])), [key]: envelope };
}

/**
 * Whether `present` must stay: a drill that finished later made it, or it says that a newer backup failed, which no older
 * backup's success takes back. What cannot be read is no evidence, and neither is what a clock dated into the future: it
 * would stay until then.
 */
export function isNewer(
  present: string | undefined,
  predicate: Pick<DrillPredicate, "drill" | "passed" | "backup">,
): boolean {
  const other = claimedPredicate(present);
  if (!other) return false;
  const later = (a: string | undefined, b: string | undefined) =>
    a !== undefined && b !== undefined && Date.parse(a) > Date.parse(b);
  const latest = Date.parse(predicate.drill.finishedAt) + CLOCK_TOLERANCE_SECONDS * 1000;
  if (Date.parse(other.drill.finishedAt) > latest) return false;
  const takenBack = predicate.passed && !other.passed && later(other.backup?.snapshotAt, predicate.backup?.snapshotAt);
  return takenBack || later(other.drill.finishedAt, predicate.drill.finishedAt);
}
