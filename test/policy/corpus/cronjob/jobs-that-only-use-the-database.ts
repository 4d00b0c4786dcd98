import { POSTGRES } from "../parts/images";
import { boundedCronJob, boundedJob, ORDERS, shell } from "../parts/jobs";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "vacuum, migrations, a benchmark, a readiness check, a seed that is loaded: none of them is a backup",
  environment: "production",
  refusedBy: [],
  declare() {
    const job = { image: POSTGRES, env: ORDERS };
    boundedCronJob("orders-vacuum", { ...job, command: ["vacuumdb", "--all", "--analyze"] });
    boundedCronJob("orders-partitions", {
      ...job,
      command: shell("# runs before the dump of the platform team\npsql -c 'CALL drop_old_partitions()'"),
    });
    boundedJob("orders-migrate", { ...job, command: shell("psql -v ON_ERROR_STOP=1 -f /migrations/all.sql") });
    boundedJob("orders-bench", { ...job, command: ["pgbench", "--client=8", "--time=60"] });
    boundedJob("orders-ready", { ...job, command: shell("until pg_isready; do sleep 2; done") });
    boundedJob("orders-seed", { ...job, command: ["pg_restore", "--no-owner", "--dbname=orders", "/seed/demo.dump"] });
  },
} satisfies CorpusStack;
