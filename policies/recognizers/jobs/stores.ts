import type { PolicyResource } from "@pulumi/policy";
import { ABSENT, known, type Reading, read, readList, readString, UNKNOWN, unknown } from "../../known";
import { endpointLocation } from "../../stack/endpoint";
import type { Store } from "../../stack/facts";
import type { StackView } from "../../stack/view";
import { objectStore, unknownStore } from "../shared/backup-stores";
import { type JobWords, saysAfter } from "../shared/commands";

/** Where a backup job writes, as far as its commands, variables and volumes say. */

/** An object store's address; what follows the bucket is a path, or a variable that nobody knows yet. */
const ADDRESS = /(?<![\w-])(s3|gs|gcs|az|azblob):\/\/([^\s"'/]*)/gi;
/** restic's way to write one: `s3:https://host/bucket`. */
const RESTIC = /(?<![\w-])s3:((?:https?:\/\/)?[^\s"'/:]+(?::\d+)?)\/([^\s"'/]+)/;
const KINDS: Record<string, Store["kind"]> = { s3: "s3", gs: "gcs", gcs: "gcs", az: "azure", azblob: "azure" };
/** Clients that go to their cloud's own store unless they are told of another… */
const CLOUD = /(?<![\w-])(aws\s+s3(api)?|s3cmd|gsutil|gcloud\s+storage|azcopy)(?![\w-])/;
/** … and those that go where their own configuration says. */
const CONFIGURED = /(?<![\w-])(mc\s+(cp|pipe|mirror)|rclone|restic|kopia)(?![\w-])/;
const BUCKET_VARIABLE = /(^|_)(BUCKET|BUCKET_NAME|S3BUCKET)$/;
const BUCKET_OPTION = /--bucket[= ]\s*["']?([^\s"']+)/;

export function storesOf(job: JobWords, pod: unknown, resource: PolicyResource, view: StackView): Store[] {
  const objects = objectStores(job, resource, view);
  if (objects.length > 0) return objects;
  const encrypted = encryptedBy(job);
  const volumes = readList(pod, "volumes").flatMap((volume) => volumeStore(volume, encrypted));
  return volumes.length > 0 ? volumes : [unknownStore("where the job writes", encrypted)];
}

function objectStores(job: JobWords, resource: PolicyResource, view: StackView): Store[] {
  const encrypted = encryptedBy(job);
  // What a command already says with a variable filled in is not said twice.
  const values = job.variables
    .flatMap(({ value }) => (value.state === "known" ? value.value : []))
    .filter((value) => !job.commands.some((command) => command.includes(value)));
  const places = [...job.commands, ...values].flatMap((text) => placesIn(text, job));
  const found = places.length > 0 ? places : unnamedPlace(job);
  const stores = found.map(({ kind, bucket, endpoint }) => {
    const location = kind === "s3" ? endpointLocation(endpoint) : known("outside" as const);
    return objectStore({ kind, bucket, location, encrypted }, resource, "spec", view);
  });
  return [...new Map(stores.map((store) => [JSON.stringify(store), store])).values()];
}

interface Place {
  kind: Store["kind"];
  bucket: Reading<string>;
  endpoint: Reading<string>;
}

function placesIn(text: string, job: JobWords): Place[] {
  const restic = RESTIC.exec(text);
  if (restic) return [{ kind: "s3", bucket: asKnown(restic[2]), endpoint: asKnown(restic[1]) }];
  return [...text.matchAll(ADDRESS)].map(([, scheme = "", bucket]) => ({
    kind: KINDS[scheme.toLowerCase()] ?? "other",
    bucket: asKnown(bucket),
    endpoint: optionIn(text) ?? variableEndpoint(job),
  }));
}

/** A store of which no address is written down: its bucket is in a variable, or in a client's configuration. */
function unnamedPlace(job: JobWords): Place[] {
  const variable = job.variables.find(({ name }) => BUCKET_VARIABLE.test(name));
  const clients = job.commands.filter((command) => CLOUD.test(command) || CONFIGURED.test(command));
  if (!variable && clients.length === 0) return [];
  const option = clients.map((command) => BUCKET_OPTION.exec(command)?.[1]).find((word) => word !== undefined);
  const bucket = option === undefined ? (variable?.value ?? ABSENT) : asKnown(option);
  return [{ kind: variable && /GCS|GOOGLE/.test(variable.name) ? "gcs" : "s3", bucket, endpoint: endpointOf(job) }];
}

/** A word as it will be when the job runs: what is left of a variable in it nobody knows. */
function asKnown(word: string | undefined): Reading<string> {
  if (word === undefined || word === "") return ABSENT;
  return /[$`]/.test(word) ? unknown("a variable of the job") : known(word);
}

function endpointOf(job: JobWords): Reading<string> {
  return job.commands.map(optionIn).find((reading) => reading !== undefined) ?? variableEndpoint(job);
}

/** Unknown rather than absent when it may stand where nobody here can look: absent means the cloud's own. */
function variableEndpoint({ commands, variables, hidden }: JobWords): Reading<string> {
  const variable = variables.find(({ name, value }) => ENDPOINT_VARIABLE.test(name) && value.state !== "absent");
  if (variable) return variable.value;
  if (hidden) return unknown("envFrom");
  return commands.some((command) => CONFIGURED.test(command)) ? unknown("the client's own configuration") : ABSENT;
}

const ENDPOINT_VARIABLE = /^(?!OTEL_).*ENDPOINT|^MC_HOST_/;
const ENDPOINT_OPTION = /--endpoint(?:-url)?[= ]\s*["']?([^\s"']+)/;
/** `--host` is s3cmd's endpoint, and pg_dump's database. */
const S3CMD_HOST = /--host[= ]\s*["']?([^\s"']+)/;
const ALIAS = /(?<![\w-])mc\s+(?:--\S+\s+)?(?:alias\s+set|config\s+host\s+add)\s+\S+\s+["']?([^\s"']+)/;

function optionIn(command: string): Reading<string> | undefined {
  const patterns = /(?<![\w-])s3cmd(?![\w-])/.test(command) ? [S3CMD_HOST] : [ENDPOINT_OPTION, ALIAS];
  const found = patterns.map((pattern) => pattern.exec(command)?.[1]).find((word) => word !== undefined);
  return found === undefined ? undefined : asKnown(found);
}

/** Programs that encrypt before anything leaves when they are asked to, and how; restic and kopia always do. */
const ENCRYPTS: [RegExp, RegExp][] = [
  [/(?<![\w-])(restic|kopia)(?![\w-])/, /^/],
  [/(?<![\w-])openssl\s+enc(?![\w-])/, /^/],
  [/(?<![\w-])age(?![\w-])/, /\s(-r|-R|-e|-p|--recipient|--encrypt|--passphrase)(?![\w-])/],
  [/(?<![\w-])gpg2?(?![\w-])/, /\s(-c|-e|-er|--encrypt|--symmetric)(?![\w-])/],
];
const CIPHER_VARIABLE = /^(WALG_LIBSODIUM_KEY|WALG_PGP_KEY|WALE_GPG_KEY_ID|PGBACKREST_REPO\d_CIPHER_PASS$)/;

function encryptedBy({ commands, variables }: JobWords): Reading<boolean> {
  const encrypts = commands.some((command) => ENCRYPTS.some(([program, how]) => saysAfter(command, program, how)));
  return encrypts || variables.some(({ name }) => CIPHER_VARIABLE.test(name)) ? known(true) : ABSENT;
}

/** NFS is another machine's disk, unless its server is a Service; a claim and a node's folder go with the cluster. */
function volumeStore(volume: unknown, encrypted: Reading<boolean>): Store[] {
  if (volume === UNKNOWN) return [unknownStore("a volume of the job", encrypted)];
  const place = { bucket: ABSENT, bucketUrns: [], encrypted };
  const has = (key: string) => read(volume, key).state !== "absent";
  if (has("nfs")) return [{ ...place, kind: "nfs", location: endpointLocation(readString(volume, "nfs", "server")) }];
  if (has("csi")) return [{ ...place, kind: "volume", location: unknown("where the driver's volume lies") }];
  const inside = has("persistentVolumeClaim") || has("hostPath") || has("ephemeral");
  return inside ? [{ ...place, kind: "volume", location: known("inside") }] : [];
}
