import { z } from "zod";
import { kubernetesName } from "./names";
import { isPlain } from "./text";

/** Which database is meant: exact identity, so that `app` never stands for `app_audit` or another cluster's `app`. */
export const targetSchema = z.strictObject({
  namespace: kubernetesName,
  cluster: kubernetesName,
  database: z.string().min(1).max(63).refine(isPlain, { error: "must not have control or format characters" }),
});

export type Target = z.infer<typeof targetSchema>;

/**
 * `namespace/cluster/database`: for people, for comparing, and as a path in the store. The database's name is
 * percent-encoded, a dot at its beginning, too: `..` would lead to the cluster's other databases.
 */
export function targetId(target: Target): string {
  const database = encodeURIComponent(target.database).replace(/^\./, "%2E");
  return [target.namespace, target.cluster, database].join("/");
}
