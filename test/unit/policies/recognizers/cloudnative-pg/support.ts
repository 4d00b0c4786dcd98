import type { PolicyResource } from "@pulumi/policy";
import { cloudNativePg } from "../../../../../policies/recognizers/cloudnative-pg/cloudnative-pg";
import type { Bucket } from "../../../../../policies/stack/facts";
import { custom, factsOf, only } from "../support/operators";

/** CloudNativePG's resources, and what its recognizer makes of them. */

export const SPREAD = { affinity: { podAntiAffinityType: "required" } };
export const PLUGIN = {
  name: "barman-cloud.cloudnative-pg.io",
  isWALArchiver: true,
  parameters: { barmanObjectName: "store" },
};
export const IN_TREE = {
  destinationPath: "s3://backups/orders",
  s3Credentials: { accessKeyId: { name: "s3", key: "id" } },
};

export const cluster = (spec: object = {}, more: Parameters<typeof custom>[3] = {}, name = "orders") =>
  custom("postgresql.cnpg.io/v1:Cluster", name, spec, more);
export const scheduled = (spec: object = {}, more: Parameters<typeof custom>[3] = {}) =>
  custom(
    "postgresql.cnpg.io/v1:ScheduledBackup",
    "nightly",
    {
      cluster: { name: "orders" },
      schedule: "0 0 2 * * *",
      method: "plugin",
      pluginConfiguration: { name: PLUGIN.name },
      ...spec,
    },
    more,
  );
export const objectStore = (configuration: object, spec: object = {}, more: Parameters<typeof custom>[3] = {}) =>
  custom("barmancloud.cnpg.io/v1:ObjectStore", "store", { configuration, ...spec }, more);

export const databaseOf = (...resources: PolicyResource[]) => only(factsOf(cloudNativePg, resources).databases);
export const backupOf = (resources: PolicyResource[], buckets: Bucket[] = []) =>
  only(factsOf(cloudNativePg, resources, buckets).backups);
export const storeOf = (resources: PolicyResource[], buckets: Bucket[] = []) =>
  only(backupOf(resources, buckets).stores);
