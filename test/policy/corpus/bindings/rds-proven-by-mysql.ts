import { instance, rdsRestore } from "../parts/aws-databases";
import { drilled } from "../parts/drill";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "RDS for PostgreSQL, and a drill that restores MySQL",
  environment: "staging",
  refusedBy: ["restore-path-proven"],
  declare(help) {
    const path = { ...rdsRestore, engine: "mysql" };
    drilled(help, "orders-drill", { covers: [instance()], of: "aws/orders", path });
  },
} satisfies CorpusStack;
