import { notCompared } from "../../model/comparison";
import { type Announcement, MAX_TEXT, type Outcome } from "../../model/drill-protocol";
import { recipientsOf } from "../../model/encryption";
import type { DrillPredicate } from "../../model/evidence";
import { summarizeExcluded } from "../../model/excluded";
import { type Manifest, manifestDigest } from "../../model/manifest";
import type { Compared } from "../../model/share";
import type { EvidenceStorage } from "../../model/storage-identity";
import { oneLine } from "../../model/text";
import type { Stages } from "../../runtime/stages";
import type { Checks } from "./checks";
import { measuredRpo } from "./objectives";

/** What a drill has found so far: kept outside its steps, so that it can be told also of a drill that broke off. */
export interface Progress {
  manifest?: Manifest;
  storage?: EvidenceStorage;
  rtoSeconds?: number;
  contents: { tables: number; rows: number };
  compared?: Compared;
}

/** What the agent tells the signer: nothing of whose drill it is, nor when, nor what to think of it. */
export function outcomeOf(
  announced: Announcement,
  { manifest, storage, rtoSeconds, contents, compared }: Progress,
  checks: Checks,
  stages: Pick<Stages, "done" | "failed">,
  error: string | undefined,
): Outcome {
  const startedAt = new Date(announced.startedAt);
  return {
    version: 1,
    storage,
    backup: manifest && drilledBackup(manifest),
    ...inPlainLines({
      error,
      stages: stages.done,
      failedStage: stages.failed,
      checks: checks.results,
      excluded: manifest?.excluded && summarizeExcluded(manifest.excluded),
    }),
    // Of a copy that was never there, nothing was.
    notCompared:
      contents.tables > 0 || checks.results.some(({ point }) => point === "schema") ? [...notCompared] : undefined,
    contents,
    compared,
    measured: {
      rpoSeconds: manifest ? measuredRpo(manifest, announced.copy, startedAt) : 0,
      rtoSeconds: Math.max(0, rtoSeconds ?? (Date.now() - startedAt.getTime()) / 1000),
    },
  };
}

/** The backup as evidence names it: everything that is restored, by digest. */
function drilledBackup(manifest: Manifest): NonNullable<DrillPredicate["backup"]> {
  const { id, snapshot, completedAt, artifacts, server, encryption, warnings } = manifest;
  return {
    ...{ id, snapshotAt: snapshot.at, completedAt, bytes: artifacts.database.bytes },
    sha256: artifacts.database.sha256,
    roles: artifacts.roles.sha256,
    facts: artifacts.facts.sha256,
    manifest: manifestDigest(manifest),
    systemIdentifier: server.systemIdentifier,
    recipients: recipientsOf(encryption),
    warnings: warnings && inPlainLines(warnings),
  };
}

/** `value` with every text in it as one plain line: names and messages come from the database, and may hold anything. */
function inPlainLines<T>(value: T): T {
  if (typeof value === "string") return oneLine(value.toWellFormed(), MAX_TEXT).toWellFormed() as T;
  if (Array.isArray(value)) return value.map(inPlainLines) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inPlainLines(inner)])) as T;
}
