import type { CorpusStack } from "../parts/stack";
import { schedule } from "../parts/velero";

export default {
  about: "Velero keeps ConfigMaps and Ingresses and no volume: there is no database in that",
  environment: "production",
  refusedBy: [],
  declare() {
    schedule("settings-nightly", {
      includedNamespaces: ["web"],
      includedResources: ["configmaps", "ingresses.networking.k8s.io"],
      snapshotVolumes: false,
    });
  },
} satisfies CorpusStack;
