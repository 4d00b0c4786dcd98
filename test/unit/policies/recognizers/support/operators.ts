import type { PolicyResource } from "@pulumi/policy";
import { ABSENT, known, type Reading } from "../../../../../policies/known";
import type { Backup, Bucket, Database, RestoreTest } from "../../../../../policies/stack/facts";
import type { Recognizer } from "../../../../../policies/stack/recognizer";
import { StackView } from "../../../../../policies/stack/view";
import { resource } from "../../stack";

/** Operators' custom resources as policies see them, and what a recognizer makes of a stack of them. */

/** `postgresql.cnpg.io/v1:Cluster` of this name, in the namespace `app` unless its metadata say more. */
export function custom(
  token: string,
  name: string,
  spec: unknown,
  more: { metadata?: object; parent?: PolicyResource; from?: PolicyResource[]; [property: string]: unknown } = {},
): PolicyResource {
  const { metadata, parent, from = [], ...props } = more;
  const all = { metadata: { name, namespace: "app", ...metadata }, ...(spec === undefined ? {} : { spec }), ...props };
  const made = resource(`kubernetes:${token}`, name, all, parent);
  // Policies see of which resources a property was made, which is all that there is while its value is unknown.
  if (from.length > 0) for (const property of Object.keys(all)) made.propertyDependencies[property] = from;
  return made;
}

export interface Facts {
  databases: Database[];
  backups: Backup[];
  restoreTests: RestoreTest[];
}

/** What `recognizer` says of `resources`, in a stack that has these buckets. */
export function factsOf(recognizer: Recognizer, resources: PolicyResource[], buckets: Bucket[] = []): Facts {
  const view = new StackView(resources);
  const own = resources.filter(({ type }) => recognizer.types.test(type));
  view.buckets = buckets;
  view.databases = own.flatMap((one) => recognizer.databases?.(one, view) ?? []);
  view.backups = own.flatMap((one) => recognizer.backups?.(one, view) ?? []);
  const restoreTests = own.flatMap((one) => recognizer.restoreTests?.(one, view) ?? []);
  return { databases: view.databases, backups: view.backups, restoreTests };
}

/** The bucket that `made` declares, of this name. */
export function bucketOf(made: PolicyResource, name: Reading<string>, expirySeconds: Reading<number> = ABSENT): Bucket {
  return {
    urn: made.urn,
    name: made.name,
    what: "an S3 bucket",
    origin: "foreign",
    bucket: name,
    encrypted: known(true),
    private: known(true),
    versioned: known(true),
    immutable: known(false),
    lockEnabled: known(false),
    expirySeconds,
    forceDestroy: known(false),
    protect: false,
  };
}

export const bucketResource = (name: string) => resource("aws:s3/bucket:Bucket", name, {});

/** The only element. */
export function only<T>(list: T[]): T {
  if (list.length !== 1) throw new Error(`one was expected, not ${list.length}`);
  return list[0] as T;
}

export const DAY = 86_400;
