import { readFile } from "node:fs/promises";
import * as http from "node:http";
import * as https from "node:https";
import type { EvidenceRecord } from "../../model/descriptor";
import { evidenceConfigMapKey } from "../../model/evidence";
import { oneLine } from "../../model/text";

/** Where a drill's evidence may be. */
export interface EvidenceLocation {
  namespace: string;
  configMap: string;
  fingerprint: string;
  /** Files with earlier environments' evidence. */
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

/** The longest that a preview waits for the API server. */
const TIMEOUT_MS = 5000;

/**
 * Reads evidence from the cluster of the default kubeconfig (KUBECONFIG, or ~/.kube/config) and from files. It never
 * fails: whatever goes wrong becomes a line of `evidenceProblems`. No ConfigMap, or nothing in it for this fingerprint,
 * is not a problem: there is no evidence yet.
 */
export const readEvidence: EvidenceReader = async (location) => {
  const found: EvidenceFound = { evidence: [], evidenceProblems: [] };
  const add = async (source: string, read: () => Promise<string | undefined>) => {
    try {
      const envelope = await read();
      if (envelope !== undefined) found.evidence.push({ source, envelope });
    } catch (error) {
      found.evidenceProblems.push(`${source}: ${oneLine(messageOf(error), 300)}`);
    }
  };
  await add(`ConfigMap ${location.namespace}/${location.configMap}`, () => within(TIMEOUT_MS, readConfigMap(location)));
  for (const file of location.files) await add(`file ${file}`, () => readFile(file, "utf8"));
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

async function readConfigMap({ namespace, configMap, fingerprint, kubeContext }: EvidenceLocation) {
  // Loaded when it is used: programs that only declare drills, such as tests, need not wait for it.
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromDefault();
  if (kubeContext !== undefined) {
    if (!config.getContextObject(kubeContext)) throw new Error(`the kubeconfig has no context "${kubeContext}"`);
    config.setCurrentContext(kubeContext);
  }
  const server = config.getCurrentCluster()?.server;
  if (!server) throw new Error("there is no kubeconfig with a cluster; set KUBECONFIG");
  const options: https.RequestOptions = { signal: AbortSignal.timeout(TIMEOUT_MS) };
  await config.applyToHTTPSOptions(options);
  const path = `/api/v1/namespaces/${namespace}/configmaps/${configMap}`;
  const { status, body } = await get(new URL(path, server), options);
  if (status === 404) return undefined;
  if (status !== 200) throw new Error(`the API server at ${server} answered ${status} (${reason(body)})`);
  const data = (JSON.parse(body) as { data?: Record<string, string> }).data ?? {};
  const key = evidenceConfigMapKey(fingerprint);
  return Object.hasOwn(data, key) ? data[key] : undefined;
}

function get(url: URL, options: https.RequestOptions): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const { request } = url.protocol === "http:" ? http : https;
    const sent = request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
      response.on("error", reject);
    });
    sent.on("error", (error) => {
      const why = options.signal?.aborted
        ? `did not answer within ${TIMEOUT_MS / 1000}s`
        : `cannot be reached: ${messageOf(error)}`;
      reject(new Error(`the API server at ${url.origin} ${why}`));
    });
    sent.end();
  });
}

/** Also for what no signal reaches, such as a kubeconfig whose credentials come from a program that hangs. */
async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds / 1000}s`)), milliseconds + 200);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function reason(body: string): string {
  try {
    return (JSON.parse(body) as { message?: string }).message ?? "no reason given";
  } catch {
    return "no reason given";
  }
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(messageOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}
