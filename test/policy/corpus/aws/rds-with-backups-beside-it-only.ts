import { instance, rdsRestore } from "../parts/aws-databases";
import { drilled } from "../parts/drill";
import { inside } from "../parts/restore-paths";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "drilled automated backups of which there is no copy outside the instance's own region and account",
  environment: "production",
  refusedBy: ["copy-outside-cluster"],
  declare(help) {
    const orders = instance();
    drilled(help, "orders-drill", { covers: [orders], of: "aws/orders", path: inside(rdsRestore) });
  },
} satisfies CorpusStack;
