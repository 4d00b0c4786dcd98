import type { PolicyResource } from "@pulumi/policy";
import type { z } from "zod";
import {
  backupDescriptorSchema,
  copyDescriptorSchema,
  restoreDrillDescriptorSchema,
  retentionDescriptorSchema,
  TYPE_TOKENS,
} from "../../model/descriptor";
import { targetId } from "../../model/target";
import { type Differences, differencesOf } from "../children/compare";
import { accessVolume, type Expected, ofBackup, ofCopy, ofDrill, ofRetention } from "../children/expected";
import { type Children, childrenOf } from "../children/read";
import { readList, readPartly, UNKNOWN } from "../known";
import type { Finding } from "../message";
import { type Rule, type RuleContext, stackPolicy } from "../rule";
import { isProduction } from "../settings";
import { declared } from "../stack/declared";

/**
 * What the library's components say of themselves is what they have declared: the schedule, the images, the command and
 * the config of their Jobs. Every other rule believes descriptors; a transformation, or a component made by hand, could
 * say one thing and run another.
 *
 * Severity: critical. Page: docs/policies/descriptor-matches-children.md
 */
export const rule: Rule = {
  name: "descriptor-matches-children",
  description: "Backups and drills run what their descriptors say.",
  level: "mandatory",
  severity: "critical",
  remedy: "Leave the components' own resources as they are; change the components' settings instead.",
  check: (context) => [
    ...of(TYPE_TOKENS.backup, backupDescriptorSchema, context, (backup) => [ofBackup(backup), [backup.writer]]),
    ...of(TYPE_TOKENS.copy, copyDescriptorSchema, context, (copy) => [ofCopy(copy), [copy.writer]]),
    ...of(TYPE_TOKENS.retention, retentionDescriptorSchema, context, (retention) => [ofRetention(retention), []]),
    ...of(TYPE_TOKENS.drill, restoreDrillDescriptorSchema, context, (drill, name) =>
      drill.declares === "jobs"
        ? [ofDrill(drill, name), [drill.reader, drill.offSite?.reader].filter((access) => access !== undefined)]
        : undefined,
    ),
  ],
};

export const descriptorMatchesChildren = stackPolicy(rule);

type Described<D> = (descriptor: D, name: string) => [expected: Expected, accesses: string[]] | undefined;

/** A descriptor that cannot be relied on is for other rules, of which each component has one. */
function of<S extends z.ZodType<{ target: Parameters<typeof targetId>[0] }>>(
  type: string,
  schema: S,
  { index, gate }: RuleContext<unknown>,
  described: Described<z.output<S>>,
): Finding[] {
  return index.view.ofType(type).flatMap((resource) => {
    const { descriptor } = declared(resource, schema);
    const wanted = descriptor && described(descriptor, resource.name);
    if (!descriptor || !wanted) return [];
    const [expected, accesses] = wanted;
    const children = childrenOf(resource.urn, index.view);
    const found = differencesOf(expected, children);
    for (const access of accesses) storage(access, children, found);
    return findings(resource, targetId(descriptor.target), found, isProduction(gate));
  });
}

/** Where a backup goes, and what a drill reads, is what its pod is given: the Secret, or the volume's claim. */
function storage(access: string, { pods }: Children, found: Differences): void {
  const volume = accessVolume(access);
  if (!volume) return;
  for (const { at, spec } of pods) {
    const names = readList(spec, "volumes").map((one) => readPartly(one, ...volume.path));
    if (names.includes(volume.name)) continue;
    if (names.includes(UNKNOWN)) found.unknown.push(`a volume of ${at}`);
    else found.wrong.push(`${at} is not given ${volume.name}, the storage with which it is declared to work`);
  }
}

function findings({ urn, name }: PolicyResource, id: string, found: Differences, production: boolean): Finding[] {
  const { wrong, unknown } = found;
  const remedies = [
    "let no transformation change the resources of this library's components; change the component's settings instead",
  ];
  if (wrong.length > 0) {
    const more = wrong.length - 8;
    const reasons = [...wrong.slice(0, 8), ...(more > 0 ? [`and ${more} more`] : [])];
    return [{ urn, verdict: `${id}: ${name} does not run what its descriptor says.`, reasons, remedies }];
  }
  // At preview, elsewhere, what is unknown is only a doubt.
  if (unknown.length === 0 || !production) return [];
  return [
    {
      urn,
      verdict: `${id}: it cannot be told whether ${name} runs what its descriptor says.`,
      reasons: unknown.slice(0, 8).map((what) => `${what} is unknown at preview`),
      remedies: ["give the component plain values instead of outputs of resources that do not exist yet"],
    },
  ];
}
