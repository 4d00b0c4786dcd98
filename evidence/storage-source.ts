import { targetId } from "../model/target";

/** A place where evidence is stored, as little of it as reading takes. */
export interface EvidenceStorage {
  /** The keys below `prefix`, in pages. */
  list(prefix: string, signal: AbortSignal): AsyncIterable<string[]>;
  read(key: string, signal: AbortSignal): Promise<string>;
}

/** Where evidence is stored, as restore-gate's configuration names it. */
export type StorageSource = {
  /** For people: without anything that may be secret. */
  name: string;
  /** "" or ending in a slash; `evidence/` stands below it. */
  prefix: string;
  /** Folders below `evidence/`: as targetId writes them. None: all. */
  databases: string[];
} & ({ bucket: string; region?: string; endpoint?: string } | { bucket?: undefined; folder: string });

const HOW =
  "write s3://bucket/prefix?region=…&endpoint=https://…&database=namespace/cluster/database, or folder:/path?database=…";
const KNOWN = ["region", "endpoint", "database"];

/** What `text` names. Throws an Error that says how to write it. */
export function storageSource(text: string): StorageSource {
  const [address = "", query = ""] = split(text);
  const given = new URLSearchParams(query);
  for (const setting of given.keys())
    if (!KNOWN.includes(setting)) throw new Error(`it has no setting "${setting}": ${HOW}`);
  const databases = given.getAll("database").map(databaseFolder);
  if (address.startsWith("folder:/"))
    return { name: address, folder: address.slice("folder:".length), prefix: "", databases };
  const [, bucket, prefix = ""] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(address) ?? [];
  if (bucket === undefined) throw new Error(HOW);
  const endpoint = given.get("endpoint") ?? undefined;
  if (endpoint !== undefined && !/^https?:\/\/[^/?#@]+\/?$/.test(endpoint))
    throw new Error(`its endpoint must be https://host or https://host:port: ${HOW}`);
  const region = given.get("region") ?? undefined;
  return {
    name: address,
    bucket,
    prefix: prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`,
    databases,
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}

function split(text: string): [string, string] {
  const at = text.indexOf("?");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function databaseFolder(text: string): string {
  const [namespace = "", cluster = "", ...rest] = text.split("/");
  const database = rest.join("/");
  if (![namespace, cluster].every((name) => /^[a-z0-9-]+$/.test(name)) || database === "")
    throw new Error(`"${text}" is no namespace/cluster/database: ${HOW}`);
  return targetId({ namespace, cluster, database });
}
