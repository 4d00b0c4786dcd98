import * as k8s from "@pulumi/kubernetes";
import type { input } from "@pulumi/kubernetes/types";
import type * as pulumi from "@pulumi/pulumi";

type Container = Partial<input.core.v1.Container>;

interface CronJobArgs extends Container {
  image: pulumi.Input<string>;
  /** @default "15 2 * * *" */
  schedule?: pulumi.Input<string>;
  volumes?: input.core.v1.Volume[];
  annotations?: Record<string, string>;
}

/** A CronJob in `shop` that is bounded in every way, for what it runs to be all there is to look at. */
export function boundedCronJob(
  name: string,
  { schedule = "15 2 * * *", annotations, ...args }: CronJobArgs,
): k8s.batch.v1.CronJob {
  return new k8s.batch.v1.CronJob(name, {
    metadata: { name, namespace: "shop", annotations },
    spec: {
      schedule,
      timeZone: "Etc/UTC",
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: 600,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
      jobTemplate: {
        spec: { activeDeadlineSeconds: 3600, backoffLimit: 2, ttlSecondsAfterFinished: 86_400, template: pod(args) },
      },
    },
  });
}

/** A Job in `shop` that runs once, bounded too. */
export function boundedJob(name: string, args: Omit<CronJobArgs, "schedule" | "annotations">): k8s.batch.v1.Job {
  return new k8s.batch.v1.Job(name, {
    metadata: { name, namespace: "shop" },
    spec: { activeDeadlineSeconds: 3600, backoffLimit: 2, ttlSecondsAfterFinished: 86_400, template: pod(args) },
  });
}

function pod({
  image,
  volumes,
  ...container
}: Omit<CronJobArgs, "schedule" | "annotations">): input.core.v1.PodTemplateSpec {
  return { spec: { restartPolicy: "Never", containers: [{ name: "main", image, ...container }], volumes } };
}

/** The command that runs `lines` in a shell. */
export const shell = (...lines: pulumi.Input<string>[]) => ["/bin/sh", "-c", ...lines];

/** The variable `name` from the key `key` of the Secret `secret`. */
export const fromSecret = (name: string, secret: string, key: string): input.core.v1.EnvVar => ({
  name,
  valueFrom: { secretKeyRef: { name: secret, key } },
});

/** How jobs reach the database `orders`, with the password in a Secret. */
export const ORDERS: input.core.v1.EnvVar[] = [
  { name: "PGHOST", value: "orders.shop.svc" },
  { name: "PGUSER", value: "backup" },
  { name: "PGDATABASE", value: "orders" },
  fromSecret("PGPASSWORD", "orders-backup", "password"),
];

/** Keys of the object store, in a Secret. */
export const S3_KEYS: input.core.v1.EnvVar[] = [
  fromSecret("AWS_ACCESS_KEY_ID", "backup-store", "id"),
  fromSecret("AWS_SECRET_ACCESS_KEY", "backup-store", "secret"),
];
