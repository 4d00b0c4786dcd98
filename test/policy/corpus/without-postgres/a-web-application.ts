import * as k8s from "@pulumi/kubernetes";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a web application with its Service and its alerts, one of them about somebody's backups",
  environment: "production",
  refusedBy: [],
  declare() {
    const labels = { app: "web" };
    const metadata = { name: "web", namespace: "shop" };
    const container = {
      name: "web",
      image: "registry.acme.test/shop/web:4.2.0",
      env: [{ name: "PGHOST", value: "orders.acme.test" }],
    };
    new k8s.apps.v1.Deployment("web", {
      metadata,
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    });
    new k8s.core.v1.Service("web", { metadata, spec: { selector: labels, ports: [{ port: 80 }] } });
    new k8s.apiextensions.CustomResource("alerts", {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PrometheusRule",
      metadata: { name: "backup-alerts", namespace: "shop" },
      spec: { groups: [{ name: "backups", rules: [{ alert: "BackupTooOld", expr: "time() - last_backup > 93600" }] }] },
    });
  },
} satisfies CorpusStack;
