import { z } from "zod";
import type { Reading } from "../known";
import type { Finding } from "../message";
import { type Rule, stackPolicy } from "../rule";
import { isProduction } from "../settings";
import type { Database } from "../stack/facts";
import { databaseText } from "../stack/text";

const settings = z.strictObject({
  instances: z
    .int()
    .min(1)
    .default(3)
    .describe("How many instances a cluster needs. For AWS never more than 2, which is what Multi-AZ means."),
});

/**
 * A production cluster has instances to spare, on different nodes, and a commit waits for one of the others: the loss of
 * a node then costs neither the service nor acknowledged data.
 *
 * Severity: high. Page: docs/policies/cluster-is-highly-available.md
 */
export const rule: Rule<typeof settings> = {
  name: "cluster-is-highly-available",
  description: "In production, every cluster has enough instances, spread over nodes and replicated synchronously.",
  level: "mandatory",
  severity: "high",
  remedy: "Give the cluster more instances, a required spread over nodes, and synchronous replication.",
  config: settings,
  check: ({ index, gate, config }) =>
    isProduction(gate) ? index.databases.flatMap((database) => fragile(database, config.instances)) : [],
};

export const clusterIsHighlyAvailable = stackPolicy(rule);

function fragile(database: Database, configured: number): Finding[] {
  const { instances, spread, synchronous } = database.availability;
  const aws = database.product.startsWith("AWS");
  const needed = aws ? Math.min(configured, 2) : configured;
  const reasons = [
    ...tooFew(instances, needed),
    ...missing(spread, `that its instances run ${aws ? "in different zones" : "on different nodes"}`, [
      `nothing requires its instances to run ${aws ? "in different zones" : "on different nodes"}`,
      "the loss of one can be the loss of all",
    ]),
    ...missing(synchronous, "that a commit waits for another instance", [
      "no commit has to wait for another instance",
      "a failover can lose what was acknowledged",
    ]),
  ];
  if (reasons.length === 0) return [];
  return [
    {
      urn: database.urn,
      verdict: `${databaseText(database)} is not highly available.`,
      reasons,
      remedies: [howTo(database, needed)],
    },
  ];
}

function tooFew(instances: Reading<number>, needed: number): string[] {
  if (instances.state === "unknown")
    return [`its number of instances is unknown at preview (${instances.path}), and it needs ${needed}`];
  if (instances.state === "absent") return [`it does not say how many instances it has, and it needs ${needed}`];
  const has = `${instances.value} instance${instances.value === 1 ? "" : "s"}`;
  return instances.value < needed ? [`it has ${has}, and it needs ${needed}`] : [];
}

/** `absent` counts as no: where a product's default were yes, the fact would say so. */
function missing(reading: Reading<boolean>, what: string, [no, consequence]: [string, string]): string[] {
  if (reading.state === "unknown") return [`whether it requires ${what} is unknown at preview (${reading.path})`];
  return reading.state === "known" && reading.value ? [] : [`${no}: ${consequence}`];
}

/** Where each product says it: instances, spread, synchronous replication. */
const FIELDS: Record<string, [instances: string, spread: string, synchronous: string]> = {
  CloudNativePG: ["spec.instances", "spec.affinity.podAntiAffinityType: required", "spec.postgresql.synchronous"],
  "Crunchy PGO": [
    "spec.instances[].replicas",
    "a required podAntiAffinity in spec.instances[].affinity",
    "synchronous_mode: true in spec.patroni.dynamicConfiguration",
  ],
  Zalando: [
    "spec.numberOfInstances",
    "enable_pod_antiaffinity: true in the operator's configuration",
    "spec.patroni.synchronous_mode: true",
  ],
  StackGres: [
    "spec.instances",
    "spec.nonProductionOptions.disableClusterPodAntiAffinity: false",
    "spec.replication.mode: sync",
  ],
  KubeDB: ["spec.replicas", "a required podAntiAffinity in spec.podTemplate.spec", "spec.streamingMode: Synchronous"],
};

function howTo({ origin, product }: Database, needed: number): string {
  if (origin === "restorable")
    return `give the PostgresCluster ${needed} instances, and leave antiAffinity.required and synchronous at their defaults`;
  if (product === "AWS RDS") return "set multiAz: a standby in another zone that has every commit";
  if (product === "AWS Aurora") return `declare ${needed} or more instances of the cluster, in different zones`;
  const [instances, spread, synchronous] = FIELDS[product] ?? ["instances", "the spread", "synchronous replication"];
  return `set ${instances} to ${needed} or more, ${spread}, and ${synchronous}`;
}
