import * as aws from "@pulumi/aws";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "MySQL, Aurora for MySQL and a cache, without backups worth the name: other people's rules",
  environment: "production",
  refusedBy: [],
  declare() {
    new aws.rds.Instance("blog", {
      engine: "mysql",
      instanceClass: "db.t4g.micro",
      allocatedStorage: 20,
      username: "blog",
      manageMasterUserPassword: true,
      backupRetentionPeriod: 7,
      skipFinalSnapshot: true,
    });
    new aws.rds.Cluster("shop", { engine: "aurora-mysql", masterUsername: "shop", manageMasterUserPassword: true });
    new aws.elasticache.ReplicationGroup("cache", { description: "sessions", nodeType: "cache.t4g.micro" });
  },
} satisfies CorpusStack;
