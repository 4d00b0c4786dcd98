import { readFile } from "node:fs/promises";
import type { ConfigMapLocation } from "../../evidence/read-configmap";
import type { EvidenceRecord } from "../../model/descriptor";
import { envelopesIn } from "../../model/envelopes";
import { neededRecords } from "../../model/needed-records";
import { oneLine } from "../../model/text";

/** Where a drill's evidence may be. */
export interface EvidenceLocation {
  /** The ConfigMap in which the drill keeps its evidence, and its namespace; without them there are only files. */
  namespace?: string;
  configMap?: string;
  fingerprint: string;
  /** The off-site copy's, where the drill restores one, too. */
  offSiteFingerprint?: string;
  /** Files with evidence: of earlier environments, or of a drill that another tool runs. */
  files: string[];
  /** A context of the kubeconfig; its current one when unset. */
  kubeContext?: string;
}

/** What was found, and why more could not be: what could not be read is unproven, never fine. */
export interface EvidenceFound {
  evidence: EvidenceRecord[];
  evidenceProblems: string[];
}

export type EvidenceReader = (location: EvidenceLocation) => Promise<EvidenceFound>;

/**
 * Reads evidence from the cluster of the default kubeconfig (KUBECONFIG, or ~/.kube/config) and from files. It never
 * fails: whatever goes wrong becomes a line of `evidenceProblems`. No ConfigMap, or nothing in it for this fingerprint,
 * is not a problem: there is no evidence yet.
 */
export const readEvidence: EvidenceReader = async (location) => {
  const found: EvidenceFound = { evidence: [], evidenceProblems: [] };
  const add = async (source: string, read: () => Promise<EvidenceRecord[]>) => {
    try {
      found.evidence.push(...(await read()));
    } catch (error) {
      found.evidenceProblems.push(`${source}: ${oneLine((error as Error).message, 300)}`);
    }
  };
  const { namespace, configMap, fingerprint, offSiteFingerprint, kubeContext } = location;
  if (namespace !== undefined && configMap !== undefined) {
    const source = `ConfigMap ${namespace}/${configMap}`;
    const paths = [fingerprint, ...(offSiteFingerprint === undefined ? [] : [offSiteFingerprint])];
    await add(source, async () => {
      const data = await dataOf({ namespace, name: configMap, kubeContext });
      return neededRecords(data, paths).map(({ what, envelope }) => ({
        source: what === undefined ? source : `${source} (${what})`,
        envelope,
      }));
    });
  }
  for (const file of location.files) {
    const source = `file ${file}`;
    await add(source, async () => envelopesIn(await readFile(file, "utf8")).map((envelope) => ({ source, envelope })));
  }
  return found;
};

let current: EvidenceReader = readEvidence;

/** The reader that drills use. Replaceable for programs that keep evidence elsewhere, and for tests. */
export function evidenceReader(): EvidenceReader {
  return current;
}

/** Makes drills read evidence with `reader`; returns what restores the one before. */
export function useEvidenceReader(reader: EvidenceReader): () => void {
  const before = current;
  current = reader;
  return () => {
    current = before;
  };
}

async function dataOf(map: ConfigMapLocation): Promise<Record<string, string>> {
  // Loaded when it is used: programs that only declare drills, such as tests, need not wait for a Kubernetes client. By
  // require: the loader of stacks/main.cjs knows TypeScript for that alone.
  const { readConfigMap } = require("../../evidence/read-configmap") as typeof import("../../evidence/read-configmap");
  return (await readConfigMap(map)) ?? {};
}
