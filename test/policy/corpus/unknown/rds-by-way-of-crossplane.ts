import { custom } from "../parts/custom";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "RDS for PostgreSQL, declared to Crossplane's provider",
  environment: "production",
  refusedBy: ["database-is-recognized"],
  declare() {
    custom("rds.aws.upbound.io/v1beta1/Instance", "shop/orders", {
      forProvider: { region: "eu-central-1", engine: "postgres", engineVersion: "17.6", instanceClass: "db.m7g.large" },
    });
  },
} satisfies CorpusStack;
