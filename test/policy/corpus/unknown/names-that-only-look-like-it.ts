import * as k8s from "@pulumi/kubernetes";
import { custom } from "../parts/custom";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a PodGroup, dashboards of PostgreSQL in a ConfigMap, an alert about it: none of them is one",
  environment: "production",
  refusedBy: [],
  declare() {
    custom("scheduling.x-k8s.io/v1alpha1/PodGroup", "shop/workers", { minMember: 3 });
    new k8s.core.v1.ConfigMap("postgres-dashboards", {
      metadata: { name: "postgres-dashboards", namespace: "monitoring" },
      data: { "postgresql.json": "{}" },
    });
    custom("monitoring.coreos.com/v1/PrometheusRule", "monitoring/postgres-alerts", { groups: [] });
  },
} satisfies CorpusStack;
