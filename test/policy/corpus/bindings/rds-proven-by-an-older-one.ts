import { instance, rdsRestore } from "../parts/aws-databases";
import { drilled } from "../parts/drill";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "RDS with PostgreSQL 17, and a drill of 12",
  environment: "staging",
  refusedBy: ["restore-path-proven"],
  declare(help) {
    const path = { ...rdsRestore, postgresMajor: 12 };
    drilled(help, "orders-drill", { covers: [instance()], of: "aws/orders", path });
  },
} satisfies CorpusStack;
