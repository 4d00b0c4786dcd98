import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { say } from "../../lab/report";

/** An operation that Pulumi had begun when it was killed: whether it took effect, its state does not say. */
export interface PendingOperation {
  type: "creating" | "updating" | "deleting" | "reading" | "importing";
  resource: { urn: string; type: string; inputs?: { metadata?: { name?: string; namespace?: string } } };
}

export interface KubernetesJob {
  namespace: string;
  name: string;
}

/** The pending operations in the state of `stack` on a local backend, of whatever project. */
export function pendingOperations(state: string, stack: string): PendingOperation[] {
  const projects = join(state, ".pulumi", "stacks");
  if (!existsSync(projects)) return [];
  return readdirSync(projects).flatMap((project) => {
    const file = join(projects, project, `${stack}.json`);
    if (!existsSync(file)) return [];
    const { checkpoint } = JSON.parse(readFileSync(file, "utf8")) as {
      checkpoint?: { latest?: { pending_operations?: PendingOperation[] } };
    };
    return checkpoint?.latest?.pending_operations ?? [];
  });
}

/** The Jobs among what was being created. They may be there, and a Job cannot be changed: it has to be made anew. */
export function jobsBegun(pending: readonly PendingOperation[]): KubernetesJob[] {
  return pending.flatMap(({ type, resource }) => {
    const { name, namespace = "default" } = resource.inputs?.metadata ?? {};
    return type === "creating" && resource.type === "kubernetes:batch/v1:Job" && name ? [{ namespace, name }] : [];
  });
}

export interface Repair {
  /** `pulumi refresh` that forgets creations of which nobody knows whether they took effect. */
  refresh(): Promise<void>;
  deleteJob(job: KubernetesJob): Promise<void>;
}

/**
 * Makes a stack deployable again after Pulumi was killed in the middle of an update: what was changed or deleted is read
 * back from the cluster, and Jobs that were being created are removed. All else that was being created is adopted by the
 * next update, since the Kubernetes provider applies instead of creating.
 */
export async function repairInterrupted(pending: readonly PendingOperation[], repair: Repair): Promise<void> {
  if (pending.length === 0) return;
  say(
    `the last update was interrupted: ${pending.length} ${pending.length === 1 ? "operation" : "operations"} under way, ` +
      `such as ${pending[0]?.type} ${pending[0]?.resource.urn.split("::").at(-1)}; refreshing the stack first`,
  );
  await repair.refresh();
  for (const job of jobsBegun(pending)) await repair.deleteJob(job);
}
