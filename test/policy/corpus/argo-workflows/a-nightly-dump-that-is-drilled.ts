import { custom } from "../parts/custom";
import { drilled } from "../parts/drill";
import { pinned } from "../parts/images";
import { ORDERS, S3_KEYS } from "../parts/jobs";
import { dump } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "the same in production, restored and checked each night",
  environment: "production",
  refusedBy: [],
  declare(help) {
    const container = {
      image: pinned("registry.acme.test/tools/postgres-and-aws:17.6"),
      command: ["bash", "-c", "pg_dump -Fc | aws s3 cp - s3://acme-dumps/orders-$(date +%F).dump"],
      env: [...ORDERS, ...S3_KEYS],
    };
    const nightly = custom("argoproj.io/v1alpha1/CronWorkflow", "shop/orders-dump", {
      schedules: ["15 2 * * *"],
      timezone: "Etc/UTC",
      workflowSpec: { entrypoint: "dump", templates: [{ name: "dump", container }] },
    });
    drilled(help, "orders-drill", { covers: [nightly], path: dump });
  },
} satisfies CorpusStack;
