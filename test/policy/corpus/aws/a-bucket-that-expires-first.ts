import * as pulumi from "@pulumi/pulumi";
import { backupBucket } from "../parts/aws-bucket";
import { archivingTo, cluster, nightly, objectStore } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "the same, where the bucket deletes after a week what Barman means to keep for 30 days",
  environment: "production",
  refusedBy: ["retention-is-sufficient"],
  declare(help) {
    const { bucket } = backupBucket({ expiresAfterDays: 7 });
    objectStore("shop/orders-store", {
      destinationPath: pulumi.interpolate`s3://${bucket}/orders`,
      endpointURL: undefined,
    });
    cluster("shop/orders", archivingTo("orders-store"));
    const backup = nightly("shop/orders-nightly", "orders");
    drilled(help, "orders-drill", { covers: [backup], path: barman });
  },
} satisfies CorpusStack;
