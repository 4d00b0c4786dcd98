import type * as pulumi from "@pulumi/pulumi";
import type { ExternalRestorePathInputs } from "../../../../model/external-restore-path";
import { custom } from "./custom";
import { pinned } from "./images";

const SPILO = pinned("ghcr.io/zalando/spilo-17:4.0-p3");

/** A `postgresql` of the Zalando operator, `shop/acme-orders`. */
export function postgresql(spec: object, opts: pulumi.CustomResourceOptions = { protect: true }) {
  return custom(
    "acid.zalan.do/v1/postgresql",
    "shop/acme-orders",
    {
      teamId: "acme",
      dockerImage: SPILO,
      numberOfInstances: 3,
      volume: { size: "50Gi" },
      postgresql: { version: "17" },
      databases: { orders: "orders_owner" },
      users: { orders_owner: [] },
      patroni: { synchronous_mode: true },
      ...spec,
    },
    opts,
  );
}

/** The operator's dump, loaded into an empty cluster. */
export const logicalBackup: ExternalRestorePathInputs = {
  engine: "zalando",
  postgresMajor: 17,
  backupMethod: "logical",
  storageKind: "s3",
  storageCopy: "outside",
  procedure: "psql",
  tool: { name: "load-newest-dump.sh", version: "1f0c2ab" },
  serverImage: SPILO,
};
