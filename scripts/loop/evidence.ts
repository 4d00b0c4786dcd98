import { renderEvidence as render } from "../../cli/output/evidence";
import { openEnvelope } from "../../model/dsse";
import { type DrillPredicate, evidenceConfigMapKey, statementSchema } from "../../model/evidence";
import { getObject } from "./kubectl";

/** Evidence as it stands in a drill's ConfigMap, verified here as the policy pack verifies it. */
export interface ShownEvidence {
  predicate: DrillPredicate;
  keyId: string;
  envelope: string;
}

/** The newest evidence for `fingerprint`, or undefined. Throws when there is evidence that cannot be trusted. */
export async function readEvidence(
  namespace: string,
  configMap: string,
  fingerprint: string,
  publicKeyPem: string,
): Promise<ShownEvidence | undefined> {
  const object = await getObject<{ data?: Record<string, string> }>(namespace, "configmap", configMap);
  const envelope = object?.data?.[evidenceConfigMapKey(fingerprint)];
  if (!envelope) return undefined;
  const opened = openEnvelope(envelope, [publicKeyPem]);
  if (!opened.ok)
    throw new Error(`the evidence in ConfigMap ${namespace}/${configMap} cannot be trusted: ${opened.problem}`);
  const { predicate } = statementSchema.parse(opened.statement);
  return { predicate, keyId: opened.keyId, envelope };
}

/** What a person wants to know of a drill, as `restorable evidence show` prints it. */
export function renderEvidence({ predicate, keyId }: ShownEvidence): string {
  return render(predicate, `by key ${keyId}`);
}
