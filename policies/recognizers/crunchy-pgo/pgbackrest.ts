import type { PolicyResource } from "@pulumi/policy";
import {
  ABSENT,
  firstSaid,
  known,
  map,
  type Reading,
  readKeys,
  readNumber,
  readPartly,
  readString,
  UNKNOWN,
  unknown,
} from "../../known";
import { endpointLocation } from "../../stack/endpoint";
import type { Backup, PlainText, Store } from "../../stack/facts";
import type { StackView } from "../../stack/view";
import { objectStore, unknownStore } from "../shared/backup-stores";

/**
 * pgBackRest as Crunchy PGO's resources configure it: `repos` say where, and `global` holds pgBackRest's own options,
 * `repo1-…` to `repo4-…`, as text (pgbackrest.org/configuration.html).
 */

/** The repository `repo`, which stands in the `spec` of `owner`, with the options `global`. */
export function repoStore(repo: unknown, global: unknown, owner: PolicyResource, view: StackView): Store {
  const name = readString(repo, "name");
  const encrypted = encryptedBy(option(global, name, "cipher-type"));
  const has = (kind: string) => readPartly(repo, kind) !== undefined && readPartly(repo, kind) !== null;
  if (repo === UNKNOWN) return unknownStore("spec.backups.pgbackrest.repos", encrypted);
  if (has("volume")) return { kind: "volume", location: known("inside"), bucket: ABSENT, bucketUrns: [], encrypted };
  const remote = (kind: Store["kind"], bucket: Reading<string>, ...endpoints: Reading<string>[]) => {
    const endpoint = firstSaid(endpoints);
    return objectStore({ kind, bucket, location: endpointLocation(endpoint), encrypted }, owner, "spec", view);
  };
  // A host for the store stands above its endpoint.
  const host = option(global, name, "storage-host");
  if (has("s3")) return remote("s3", readString(repo, "s3", "bucket"), host, readString(repo, "s3", "endpoint"));
  if (has("gcs")) return remote("gcs", readString(repo, "gcs", "bucket"), host, option(global, name, "gcs-endpoint"));
  if (has("azure")) return remote("azure", ABSENT, host, option(global, name, "azure-endpoint"));
  return { kind: "other", location: ABSENT, bucket: ABSENT, bucketUrns: [], encrypted };
}

function option(global: unknown, repo: Reading<string>, key: string): Reading<string> {
  return repo.state === "known" ? readString(global, `${repo.value}-${key}`) : repo;
}

/** `repo-cipher-type` is `none` by default. */
function encryptedBy(cipher: Reading<string>): Reading<boolean> {
  return cipher.state === "absent" ? known(false) : map(cipher, (type) => type !== "none");
}

/**
 * How long full backups are kept, which keep what depends on them. Where copies leave the cluster, those decide: what
 * the cluster keeps for longer is lost with it. Of several, the longest.
 */
export function repoRetention(repos: { repo: unknown; store: Store }[], global: unknown): Backup["retention"] {
  const outside = repos.filter(({ store }) => store.location.state === "known" && store.location.value === "outside");
  const kept = (outside.length > 0 ? outside : repos).map(({ repo }) => fullRetention(repo, global));
  return { count: longest(kept.map((k) => k.count)), seconds: longest(kept.map((k) => k.seconds)), elsewhere: false };
}

/** Without a number nothing is deleted, but pgBackRest warns, and nobody said that it should be so. */
function fullRetention(repo: unknown, global: unknown): { count: Reading<number>; seconds: Reading<number> } {
  const name = readString(repo, "name");
  if (name.state === "unknown") return { count: name, seconds: name };
  if (name.state === "absent") return { count: ABSENT, seconds: ABSENT };
  const number = readNumber(global, `${name.value}-retention-full`);
  // `count` by default.
  const type = readString(global, `${name.value}-retention-full-type`);
  if (type.state === "unknown") return { count: type, seconds: type };
  if (type.state === "known" && type.value === "time")
    return { count: ABSENT, seconds: map(number, (days) => days * 86_400) };
  return { count: number, seconds: ABSENT };
}

function longest(readings: Reading<number>[]): Reading<number> {
  const values = readings.flatMap((reading) => (reading.state === "known" ? reading.value : []));
  if (values.length > 0) return known(Math.max(...values));
  return readings.find(({ state }) => state === "unknown") ?? ABSENT;
}

/** `archive-push-queue-max` makes pgBackRest acknowledge WAL and drop it once the queue is that long. No limit by default. */
export function dropsWalBy(global: unknown, path: string): Reading<boolean> {
  if (global === UNKNOWN) return unknown(path);
  return known(readKeys(global).some((key) => /(^|-)archive-push-queue-max$/.test(key)));
}

/** Options that are credentials; `gcs-key` is a file's path unless the key is of type `token`. */
const SECRET =
  /^repo\d*-(s3-key|s3-key-secret|s3-token|s3-sse-customer-key|azure-key|cipher-pass|sftp-private-key-passphrase)$/;

/** Credentials that stand in `global`, as text, instead of in a Secret's file. */
export function optionsPlainText(global: unknown, path: string): PlainText[] {
  const isSecret = (key: string) => {
    const type = key.replace(/-gcs-key$/, "-gcs-key-type");
    return SECRET.test(key) || (type !== key && readPartly(global, type) === "token");
  };
  return readKeys(global)
    .filter((key) => isSecret(key) && readPartly(global, key) !== "")
    .map((key) => ({ path: `${path}.${key}` }));
}
