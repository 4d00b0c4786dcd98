import { canonicalDigest } from "../../model/restore-path";

/** Kubernetes' recommended labels: `kubectl get all -l app.kubernetes.io/instance=orders-backup` finds what belongs together. */
export function labels(component: string, instance: string): Record<string, string> {
  return {
    "app.kubernetes.io/name": "restorable",
    "app.kubernetes.io/component": component,
    "app.kubernetes.io/instance": instance,
    "app.kubernetes.io/managed-by": "pulumi",
  };
}

/** Ten hex digits by which a name changes when, and only when, what it stands for does. */
export function contentHash(value: unknown): string {
  return canonicalDigest(JSON.parse(JSON.stringify(value))).slice(0, 10);
}
