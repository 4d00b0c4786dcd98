import type { PolicyResource } from "@pulumi/policy";
import { TYPE_TOKENS } from "../../model/descriptor";
import { starterName } from "../../model/drill-request";

/**
 * What this library's components make themselves, of what recognizers look at: by the type and the name that it has in
 * Pulumi. Anybody may declare a resource of his own below one of our components, or below one that only has its type
 * token, so that ancestry says nothing of who made it.
 */
type Made = [type: RegExp, name: (component: string) => string];

const scheduled: Made = [/^kubernetes:batch\/v1:CronJob$/, (name) => `${name}-schedule`];
const onDeployment: Made = [/^kubernetes:batch\/v1:Job$/, (name) => `${name}-on-deployment`];

const MADE: Record<string, Made[]> = {
  [TYPE_TOKENS.cluster]: [[/^kubernetes:postgresql\.cnpg\.io\/v1:Cluster$/, (name) => name]],
  [TYPE_TOKENS.s3Storage]: [[/^aws:s3\/bucket:Bucket$/, (name) => name]],
  [TYPE_TOKENS.backup]: [scheduled, onDeployment],
  [TYPE_TOKENS.copy]: [scheduled, onDeployment],
  [TYPE_TOKENS.retention]: [scheduled],
  [TYPE_TOKENS.drill]: [scheduled, onDeployment, [/^kubernetes:apps\/v1:Deployment$/, starterName]],
};

/** The component of this library that made `resource`: its parent, if that makes one of this type and name. */
export function makerOf({ type, name, parent }: PolicyResource): PolicyResource | undefined {
  if (!parent || !Object.hasOwn(MADE, parent.type)) return undefined;
  const made = MADE[parent.type]?.some(([of, called]) => of.test(type) && called(parent.name) === name);
  return made ? parent : undefined;
}
