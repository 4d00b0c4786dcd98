import { readFile } from "node:fs/promises";
import type { DrillDescriptor, EvidenceRecord } from "../model/descriptor";
import { envelopesIn } from "../model/envelopes";
import { type Heard, provenance } from "../model/evidence-verification";
import type { Refusal } from "../model/refusal";
import { openRecord, type SignedRecord, subjectOf } from "../model/signed-record";
import { targetId } from "../model/target";
import { oneLine } from "../model/text";
import { expectationOf } from "../model/verdict";
import type { Configured, GateConfiguration } from "./settings";

/**
 * Evidence that the gate reads itself, beside what the drills bring: a program cannot withhold it. Each source is
 * `file:/path`, `configmap:namespace/name` in the cluster of the kubeconfig, `s3://bucket/prefix?region=…` or
 * `folder:/path` (the storage to which drills can only add), or an envelope as text.
 */
export async function loadEvidence(gate: GateConfiguration): Promise<GateConfiguration> {
  if (!gate.ok) return gate;
  const sources = gate.settings.evidence.map(async (text, index) => {
    const source = sourceName(text, index);
    try {
      return { records: await recordsOf(text, source) };
    } catch (error) {
      return { problem: `${source} could not be read: ${oneLine((error as Error).message, 300)}` };
    }
  });
  const found = await Promise.all(sources);
  return {
    ...gate,
    records: found.flatMap(({ records }) => records ?? []),
    evidenceProblems: found.flatMap(({ problem }) => problem ?? []),
  };
}

/** Of a URL without what comes after it: a mistyped one could hold what is secret. */
function sourceName(text: string, index: number): string {
  if (/^(folder|s3):/.test(text)) return oneLine(text.split("?")[0] ?? text, 200);
  return /^(file|configmap):/.test(text) ? oneLine(text, 200) : `evidence ${index + 1} of restore-gate's configuration`;
}

/** A namespace's and a ConfigMap's name: anything else would ask the API server for something else. */
const CONFIG_MAP = /^configmap:([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)\/([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)$/;

async function recordsOf(text: string, source: string): Promise<EvidenceRecord[]> {
  if (text.startsWith("file:")) return several(await readFile(text.slice("file:".length), "utf8"), source);
  // Loaded when they are used: most previews need neither a Kubernetes client nor S3's.
  if (/^(s3|folder):/.test(text)) return (await import("../evidence/read-storage")).readStorage(text);
  if (!text.startsWith("configmap:")) return several(text, source);
  const [, namespace, name] = CONFIG_MAP.exec(text) ?? [];
  if (namespace === undefined || name === undefined) throw new Error("write configmap:namespace/name");
  const { readConfigMap } = await import("../evidence/read-configmap");
  const data = await readConfigMap({ namespace, name });
  // Before the first deployment there is none, and no evidence.
  return Object.entries(data ?? {}).flatMap(([key, envelope]) =>
    // Drills keep notes of their own beside it.
    key.endsWith(".json") ? { source: `${source} (${shortKey(key)})`, envelope } : [],
  );
}

function several(text: string, source: string): EvidenceRecord[] {
  return envelopesIn(text).map((envelope) => ({ source, envelope }));
}

/** Enough of a key to find it: of a fingerprint the beginning, of a chain's record its number. */
const shortKey = (key: string) => (key.startsWith("chain-") ? key.replace(/\.dsse\.json$/, "") : key.slice(0, 12));

/** What of it speaks of `drill`'s database, here or in the environment before. The rest is for other drills. */
export function gateEvidenceFor(drill: DrillDescriptor, gate: Configured, now: Date): Heard[] {
  const expected = expectationOf(drill, gate.settings, now);
  const databases = byDatabase(gate);
  const there = new Set([targetId(drill.target), ...(expected.previous ? [expected.previous.target] : [])]);
  return [...there].flatMap((database) =>
    (databases.get(database) ?? []).flatMap((record) => {
      const from = provenance(record, expected);
      return from ? { record, from } : [];
    }),
  );
}

const databasesOf = new WeakMap<Configured, Map<string, SignedRecord[]>>();

/** Sorted once: a gate may read the records of many databases, and each drill asks for those of one. */
function byDatabase(gate: Configured): Map<string, SignedRecord[]> {
  const known = databasesOf.get(gate);
  if (known) return known;
  const databases = new Map<string, SignedRecord[]>();
  for (const record of signedEvidence(gate)) {
    const database = targetId(subjectOf(record).target);
    const there = databases.get(database);
    if (there) there.push(record);
    else databases.set(database, [record]);
  }
  databasesOf.set(gate, databases);
  return databases;
}

/** What of it no trusted key has signed, or contradicts itself: somebody put it there, so it is said. */
export function untrustedGateEvidence(gate: Configured): Refusal[] {
  return openedEvidence(gate).flatMap((result) => ("kind" in result ? result : []));
}

/** What of it a trusted key has signed, whatever it is of. */
export function signedEvidence(gate: Configured): SignedRecord[] {
  return openedEvidence(gate).flatMap((result) => ("kind" in result ? [] : result));
}

const openedOf = new WeakMap<Configured, (SignedRecord | Refusal)[]>();

/** Verified once, however many databases ask. */
function openedEvidence(gate: Configured): (SignedRecord | Refusal)[] {
  const known = openedOf.get(gate);
  if (known) return known;
  const opened = gate.records.map((record) => openRecord(record, gate.settings.trustedKeys));
  openedOf.set(gate, opened);
  return opened;
}
