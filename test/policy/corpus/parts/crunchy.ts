import type * as pulumi from "@pulumi/pulumi";
import type { ExternalRestorePathInputs } from "../../../../model/external-restore-path";
import { custom } from "./custom";
import { pinned } from "./images";

export const PGO_POSTGRES = pinned("registry.developers.crunchydata.com/crunchydata/crunchy-postgres:ubi9-17.6-2534");
const PGO_PGBACKREST = pinned("registry.developers.crunchydata.com/crunchydata/crunchy-pgbackrest:ubi9-2.56.0-2534");

/** A full backup on Sundays, a differential one on the other nights. */
export const NIGHTLY = { full: "20 1 * * 0", differential: "20 1 * * 1-6" };

/** A repository in a bucket far away. */
export const bucket = (name: string, schedules: object | undefined = NIGHTLY) => ({
  name,
  schedules,
  s3: { bucket: "acme-postgres-repos", endpoint: "s3.eu-central-003.backblazeb2.com", region: "eu-central-003" },
});

/** A repository on a volume beside the database. */
export const volume = (name: string, schedules: object | undefined = NIGHTLY) => ({
  name,
  schedules,
  volume: {
    volumeClaimSpec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "200Gi" } } },
  },
});

/** `shop/orders` of three instances on three nodes with a synchronous standby, and these repositories. */
export function postgresCluster(
  repos: object[],
  global: Record<string, pulumi.Input<string>>,
  opts: pulumi.CustomResourceOptions = { protect: true },
) {
  const labels = { "postgres-operator.crunchydata.com/cluster": "orders" };
  const apart = { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: labels } };
  const instances = {
    name: "main",
    replicas: 3,
    dataVolumeClaimSpec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "100Gi" } } },
    affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [apart] } },
  };
  return custom(
    "postgres-operator.crunchydata.com/v1beta1/PostgresCluster",
    "shop/orders",
    {
      postgresVersion: 17,
      image: PGO_POSTGRES,
      instances: [instances],
      patroni: { dynamicConfiguration: { synchronous_mode: true } },
      backups: {
        pgbackrest: {
          image: PGO_PGBACKREST,
          configuration: [{ secret: { name: "orders-repo-keys" } }],
          global,
          repos,
        },
      },
    },
    opts,
  );
}

/** Restored by pgBackRest into a cluster of its own, from the bucket. */
export const pgbackrest: ExternalRestorePathInputs = {
  engine: "crunchy-pgo",
  postgresMajor: 17,
  backupMethod: "physical",
  storageKind: "s3",
  storageCopy: "outside",
  procedure: "pgbackrest-restore",
  tool: { name: "pgo-clone-check", version: "0.9.2" },
  serverImage: PGO_POSTGRES,
};
