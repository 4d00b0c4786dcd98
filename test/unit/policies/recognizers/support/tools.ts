import type { PolicyResource } from "@pulumi/policy";
import { cloudNativePg } from "../../../../../policies/recognizers/cloudnative-pg/cloudnative-pg";
import type { Bucket, Database } from "../../../../../policies/stack/facts";
import type { Recognizer } from "../../../../../policies/stack/recognizer";
import { StackView } from "../../../../../policies/stack/view";
import { aDatabase } from "../../facts";
import { custom, type Facts } from "./operators";

/** Stacks with a database and a backup tool in them, and what the tool's recognizer makes of them. */

export const ABSENT = { state: "absent" } as const;

/** A CloudNativePG Cluster: the database that tools find in these tests. */
export const cluster = (name = "orders", namespace = "app", spec: object = {}) =>
  custom("postgresql.cnpg.io/v1:Cluster", name, { instances: 3, ...spec }, { metadata: { namespace } });

/** A database server of AWS, whose identity has `aws` for a namespace. */
export const rds = (): Database =>
  aDatabase({
    urn: "urn:pulumi:production::shop::aws:rds/instance:Instance::ledger",
    product: "AWS RDS",
    id: { namespace: { state: "known", value: "aws" }, name: { state: "known", value: "ledger" } },
  });

/** What `recognizer`, and CloudNativePG's beside it, say of `resources`. */
export function factsOf(
  recognizer: Recognizer,
  resources: PolicyResource[],
  more: { buckets?: Bucket[]; databases?: Database[] } = {},
): Facts {
  const view = new StackView(resources);
  const recognizers = [...new Set([cloudNativePg, recognizer])];
  const each = <F>(facts: (one: Recognizer, resource: PolicyResource) => F[] | undefined) =>
    resources.flatMap((r) => recognizers.flatMap((one) => (one.types.test(r.type) ? (facts(one, r) ?? []) : [])));
  view.buckets = more.buckets ?? [];
  view.databases = [...each((one, r) => one.databases?.(r, view)), ...(more.databases ?? [])];
  view.backups = each((one, r) => one.backups?.(r, view));
  const restoreTests = each((one, r) => one.restoreTests?.(r, view));
  return { databases: view.databases, backups: view.backups, restoreTests };
}
