import type { PolicyResource } from "@pulumi/policy";
import { z } from "zod";
import { oneLine } from "../../model/text";
import { read, readList, readPartly, UNKNOWN } from "../known";
import type { Finding } from "../message";
import { type Rule, stackPolicy } from "../rule";
import type { StackView } from "../stack/view";
import { kubernetesServer, serverText } from "../stack/view";

/** CloudNativePG's release notes of 1.30.0 (change 11083): in-tree Barman Cloud "will now be removed in 1.31.0". */
const DROPPED_IN: [major: number, minor: number] = [1, 31];
const DROPPED = DROPPED_IN.join(".");
const GROUP = "postgresql.cnpg.io";
const PLUGIN = "barman-cloud.cloudnative-pg.io";

const settings = z.strictObject({
  operatorVersion: z
    .string()
    .regex(/^v?\d+\.\d+(\.\d+)?$/, { error: "must be a version of CloudNativePG, such as 1.30 or 1.30.1" })
    .default(DROPPED)
    .describe(`The version of the CloudNativePG operator. Before ${DROPPED} this rule has nothing to say.`),
});

/**
 * Nothing relies on CloudNativePG's own barmanObjectStore where the operator does not have it any more: such a cluster
 * archives no WAL and takes no backups.
 *
 * Severity: high. Page: docs/policies/no-in-tree-barman.md
 */
export const rule: Rule<typeof settings> = {
  name: "no-in-tree-barman",
  description: "CloudNativePG's backups go through the Barman Cloud plugin, not through barmanObjectStore.",
  level: "mandatory",
  severity: "high",
  remedy: "Use an ObjectStore and the Barman Cloud plugin.",
  config: settings,
  check: ({ index: { view }, config }) => (hasInTree(config.operatorVersion) ? [] : inTree(view)),
};

export const noInTreeBarman = stackPolicy(rule);

function hasInTree(version: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  return major < DROPPED_IN[0] || (major === DROPPED_IN[0] && minor < DROPPED_IN[1]);
}

function inTree(view: StackView): Finding[] {
  return [
    ...view.ofKind(GROUP, "Cluster").flatMap((cluster) => finding(cluster, "Cluster", usesOfCluster(cluster))),
    ...(["ScheduledBackup", "Backup"] as const).flatMap((kind) =>
      view.ofKind(GROUP, kind).flatMap((backup) => finding(backup, kind, usesOfBackup(backup))),
    ),
  ];
}

/** How a resource uses barmanObjectStore; `certain` is false when it only may. */
interface Use {
  certain: boolean;
  reason: string;
}

/** The two places that the operator's own warning names: where backups go, and where a new cluster comes from. */
function usesOfCluster({ props }: PolicyResource): Use[] {
  return [
    ...use(readPartly(props, "spec", "backup", "barmanObjectStore"), "spec.backup.barmanObjectStore"),
    ...readList(props, "spec", "externalClusters").flatMap((source, index) =>
      use(
        source === UNKNOWN ? UNKNOWN : readPartly(source, "barmanObjectStore"),
        `spec.externalClusters[${index}].barmanObjectStore`,
      ),
    ),
  ];
}

/** A store of which only parts are unknown, such as the bucket's name, is one all the same. */
function use(store: unknown, path: string): Use[] {
  if (store === UNKNOWN) return [{ certain: false, reason: `${path} is unknown at preview` }];
  return store === undefined || store === null ? [] : [{ certain: true, reason: `${path} is set` }];
}

function usesOfBackup({ props }: PolicyResource): Use[] {
  const method = read(props, "spec", "method");
  if (method.state === "unknown") return [{ certain: false, reason: `${method.path} is unknown at preview` }];
  // The default of both kinds: `+kubebuilder:default:=barmanObjectStore` in the operator's api/v1.
  if (method.state === "absent")
    return [{ certain: true, reason: "spec.method is not set, and its default is barmanObjectStore" }];
  return method.value === "barmanObjectStore" ? [{ certain: true, reason: "spec.method is barmanObjectStore" }] : [];
}

function finding(resource: PolicyResource, kind: string, uses: Use[]): Finding[] {
  if (uses.length === 0) return [];
  const certain = uses.some((found) => found.certain);
  return [
    {
      urn: resource.urn,
      verdict: `${idOf(resource, kind)} ${certain ? "uses" : "may use"} barmanObjectStore, which CloudNativePG has dropped in ${DROPPED}.`,
      reasons: uses.map(({ reason }) => reason),
      remedies: [
        ...(certain ? [] : ["make what is unknown known at preview"]),
        kind === "Cluster"
          ? `declare an ObjectStore (barmancloud.cnpg.io/v1) with the same configuration, and name it in spec.plugins: ${PLUGIN} with isWALArchiver and barmanObjectName; a source in externalClusters names it in its own plugin`
          : `set spec.method to plugin, and spec.pluginConfiguration.name to ${PLUGIN}`,
        `if the operator is older than ${DROPPED}, say so in this rule's operatorVersion`,
      ],
    },
  ];
}

function idOf(resource: PolicyResource, kind: string): string {
  const server = kubernetesServer(resource);
  const named = server.namespace.state === "known" && server.name.state === "known";
  return oneLine(`${named ? serverText(server) : resource.name} (${kind})`, 200);
}
