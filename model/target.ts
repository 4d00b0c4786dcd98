import { z } from "zod";
import { kubernetesName } from "./names";

/** Which database is meant: exact identity, so that `app` never stands for `app_audit` or another cluster's `app`. */
export const targetSchema = z.strictObject({
  namespace: kubernetesName,
  cluster: kubernetesName,
  database: z.string().min(1).max(63),
});

export type Target = z.infer<typeof targetSchema>;

/** `namespace/cluster/database`: for people and for comparing. A database name with a slash is percent-encoded. */
export function targetId(target: Target): string {
  return [target.namespace, target.cluster, encodeURIComponent(target.database)].join("/");
}
