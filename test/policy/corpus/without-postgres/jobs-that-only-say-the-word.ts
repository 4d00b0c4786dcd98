import { POSTGRES } from "../parts/images";
import { boundedCronJob, ORDERS, shell } from "../parts/jobs";
import { configMap, mounted } from "../parts/pods";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a seed whose SQL was dumped once, a watcher of other jobs, a check of versions: none of them dumps",
  environment: "production",
  refusedBy: [],
  declare() {
    const job = { image: POSTGRES, env: ORDERS };
    configMap("seed", {
      "demo.sql": "-- Dumped by pg_dump version 17.6\nSELECT 1;\n",
      "README.md": "Made by pg_dump.\n",
    });
    boundedCronJob("orders-demo", { ...job, command: ["psql", "-f", "/seed/demo.sql"], ...mounted("seed", "/seed") });
    boundedCronJob("who-dumps", { ...job, command: shell("ps aux | grep pg_dump; echo pg_dump is not running") });
    boundedCronJob("versions", { ...job, command: shell("# of pg_dump\npg_dump --version; command -v pg_basebackup") });
  },
} satisfies CorpusStack;
