import { drilled } from "../parts/drill";
import { boundedCronJob, ORDERS, S3_KEYS, shell } from "../parts/jobs";
import { dump } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "the same dump on Sundays, where those who run the gate have set the objective to eight days",
  environment: "develop",
  refusedBy: [],
  configuration: { "rpo-within-objective": { objective: "8d" } },
  declare(help) {
    const weekly = boundedCronJob("catalog-dump", {
      schedule: "0 3 * * 0",
      image: "registry.acme.test/tools/postgres-and-aws:17",
      command: shell("pg_dump -Fc | aws s3 cp - s3://acme-dumps/catalog.dump"),
      env: [...ORDERS, ...S3_KEYS],
    });
    drilled(help, "catalog-drill", { covers: [weekly], path: dump, rpo: "8d" });
  },
} satisfies CorpusStack;
