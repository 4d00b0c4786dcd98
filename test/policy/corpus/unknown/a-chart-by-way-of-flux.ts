import { custom } from "../parts/custom";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a chart of PostgreSQL that Flux installs",
  environment: "production",
  refusedBy: ["database-is-recognized"],
  declare() {
    custom("helm.toolkit.fluxcd.io/v2/HelmRelease", "shop/orders", {
      interval: "10m",
      chart: { spec: { chart: "postgresql", version: "16.x", sourceRef: { kind: "HelmRepository", name: "bitnami" } } },
    });
  },
} satisfies CorpusStack;
