import { requireArtifacts } from "../../catalog/artifacts";
import type { BackupJob } from "../../model/job-config";
import { layout, MANIFEST } from "../../model/layout";
import { type Manifest, manifestSchema, parseManifest } from "../../model/manifest";
import { canonicalDigest } from "../../model/restore-path";
import { messageOf, ReportedError } from "../../runtime/errors";
import type { Store } from "../../store/store";
import { AGENT_VERSION } from "../version";
import type { Snapshot } from "./snapshot";
import type { Source } from "./source";

export interface Taken {
  id: string;
  startedAt: Date;
  source: Source;
  snapshot: Snapshot;
  pgDump: string;
  previous: Manifest["previous"];
  contents: Manifest["contents"];
  artifacts: Manifest["artifacts"];
  encryption?: Manifest["encryption"];
  excluded?: Manifest["excluded"];
  warnings?: string[];
}

export function manifestOf(job: BackupJob, taken: Taken, completedAt = new Date()): Manifest {
  const { source, snapshot } = taken;
  return manifestSchema.parse({
    version: 2,
    id: taken.id,
    environment: job.environment,
    stack: job.stack,
    target: job.target,
    restorePath: job.restorePath,
    fingerprint: job.fingerprint,
    server: {
      version: source.version,
      major: source.major,
      systemIdentifier: source.systemIdentifier,
      bootstrapSuperuser: source.bootstrapSuperuser,
      encoding: source.encoding,
      databaseBytes: source.databaseBytes,
      ...(source.settings ? { settings: source.settings } : {}),
      ...(source.tablespaces.length > 0 ? { tablespaces: source.tablespaces } : {}),
    },
    tools: { pgDump: taken.pgDump, agent: AGENT_VERSION },
    snapshot: { at: snapshot.at, lsn: snapshot.lsn },
    startedAt: taken.startedAt.toISOString(),
    completedAt: completedAt.toISOString(),
    keepUntil: new Date(completedAt.getTime() + job.retentionSeconds * 1000).toISOString(),
    artifacts: taken.artifacts,
    encryption: taken.encryption,
    excluded: taken.excluded,
    contents: taken.contents,
    previous: taken.previous,
    warnings: taken.warnings,
  } satisfies Manifest);
}

/**
 * Writes the manifest, once all that it names is there, and reads it back: a backup counts only when what anybody will
 * read says so.
 */
export async function writeManifest(
  store: Pick<Store, "putText" | "readText" | "size" | "place">,
  prefix: string,
  manifest: Manifest,
): Promise<void> {
  const key = layout.backup(prefix, manifest.target, manifest.id) + MANIFEST;
  await requireArtifacts(store, prefix, manifest);
  let failure: unknown;
  await store.putText(key, `${JSON.stringify(manifest, null, 1)}\n`).catch((error: unknown) => {
    failure = error; // it may have been written all the same, its answer lost: what is read decides
  });
  const text = await store.readText(key).catch((error: unknown) => {
    throw failure ?? error;
  });
  if (canonicalDigest(parseManifest(text, key)) !== canonicalDigest(manifest)) {
    throw new ReportedError(
      `the manifest ${key} reads differently from what was written${failure ? ` (${messageOf(failure)})` : ""}: ` +
        "the store cannot be relied on; look at its log, and run the backup again",
    );
  }
}
