import type { PolicyResource } from "@pulumi/policy";
import { ABSENT, known, map, type Reading, readKeys, readString, unknown } from "../../known";
import { endpointLocation } from "../../stack/endpoint";
import type { Backup, Store } from "../../stack/facts";
import type { StackView } from "../../stack/view";
import { objectStore } from "../shared/backup-stores";

/** Object stores as Barman Cloud is told of them, in a CloudNativePG Cluster or in an ObjectStore of its plugin. */

/** Destinations: `s3://bucket/path`, `gs://bucket/path`, `https://account.blob.core.windows.net/container/path`. */
const DESTINATION = /^(s3|gs|https?):\/\/([^/]+)/i;
const KIND_OF_SCHEME: Record<string, Store["kind"]> = { s3: "s3", gs: "gcs", http: "azure", https: "azure" };
const KIND_OF_CREDENTIALS: Record<string, Store["kind"]> = {
  s3Credentials: "s3",
  googleCredentials: "gcs",
  azureCredentials: "azure",
};

/** The store whose configuration stands at `path` in `owner`. */
export function barmanStore(owner: PolicyResource, path: string[], view: StackView): Store {
  const destination = readString(owner.props, ...path, "destinationPath");
  const kind = kindOf(destination, owner, path);
  const bucket = map(destination, (text) => (kind === "azure" ? undefined : DESTINATION.exec(text)?.[2]));
  const location = locationOf(kind, destination, readString(owner.props, ...path, "endpointURL"));
  return objectStore({ kind, bucket, location, encrypted: encryptedIn(owner, path) }, owner, "spec", view);
}

function kindOf(destination: Reading<string>, owner: PolicyResource, path: string[]): Store["kind"] {
  const scheme = destination.state === "known" ? DESTINATION.exec(destination.value)?.[1] : undefined;
  if (scheme) return KIND_OF_SCHEME[scheme.toLowerCase()] ?? "other";
  // A path with a bucket that does not exist yet is unknown; whose credentials go with it is not.
  const credentials = readKeys(owner.props, ...path).find((key) => key in KIND_OF_CREDENTIALS);
  return credentials ? (KIND_OF_CREDENTIALS[credentials] ?? "other") : "other";
}

function locationOf(kind: Store["kind"], destination: Reading<string>, endpoint: Reading<string>): Store["location"] {
  if (endpoint.state !== "absent") return endpointLocation(endpoint);
  // Azure's destination is an address itself. Of a destination of no known kind, nothing is known.
  if (kind === "azure" && destination.state !== "absent") return endpointLocation(destination);
  if (kind !== "other") return endpointLocation(ABSENT);
  return destination.state === "unknown" ? unknown(destination.path) : ABSENT;
}

/** Encryption that Barman asks of the store, for base backups and WAL both; otherwise the bucket's own policy decides. */
function encryptedIn(owner: PolicyResource, path: string[]): Reading<boolean> {
  const readings = ["data", "wal"].map((part) => readString(owner.props, ...path, part, "encryption"));
  const doubt = readings.find(({ state }) => state === "unknown");
  if (doubt?.state === "unknown") return doubt;
  return readings.every((reading) => reading.state === "known" && reading.value !== "") ? known(true) : ABSENT;
}

/** Barman counts a month as 31 days (barman.config, parse_time_interval). */
const SECONDS: Record<string, number> = { d: 86_400, w: 7 * 86_400, m: 31 * 86_400 };

/** A recovery window such as `30d`. Without one, nothing is ever deleted, but nobody said that it should be so. */
export function barmanRetention(policy: Reading<string>): Backup["retention"] {
  const seconds = map(policy, (text) => {
    const match = /^([1-9]\d*)([dwm])$/.exec(text);
    return match?.[2] ? Number(match[1]) * (SECONDS[match[2]] ?? 0) : undefined;
  });
  return { count: ABSENT, seconds, elsewhere: false };
}
