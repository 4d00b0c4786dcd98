import type { ExternalRestorePathInputs } from "../../../../model/external-restore-path";
import { bucket, pgbackrest } from "./crunchy";
import { custom } from "./custom";
import { pinned } from "./images";

const POSTGRES = pinned("docker.io/percona/percona-distribution-postgresql:17.6-1");

/** Percona's `shop/orders`, of three instances, with a repository in a bucket far away that keeps eight full backups. */
export function perconaCluster(backups: object = {}) {
  return custom("pgv2.percona.com/v2/PerconaPGCluster", "shop/orders", {
    crVersion: "2.7.0",
    postgresVersion: 17,
    image: POSTGRES,
    instances: [{ name: "main", replicas: 3, dataVolumeClaimSpec: { accessModes: ["ReadWriteOnce"] } }],
    proxy: { pgBouncer: { replicas: 3 } },
    backups: { pgbackrest: { global: { "repo1-retention-full": "8" }, repos: [bucket("repo1")] }, ...backups },
  });
}

/** Restored by pgBackRest into a cluster of its own. */
export const percona: ExternalRestorePathInputs = {
  ...pgbackrest,
  engine: "percona-postgresql",
  serverImage: POSTGRES,
};
