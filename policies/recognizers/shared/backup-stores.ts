import type { PolicyResource } from "@pulumi/policy";
import { ABSENT, known, type Reading, read, readString, unknown } from "../../known";
import { endpointLocation } from "../../stack/endpoint";
import type { Store } from "../../stack/facts";
import { type StackView, sameReading } from "../../stack/view";

/** Where backup tools put their copies, as their resources say. */

const NOWHERE: Store = { kind: "other", location: ABSENT, bucket: ABSENT, bucketUrns: [], encrypted: ABSENT };

/** Snapshots of volumes lie where the volumes lie, and go with them. */
export const SNAPSHOTS: Store = { ...NOWHERE, kind: "snapshot", location: known("inside") };

/** A place that this stack does not declare, or that is unknown at preview; `what` says which. */
export function unknownStore(what: string, encrypted: Reading<boolean> = ABSENT): Store {
  return { ...NOWHERE, location: unknown(what), encrypted };
}

/** A place that another stack declares; `what` says which. */
export function elsewhereStore(what: string, encrypted: Reading<boolean> = ABSENT): Store {
  return { ...unknownStore(`${what}, which this stack does not declare`, encrypted), elsewhere: true };
}

export interface ObjectStore {
  kind: Store["kind"];
  bucket: Reading<string>;
  location: Store["location"];
  encrypted?: Reading<boolean>;
}

/**
 * An object store that `resource` names below its property `property`. The bucket is one of the stack's by its name or,
 * as long as the name is unknown, because the property was made from it.
 */
export function objectStore(given: ObjectStore, resource: PolicyResource, property: string, view: StackView): Store {
  const sources = (resource.propertyDependencies[property] ?? []).map(({ urn }) => urn);
  const bucketUrns = view.buckets
    .filter(({ urn, bucket }) =>
      given.bucket.state === "unknown" ? sources.includes(urn) : sameReading(bucket, given.bucket),
    )
    .map(({ urn }) => urn);
  return { encrypted: ABSENT, ...given, bucketUrns };
}

/**
 * The restic repository at `path`, in the words that K8up, Stash and KubeStash share. restic encrypts what leaves it.
 * `endpoint` is where an `s3` without an endpoint goes.
 */
export function resticStore(
  resource: PolicyResource,
  path: string[],
  view: StackView,
  { endpoint = ABSENT, encrypted = known(true) }: { endpoint?: Reading<string>; encrypted?: Reading<boolean> } = {},
): Store | undefined {
  const { props } = resource;
  const has = (...keys: string[]) => read(props, ...path, ...keys).state !== "absent";
  const store = (kind: Store["kind"], bucket: Reading<string>, location: Store["location"]) =>
    objectStore({ kind, bucket, location, encrypted }, resource, path[0] ?? "", view);
  if (has("s3")) {
    const own = readString(props, ...path, "s3", "endpoint");
    const location = endpointLocation(own.state === "absent" || isEmpty(own) ? endpoint : own);
    return store("s3", readString(props, ...path, "s3", "bucket"), location);
  }
  if (has("gcs")) return store("gcs", readString(props, ...path, "gcs", "bucket"), known("outside"));
  if (has("azure")) return store("azure", readString(props, ...path, "azure", "container"), known("outside"));
  if (has("b2")) return store("other", readString(props, ...path, "b2", "bucket"), known("outside"));
  if (has("swift")) return store("other", readString(props, ...path, "swift", "container"), known("outside"));
  if (has("rest")) return store("other", ABSENT, endpointLocation(readString(props, ...path, "rest", "url")));
  // NFS is another machine's disk, unless the server is a Service; every other volume is the cluster's own.
  if (has("local", "nfs")) {
    const location = endpointLocation(readString(props, ...path, "local", "nfs", "server"));
    return { ...NOWHERE, kind: "nfs", location, encrypted };
  }
  if (has("local")) return { ...NOWHERE, kind: "volume", location: known("inside"), encrypted };
  return undefined;
}

const isEmpty = (reading: Reading<string>) => reading.state === "known" && reading.value === "";
