import * as pulumi from "@pulumi/pulumi";
import { backupBucket } from "../parts/aws-bucket";
import { archivingTo, cluster, nightly, objectStore } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "the same, with Object Lock switched on and no retention by default: nothing is locked",
  environment: "production",
  refusedBy: ["storage-is-protected"],
  declare(help) {
    const { bucket } = backupBucket({ bucket: { objectLockEnabled: true } });
    objectStore("shop/orders-store", {
      destinationPath: pulumi.interpolate`s3://${bucket}/orders`,
      endpointURL: undefined,
    });
    cluster("shop/orders", archivingTo("orders-store"));
    const backup = nightly("shop/orders-nightly", "orders");
    drilled(help, "orders-drill", { covers: [backup], path: barman });
  },
} satisfies CorpusStack;
