import { custom } from "../parts/custom";
import { POSTGRES } from "../parts/images";
import { ORDERS } from "../parts/jobs";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "an Argo CronWorkflow whose script dumps to a bucket each night; never restored",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    const source = "set -o pipefail\npg_dump -Fc | aws s3 cp - s3://acme-dumps/orders-$(date +%F).dump\n";
    custom("argoproj.io/v1alpha1/CronWorkflow", "shop/orders-dump", {
      schedule: "15 2 * * *",
      timezone: "Etc/UTC",
      workflowSpec: {
        entrypoint: "dump",
        templates: [{ name: "dump", script: { image: POSTGRES, command: ["bash"], source, env: ORDERS } }],
      },
    });
  },
} satisfies CorpusStack;
