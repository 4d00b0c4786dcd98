import type { DrillDescriptor } from "../../model/descriptor";
import { targetId } from "../../model/target";
import type { Declared } from "./declared";

/**
 * What a drill that restores two copies in turn is to the rules: two drills, each with the restore path and the objective
 * of its copy. Each hears all the evidence, which is one chain, and lets only that of its own restore path speak: so the
 * one copy's proof never stands for the other's.
 */
export function drillsOf(declared: Declared<DrillDescriptor>): Declared<DrillDescriptor>[] {
  const { descriptor: drill } = declared;
  if (drill?.kind !== "drill" || !drill.offSite) return [declared];
  const { rpoSeconds, restorePath, fingerprint, reader, prefix } = drill.offSite;
  const { offSite: _, ...first } = drill;
  const objectives = { ...drill.objectives, rpoSeconds };
  return [
    { ...declared, descriptor: first },
    { ...declared, descriptor: { ...first, restorePath, fingerprint, reader, prefix, objectives } },
  ];
}

/** Whether it restores the off-site copy of a drill of ours. */
export function isOffSite({ restorePath }: DrillDescriptor): boolean {
  return restorePath.kind !== "external" && restorePath.storage.copy === "off-site";
}

/** The target, for people; with the copy where it is not the first. */
export function drilledText(drill: DrillDescriptor): string {
  const { target } = drill;
  return isOffSite(drill) ? `${targetId(target)} (off-site copy)` : targetId(target);
}
