import type { StorageOutput } from "../../model/cli-outputs";
import { bucketNameProblem } from "../../model/names";
import { STORAGE_USES, type StorageUse } from "../../model/storage-promises";
import type { Bucket } from "../../store/s3-store";
import type { Store } from "../../store/store";
import { badInput } from "../command";
import type { CheckedPlace, World } from "../world";
import type { Cluster } from "./cluster";
import { fromFolder, fromSecret, type StorageSecret } from "./credentials";
import type { Copy, StorageOptions } from "./options";

/** What a command wants to do with a storage: it gets the credentials for that. */
export type Use = StorageUse;

export interface Storage {
  copy: Copy;
  store: Store;
  prefix: string;
}

interface Wanted {
  copy: Copy;
  use: Use;
  /** What the stack says. */
  declared: StorageOutput | undefined;
  /** What the options say: it goes before the stack. */
  given: StorageOptions;
}

/** Whether the options name a storage. */
export function isGiven({ bucket, path, credentials }: StorageOptions): boolean {
  return bucket !== undefined || path !== undefined || (credentials !== undefined && credentials !== "env");
}

/** Opens a storage. Whatever is missing ends the command with EXIT.badInput before anything is asked of it. */
export async function openStorage(world: World, cluster: () => Promise<Cluster>, wanted: Wanted): Promise<Storage> {
  const { copy } = wanted;
  const { path, prefix, dashes } = whereIs(wanted);
  if (path !== undefined) return { copy, prefix, store: await world.folder(path) };
  const secret = await secretOf(cluster, wanted, dashes);
  return { copy, prefix, store: await world.bucket(bucketOf(wanted, secret, dashes)) };
}

/** The same storage for whoever tries what it keeps: a key given by the options counts as the writer's. */
export async function placeToCheck(
  cluster: () => Promise<Cluster>,
  wanted: Omit<Wanted, "use">,
): Promise<CheckedPlace> {
  const { path, prefix, dashes } = whereIs(wanted);
  if (path !== undefined) return { kind: "folder", name: `the folder ${path}`, path, prefix };
  const declared = wanted.given.credentials === undefined ? wanted.declared : undefined;
  const uses = declared?.access.kind === "s3-compatible" ? STORAGE_USES.filter((use) => declared.secrets[use]) : [];
  const keys: Partial<Record<StorageUse, Bucket>> = {};
  for (const use of uses.length > 0 ? uses : (["writer"] as const))
    keys[use] = bucketOf(wanted, await secretOf(cluster, { ...wanted, use }, dashes), dashes);
  const [first] = Object.values(keys);
  return { kind: "bucket", name: `the bucket ${first?.bucket} at ${first?.endpoint ?? "Amazon S3"}`, keys, prefix };
}

/** What options and stack agree on before any key is read: `path` for a folder. */
function whereIs({ copy, declared, given }: Omit<Wanted, "use">): { path?: string; prefix: string; dashes: string } {
  const dashes = copy === "primary" ? "--" : "--off-site-";
  if (!declared && !isGiven(given)) {
    const which = copy === "primary" ? "the storage" : "the off-site storage";
    throw badInput(
      `where is ${which}? Give --stack (one that has it), or ${dashes}bucket with ${dashes}endpoint, or ${dashes}path`,
    );
  }
  if (given.path !== undefined && given.bucket !== undefined)
    throw badInput(`give either ${dashes}path or ${dashes}bucket, not both`);
  if (declared?.access.kind === "nfs" && given.bucket === undefined && given.path === undefined)
    throw badInput(
      `the ${copy} storage is an NFS export: mount it on this machine, and give the folder with ${dashes}path`,
    );
  return { path: given.path, prefix: prefixOf(given.prefix ?? declared?.prefix ?? "", `${dashes}prefix`), dashes };
}

/** The storage's Secret from where the options or the stack say it is; undefined: the SDK finds credentials itself. */
async function secretOf(
  cluster: () => Promise<Cluster>,
  { copy, use, declared, given }: Wanted,
  dashes: string,
): Promise<StorageSecret | undefined> {
  if (given.credentials === "env") return undefined;
  if (given.credentials !== undefined) return fromFolder(given.credentials);
  if (!declared || declared.access.kind === "s3") return undefined;
  const reference = declared.secrets[use];
  if (!reference) {
    const remedy = use === "pruner" ? "; enable the stack's retention, which brings one" : "";
    throw badInput(
      `the stack names no Secret of a ${use} for the ${copy} storage${remedy}, or give ${dashes}credentials`,
    );
  }
  return fromSecret(await cluster(), reference);
}

function bucketOf({ declared, given }: Omit<Wanted, "use">, secret: StorageSecret | undefined, dashes: string): Bucket {
  const access = declared?.access.kind === "s3" ? declared.access : undefined;
  const bucket = given.bucket ?? access?.bucket ?? secret?.BUCKET ?? declared?.bucket;
  if (bucket === undefined) throw badInput(`which bucket? Give ${dashes}bucket`);
  const problem = bucketNameProblem(bucket);
  if (problem) throw badInput(`${dashes}bucket: ${problem}`);
  const endpoint = given.endpoint ?? access?.endpoint ?? secret?.ENDPOINT ?? declared?.endpoint;
  if (endpoint !== undefined && !/^https?:\/\/[^/@]+\/?$/.test(endpoint))
    throw badInput(
      `${dashes}endpoint is no address of a server: give http:// or https://, a host and, if needed, a port, and no credentials`,
    );
  return {
    bucket,
    region: given.region ?? access?.region ?? secret?.REGION ?? declared?.region ?? "us-east-1",
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(access?.owner === undefined ? {} : { owner: access.owner }),
    ...(secret && {
      credentials: { accessKeyId: secret.ACCESS_KEY_ID, secretAccessKey: secret.ACCESS_SECRET_KEY },
    }),
  };
}

function prefixOf(prefix: string, option: string): string {
  if (prefix === "" || prefix.endsWith("/")) return prefix;
  throw badInput(`${option} is "${prefix}"; it must end in a slash`);
}
