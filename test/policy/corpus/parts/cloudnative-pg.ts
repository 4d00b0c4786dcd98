import type { apiextensions } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { custom } from "./custom";
import { CNPG_POSTGRES } from "./images";

type Id = `${string}/${string}`;

/** A cluster of three on three nodes, with a synchronous quorum, protected from deletion. */
export function cluster(
  id: Id,
  spec: object = {},
  opts: pulumi.CustomResourceOptions = { protect: true },
): apiextensions.CustomResource {
  const good = {
    instances: 3,
    imageName: CNPG_POSTGRES,
    storage: { size: "40Gi", storageClass: "fast" },
    affinity: { enablePodAntiAffinity: true, podAntiAffinityType: "required", topologyKey: "kubernetes.io/hostname" },
    postgresql: { synchronous: { method: "any", number: 1, dataDurability: "required" } },
    bootstrap: { initdb: { database: "app", owner: "app" } },
  };
  return custom("postgresql.cnpg.io/v1/Cluster", id, { ...good, ...spec }, opts);
}

/** The Barman plugin's object store: a bucket far away, base backups kept for 30 days. */
export function objectStore(id: Id, configuration: object = {}, spec: object = { retentionPolicy: "30d" }) {
  return custom("barmancloud.cnpg.io/v1/ObjectStore", id, {
    configuration: { ...farAway(id), wal: { compression: "zstd" }, data: { compression: "gzip" }, ...configuration },
    ...spec,
  });
}

/** Where base backups and WAL go, as the plugin and the operator's own tools both take it. */
export const farAway = (id: Id) => ({
  destinationPath: `s3://acme-postgres-backups/${id}`,
  endpointURL: "https://s3.eu-central-003.backblazeb2.com",
  s3Credentials: {
    accessKeyId: { name: "backup-store", key: "id" },
    secretAccessKey: { name: "backup-store", key: "secret" },
  },
});

/** The part of a cluster that archives WAL to the store `name`. */
export const archivingTo = (name: string) => ({
  plugins: [{ name: "barman-cloud.cloudnative-pg.io", isWALArchiver: true, parameters: { barmanObjectName: name } }],
});

/** Base backups of `cluster` each night, by the plugin. Six fields: the first is seconds. */
export function nightly(id: Id, ofCluster: string, spec: object = {}, opts?: pulumi.CustomResourceOptions) {
  const good = {
    schedule: "0 30 2 * * *",
    cluster: { name: ofCluster },
    method: "plugin",
    pluginConfiguration: { name: "barman-cloud.cloudnative-pg.io" },
    backupOwnerReference: "self",
  };
  return custom("postgresql.cnpg.io/v1/ScheduledBackup", id, { ...good, ...spec }, opts);
}

/** `shop/orders` with base backups and WAL in a bucket far away: all that a drill is still missing for. */
export function ordersWithBackups(spec: object = {}, opts?: pulumi.CustomResourceOptions) {
  objectStore("shop/orders-store");
  const orders = cluster("shop/orders", { ...archivingTo("orders-store"), ...spec }, opts);
  return { orders, backup: nightly("shop/orders-nightly", "orders") };
}
