import type { types } from "@pulumi/kubernetes";
import { z } from "zod";
import { cpuField } from "../../model/fields";
import { POD_SECURITY } from "./pods";

/** What a platform asks of pods, beside the Pod Security Standard "restricted", which they always meet. */
export interface PodSettingsArgs {
  /**
   * `fixed`: pods name their users themselves. `platform`: they leave that to the platform, as OpenShift's security context
   * constraints ask for; the temporary server of a drill then has the agent's user. Not for volumes, where another namespace
   * must read what this one wrote. @default "fixed"
   */
  userIds?: string;
  /**
   * CPU limit of each container, where a ResourceQuota asks for one; a container that requests more has its request as its
   * limit. @default no limit
   */
  cpuLimit?: string;
}

export const podSettingsField = z
  .strictObject({
    userIds: z.enum(["fixed", "platform"]).default("fixed"),
    cpuLimit: cpuField.optional(),
  } satisfies Record<keyof PodSettingsArgs, z.ZodType>)
  .optional();

export type PodSettings = z.output<typeof podSettingsField>;

/** Why `settings` do not go with storages of these kinds; undefined when they do. */
export function podSettingsProblem(settings: PodSettings, kinds: (string | undefined)[]): string | undefined {
  if (settings?.userIds !== "platform" || !kinds.includes("nfs")) return undefined;
  return 'is "platform", and the storage is a volume: each namespace would have a user of its own there; use a bucket';
}

export function podSecurity(settings: PodSettings): types.input.core.v1.PodSecurityContext {
  return settings?.userIds === "platform" ? withoutUser(POD_SECURITY) : POD_SECURITY;
}

/** `container` as the platform asks for it. */
export function adapted(
  container: types.input.core.v1.Container,
  settings: PodSettings,
): types.input.core.v1.Container {
  const { securityContext, resources } = container as {
    securityContext?: types.input.core.v1.SecurityContext;
    resources?: types.input.core.v1.ResourceRequirements;
  };
  const limit = settings?.cpuLimit;
  const requests = resources?.requests as Record<string, string> | undefined;
  return {
    ...container,
    ...(securityContext && settings?.userIds === "platform" ? { securityContext: withoutUser(securityContext) } : {}),
    ...(resources && limit !== undefined
      ? { resources: { ...resources, limits: { ...resources.limits, cpu: more(limit, requests?.cpu ?? "0") } } }
      : {}),
  };
}

function withoutUser<C extends { runAsUser?: unknown; runAsGroup?: unknown; fsGroup?: unknown }>(context: C): C {
  const { runAsUser: _, runAsGroup: __, fsGroup: ___, ...rest } = context;
  return rest as C;
}

function more(limit: string, request: string): string {
  return cores(request) > cores(limit) ? request : limit;
}

function cores(cpu: string): number {
  return cpu.endsWith("m") ? Number(cpu.slice(0, -1)) / 1000 : Number(cpu);
}
