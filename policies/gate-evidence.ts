import { readFile } from "node:fs/promises";
import type { DrillDescriptor, EvidenceRecord } from "../model/descriptor";
import { hear, type Refusal, type Testimony, type Verified, verify } from "../model/evidence-verification";
import { oneLine } from "../model/text";
import { expectationOf } from "../model/verdict";
import type { Configured, GateConfiguration } from "./settings";

/**
 * Evidence that the gate reads itself, beside what the drills bring: a program cannot withhold it. Each source is an
 * envelope as text, `file:/path`, or `configmap:namespace/name` in the cluster of the kubeconfig.
 */
export async function loadEvidence(gate: GateConfiguration): Promise<GateConfiguration> {
  if (!gate.ok) return gate;
  const records: EvidenceRecord[] = [];
  const problems: string[] = [];
  for (const [index, text] of gate.settings.evidence.entries()) {
    const source = sourceName(text, index);
    try {
      records.push(...(await recordsOf(text, source)));
    } catch (error) {
      problems.push(`${source} could not be read: ${oneLine((error as Error).message, 300)}`);
    }
  }
  return { ...gate, records, evidenceProblems: problems };
}

function sourceName(text: string, index: number): string {
  return /^(file|configmap):/.test(text) ? oneLine(text, 200) : `evidence ${index + 1} of restore-gate's configuration`;
}

/** A namespace's and a ConfigMap's name: anything else would ask the API server for something else. */
const CONFIG_MAP = /^configmap:([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)\/([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)$/;

async function recordsOf(text: string, source: string): Promise<EvidenceRecord[]> {
  if (text.startsWith("file:")) return [{ source, envelope: await readFile(text.slice("file:".length), "utf8") }];
  if (!text.startsWith("configmap:")) return [{ source, envelope: text }];
  const [, namespace, name] = CONFIG_MAP.exec(text) ?? [];
  if (namespace === undefined || name === undefined) throw new Error("write configmap:namespace/name");
  // Loaded when it is used: most previews need no Kubernetes client.
  const { readConfigMap } = await import("../evidence/read-configmap");
  const data = await readConfigMap({ namespace, name });
  // Before the first deployment there is none, and no evidence.
  return Object.entries(data ?? {}).map(([key, envelope]) => ({ source: `${source} (${key.slice(0, 12)})`, envelope }));
}

/** What of it speaks of `drill`'s restore path, here or in the environment before. The rest is for other drills. */
export function gateEvidenceFor(drill: DrillDescriptor, gate: Configured, now: Date): EvidenceRecord[] {
  const expected = expectationOf(drill, gate.settings, now);
  return gate.records.filter((record) => {
    const heard = hear(record, expected);
    return !("kind" in heard) && heard.predicate.fingerprint === expected.fingerprint;
  });
}

/** What of it no trusted key has signed, or contradicts itself: somebody put it there, so it is said. */
export function untrustedGateEvidence(gate: Configured): Refusal[] {
  return verifiedEvidence(gate).flatMap((heard) => ("kind" in heard ? [heard] : []));
}

/** What of it was made in this environment or in the one before, whatever it is of. */
export function testimoniesOf(gate: Configured): Testimony[] {
  const { settings } = gate;
  return verifiedEvidence(gate).flatMap((heard): Testimony[] => {
    if ("kind" in heard) return [];
    const { environment } = heard.predicate;
    if (environment === settings.previousEnvironment) return [{ ...heard, from: "previous" }];
    return environment === settings.environment ? [{ ...heard, from: "own" }] : [];
  });
}

const heardOf = new WeakMap<Configured, (Verified | Refusal)[]>();

/** Verified once, however many databases ask. */
function verifiedEvidence(gate: Configured): (Verified | Refusal)[] {
  const known = heardOf.get(gate);
  if (known) return known;
  const heard = gate.records.map((record) => verify(record, gate.settings.trustedKeys));
  heardOf.set(gate, heard);
  return heard;
}
