import type { PolicyResource } from "@pulumi/policy";
import { kubernetesKind } from "../../stack/view";

/** The API group of `resource`, in which its Cluster, its Backups and its catalogs are, too. */
export const groupOf = ({ type }: PolicyResource): string => kubernetesKind(type)?.group ?? "postgresql.cnpg.io";

/** EDB Postgres for Kubernetes has CloudNativePG's resources under a group of its own. */
export const isEdb = (resource: PolicyResource): boolean => groupOf(resource) === "postgresql.k8s.enterprisedb.io";
