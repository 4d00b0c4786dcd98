import type { DrillDescriptor, EvidenceRecord } from "../../model/descriptor";
import { targetId } from "../../model/target";
import type { Declared } from "./declared";

/**
 * What a drill that restores two copies in turn is to the rules: two drills, each with the restore path, the objective
 * and the evidence of its copy. So the one copy's proof never stands for the other's.
 */
export function drillsOf(declared: Declared<DrillDescriptor>): Declared<DrillDescriptor>[] {
  const { descriptor: drill } = declared;
  if (drill?.kind !== "drill" || !drill.offSite) return [declared];
  const { rpoSeconds, restorePath, fingerprint } = drill.offSite;
  const copies = drill.evidence.map((record) => ({ record, offSite: speaksOfOffSite(record) }));
  const evidence = (offSite: boolean) => copies.flatMap((copy) => (copy.offSite === offSite ? copy.record : []));
  const { offSite: _, ...common } = drill;
  return [
    { ...declared, descriptor: { ...common, evidence: evidence(false) } },
    {
      ...declared,
      descriptor: {
        ...common,
        restorePath,
        fingerprint,
        objectives: { ...drill.objectives, rpoSeconds },
        evidence: evidence(true),
      },
    },
  ];
}

/** The target, for people; with the copy where it is not the first. */
export function drilledText({ target, restorePath }: DrillDescriptor): string {
  const offSite = restorePath.kind !== "external" && restorePath.storage.copy === "off-site";
  return offSite ? `${targetId(target)} (off-site copy)` : targetId(target);
}

/**
 * Which copy a record says that it is of. It is not believed before its signature is verified: here it only decides
 * which drill hears it, and each refuses what is not for its restore path. What cannot be read is heard, and refused,
 * as of the first copy.
 */
function speaksOfOffSite({ envelope }: EvidenceRecord): boolean {
  try {
    const { payload } = JSON.parse(envelope) as { payload: string };
    const statement = JSON.parse(Buffer.from(payload, "base64").toString("utf8")) as {
      predicate: { restorePath: { storage: { copy: string } } };
    };
    return statement.predicate.restorePath.storage.copy === "off-site";
  } catch {
    return false;
  }
}
