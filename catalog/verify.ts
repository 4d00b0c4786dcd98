import { createHash } from "node:crypto";
import { ARTIFACT_NAMES, type ArtifactName, artifactKey, type Manifest } from "../model/manifest";
import { messageOf, ReportedError } from "../runtime/errors";
import { formatCount } from "../runtime/format";
import type { Store } from "../store/store";

/** One object of a backup, held against its manifest. */
export interface VerifiedArtifact {
  name: ArtifactName;
  key: string;
  good: boolean;
  /** Of what was read. */
  bytes: number;
  /** What is wrong with it. */
  problem?: string;
}

/**
 * Reads every object of a backup to its end, and compares size and SHA-256 with the manifest. Nothing is written. An
 * object that is missing or cannot be read is not good, either; `onBytes` hears of each chunk.
 */
export async function verifyBackup(
  store: Pick<Store, "read">,
  prefix: string,
  manifest: Manifest,
  onBytes: (count: number) => void = () => undefined,
): Promise<VerifiedArtifact[]> {
  const results: VerifiedArtifact[] = [];
  for (const name of ARTIFACT_NAMES) results.push(await verifyArtifact(store, prefix, manifest, name, onBytes));
  return results;
}

async function verifyArtifact(
  store: Pick<Store, "read">,
  prefix: string,
  manifest: Manifest,
  name: ArtifactName,
  onBytes: (count: number) => void,
): Promise<VerifiedArtifact> {
  const expected = manifest.artifacts[name];
  const key = artifactKey(prefix, manifest, name);
  const hash = createHash("sha256");
  let bytes = 0;
  try {
    for await (const chunk of (await store.read(key)) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      hash.update(chunk);
      onBytes(chunk.length);
    }
  } catch (error) {
    const problem = error instanceof ReportedError ? error.message : `${key} cannot be read: ${messageOf(error)}`;
    return { name, key, good: false, bytes, problem };
  }
  const sha256 = hash.digest("hex");
  if (bytes !== expected.bytes) {
    const problem = `${key} has ${formatCount(bytes)} bytes, its manifest says ${formatCount(expected.bytes)}: it was cut off or replaced`;
    return { name, key, good: false, bytes, problem };
  }
  if (sha256 !== expected.sha256) {
    const problem = `${key} has the digest ${sha256.slice(0, 16)}…, its manifest says ${expected.sha256.slice(0, 16)}…: its content was changed or corrupted`;
    return { name, key, good: false, bytes, problem };
  }
  return { name, key, good: true, bytes };
}
