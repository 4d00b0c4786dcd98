import { custom } from "../parts/custom";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a SnapshotSchedule for the volume of Grafana",
  environment: "production",
  refusedBy: [],
  declare() {
    custom("snapscheduler.backube/v1/SnapshotSchedule", "monitoring/grafana-volume", {
      schedule: "0 4 * * *",
      claimSelector: { matchLabels: { "app.kubernetes.io/name": "grafana" } },
      retention: { maxCount: 7 },
    });
  },
} satisfies CorpusStack;
