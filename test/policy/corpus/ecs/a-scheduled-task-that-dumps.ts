import * as aws from "@pulumi/aws";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "a task of Amazon ECS that EventBridge starts each night, and that dumps to a bucket; never restored",
  environment: "develop",
  refusedBy: ["backup-has-restore-drill"],
  declare() {
    const task = new aws.ecs.TaskDefinition("orders-dump", {
      family: "orders-dump",
      containerDefinitions: JSON.stringify([
        {
          name: "dump",
          image: "registry.acme.test/tools/postgres-and-aws:17",
          command: ["sh", "-c", "pg_dump -Fc -h orders.acme.test orders | aws s3 cp - s3://acme-dumps/orders.dump"],
        },
      ]),
    });
    new aws.scheduler.Schedule("nightly", {
      scheduleExpression: "cron(15 2 * * ? *)",
      flexibleTimeWindow: { mode: "OFF" },
      target: {
        arn: "arn:aws:ecs:eu-central-1:000000000000:cluster/shop",
        roleArn: "arn:aws:iam::000000000000:role/scheduler",
        ecsParameters: { taskDefinitionArn: task.arn, launchType: "FARGATE" },
      },
    });
  },
} satisfies CorpusStack;
