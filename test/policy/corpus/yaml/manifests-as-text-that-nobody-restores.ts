import * as k8s from "@pulumi/kubernetes";
import { MANIFESTS } from "../parts/manifests";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a cluster and its backups out of a file of manifests, never restored",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    new k8s.yaml.ConfigGroup("orders", { yaml: MANIFESTS });
  },
} satisfies CorpusStack;
