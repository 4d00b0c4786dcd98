import { configMap } from "../parts/pods";
import type { CorpusStack } from "../parts/stack";
import { postgresStatefulSet } from "../parts/stateful-set";

export default {
  about: "PostgreSQL that is filled from SQL which pg_dump once made, as its comment says: it has no backup for that",
  environment: "staging",
  refusedBy: ["database-has-backup"],
  declare() {
    configMap("initial", { "00-load.sql": "-- Dumped by pg_dump version 17.6\nCREATE TABLE orders (id int);\n" });
    postgresStatefulSet("orders", {}, {}, { name: "initial", mountPath: "/docker-entrypoint-initdb.d" });
  },
} satisfies CorpusStack;
