import type { SecretReference } from "../../model/cli-outputs";
import { ReportedError } from "../../runtime/errors";
import { readSecret } from "../../runtime/secret-files";
import { badInput } from "../command";
import type { Cluster } from "./cluster";

/**
 * The keys of a storage: never given as arguments, which every process of a machine can see. Besides the two keys they
 * may say where the storage is.
 */
const KEYS = ["ACCESS_KEY_ID", "ACCESS_SECRET_KEY"] as const;
const PLACES = ["BUCKET", "ENDPOINT", "REGION"] as const;

export type StorageSecret = Record<(typeof KEYS)[number], string> & Partial<Record<(typeof PLACES)[number], string>>;

/** From a folder with one file for each key, as a mounted Secret has them. */
export async function fromFolder(folder: string): Promise<StorageSecret> {
  const keys = await readSecret(folder, KEYS);
  const places = await Promise.all(
    PLACES.map(async (key) => {
      // The options may say it instead.
      const found = await readSecret(folder, [key]).catch((error: unknown) => {
        if (error instanceof ReportedError) return {};
        throw error;
      });
      return found;
    }),
  );
  return Object.assign(keys, ...places);
}

/** From a Secret in the cluster. */
export async function fromSecret(cluster: Cluster, { namespace, name }: SecretReference): Promise<StorageSecret> {
  const secret = await cluster.secret(namespace, name);
  if (!secret)
    throw badInput(
      `there is no Secret ${namespace}/${name} in the cluster of context ${cluster.name}; deploy the stack, or give the right --context`,
    );
  const missing = KEYS.filter((key) => !secret[key]);
  if (missing.length > 0)
    throw badInput(`the Secret ${namespace}/${name} lacks ${missing.join(" and ")}: it is not a storage's`);
  return secret as StorageSecret;
}
