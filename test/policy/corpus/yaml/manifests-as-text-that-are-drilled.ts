import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { drilled } from "../parts/drill";
import { MANIFESTS } from "../parts/manifests";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

const BACKUP = "postgresql.cnpg.io/v1/ScheduledBackup::shop/orders-nightly";

export default {
  about: "the same file, with a drill of the schedule in it",
  environment: "staging",
  refusedBy: [],
  declare(help) {
    const group = new k8s.yaml.ConfigGroup("orders", { yaml: MANIFESTS });
    const urn = group.resources.apply((found) => pulumi.output(found[BACKUP]?.urn ?? ""));
    drilled(help, "orders-drill", { covers: [{ urn }], path: barman });
  },
} satisfies CorpusStack;
