import * as k8s from "@pulumi/kubernetes";
import { POSTGRES } from "../parts/images";
import { evidenceInCluster, restorable } from "../parts/restorable";
import type { CorpusStack } from "../parts/stack";

export default {
  about: "everything proven, and below the same component somebody else's dump of payroll, which nobody restores",
  environment: "staging",
  refusedBy: ["backup-has-restore-drill"],
  declare(help) {
    evidenceInCluster(help);
    const orders = restorable(help);
    const container = {
      name: "dump",
      image: POSTGRES,
      command: ["sh", "-c", "pg_dump -Fc -h payroll.hr.svc payroll | aws s3 cp - s3://acme-hr/payroll.dump"],
    };
    new k8s.batch.v1.CronJob(
      "payroll",
      {
        metadata: { name: "payroll", namespace: "hr" },
        spec: {
          schedule: "0 3 * * *",
          jobTemplate: { spec: { template: { spec: { restartPolicy: "Never", containers: [container] } } } },
        },
      },
      { parent: orders },
    );
  },
} satisfies CorpusStack;
