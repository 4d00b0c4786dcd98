import { drilled } from "../parts/drill";
import { POSTGRES } from "../parts/images";
import { boundedCronJob, S3_KEYS, shell } from "../parts/jobs";
import { dump } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "dumps of three servers, and one drill that says it covers them all",
  environment: "staging",
  refusedBy: ["restore-path-proven"],
  declare(help) {
    const nightly = ["orders", "billing", "audit"].map((server) =>
      boundedCronJob(`${server}-dump`, {
        image: POSTGRES,
        command: shell(
          `set -o pipefail; pg_dump -h ${server}.shop.svc -Fc | aws s3 cp - s3://acme-dumps/${server}.dump`,
        ),
        env: S3_KEYS,
      }),
    );
    drilled(help, "orders-drill", { covers: nightly, path: dump });
  },
} satisfies CorpusStack;
