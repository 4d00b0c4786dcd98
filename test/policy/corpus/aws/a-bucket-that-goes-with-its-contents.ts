import * as pulumi from "@pulumi/pulumi";
import { backupBucket } from "../parts/aws-bucket";
import { archivingTo, cluster, nightly, objectStore } from "../parts/cloudnative-pg";
import { drilled } from "../parts/drill";
import { barman } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "the same, where destroying the stack empties and deletes the bucket",
  environment: "production",
  refusedBy: ["protected-from-deletion"],
  declare(help) {
    const { bucket } = backupBucket({ bucket: { forceDestroy: true }, opts: { protect: false } });
    objectStore("shop/orders-store", {
      destinationPath: pulumi.interpolate`s3://${bucket}/orders`,
      endpointURL: undefined,
    });
    cluster("shop/orders", archivingTo("orders-store"));
    const backup = nightly("shop/orders-nightly", "orders");
    drilled(help, "orders-drill", { covers: [backup], path: barman });
  },
} satisfies CorpusStack;
