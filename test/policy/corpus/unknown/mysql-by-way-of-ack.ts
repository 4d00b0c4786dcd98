import { custom } from "../parts/custom";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "RDS for MySQL, declared to AWS's controllers for Kubernetes",
  environment: "production",
  refusedBy: [],
  declare() {
    custom("rds.services.k8s.aws/v1alpha1/DBInstance", "shop/orders", {
      dbInstanceIdentifier: "orders",
      dbInstanceClass: "db.m7g.large",
      engine: "mysql",
      allocatedStorage: 100,
    });
  },
} satisfies CorpusStack;
