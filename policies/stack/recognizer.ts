import type { PolicyResource } from "@pulumi/policy";
import type { Backup, Bucket, Database, RestoreTest } from "./facts";
import type { StackView } from "./view";

/**
 * What knows one product: which resources are its, and what they say. One folder per product in policies/recognizers/.
 * The functions are called in this order over the whole stack, so that a backup can look for its database and a test for
 * its backups. Resources are read through policies/known.ts alone.
 */
export interface Recognizer {
  /** Type tokens that it speaks for; the functions are called for these only. */
  types: RegExp;
  databases?(resource: PolicyResource, view: StackView): Database[];
  buckets?(resource: PolicyResource, view: StackView): Bucket[];
  backups?(resource: PolicyResource, view: StackView): Backup[];
  restoreTests?(resource: PolicyResource, view: StackView): RestoreTest[];
}
