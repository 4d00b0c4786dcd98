import type { PolicyResource } from "@pulumi/policy";
import {
  backupDescriptorSchema,
  copyDescriptorSchema,
  restoreDrillDescriptorSchema,
  retentionDescriptorSchema,
  TYPE_TOKENS,
} from "../../model/descriptor";
import { declared } from "../stack/declared";
import { type Expected, ofBackup, ofCopy, ofDrill, ofRetention } from "./expected";

/**
 * What the children of `component` must be by its descriptor. Undefined without one that can be relied on, and where it
 * declares no Jobs.
 */
export function expectedOf(component: PolicyResource): Expected | undefined {
  return EXPECTED[component.type]?.(component);
}

const EXPECTED: Record<string, (component: PolicyResource) => Expected | undefined> = {
  [TYPE_TOKENS.backup]: (component) => of(declared(component, backupDescriptorSchema).descriptor, ofBackup),
  [TYPE_TOKENS.copy]: (component) => of(declared(component, copyDescriptorSchema).descriptor, ofCopy),
  [TYPE_TOKENS.retention]: (component) => of(declared(component, retentionDescriptorSchema).descriptor, ofRetention),
  [TYPE_TOKENS.drill]: (component) =>
    of(declared(component, restoreDrillDescriptorSchema).descriptor, (drill) =>
      drill.declares === "jobs" ? ofDrill(drill, component.name) : undefined,
    ),
};

function of<D>(descriptor: D | undefined, expected: (descriptor: D) => Expected | undefined): Expected | undefined {
  return descriptor === undefined ? undefined : expected(descriptor);
}
