import type * as pulumi from "@pulumi/pulumi";
import { RestorablePostgres, type RestorablePostgresArgs } from "../../../../components";
import { logicalRestorePath } from "../../../../model/logical-restore-path";
import type { StorageKind } from "../../../../model/storage-access";
import { CNPG_POSTGRES, pinned } from "./images";
import type { Differences, Help } from "./stack";

export const AGENT = pinned("registry.acme.test/platform/restorable-agent:0.1.0");
const CHECKS = [{ name: "orders can be summed", sql: "SELECT count(*) > 0 FROM orders" }];

/** What our backups and drills of `shop/orders/<database>` have in common. */
export function common(help: Help, database: string) {
  return {
    environment: help.environment,
    target: { namespace: "shop", cluster: "orders", database },
    source: { host: "orders-rw.shop.svc" },
    restorePath: {
      postgresMajor: 17,
      serverImage: CNPG_POSTGRES,
      agentImage: AGENT,
      applicationRole: "app",
      applicationChecks: CHECKS,
    },
  };
}

/** `shop/orders` with its database `app`, as the README declares it; keys and passwords are in Secrets. */
export function restorable(
  help: Help,
  changes: Partial<RestorablePostgresArgs> = {},
  opts?: pulumi.ComponentResourceOptions,
) {
  const args: RestorablePostgresArgs = {
    environment: help.environment,
    namespace: "shop",
    postgresMajor: 17,
    serverImage: CNPG_POSTGRES,
    agentImage: AGENT,
    storage: { size: "40Gi" },
    backupRole: { existingSecret: "orders-backup-role" },
    databases: [{ name: "app", owner: "app_owner", applicationRole: "app", checks: CHECKS }],
    backup: { schedule: "30 2 * * *", rpo: "26h", retention: "30d" },
    drill: { rto: "2h", apiServerCidrs: ["10.0.0.5/32"], signingKey: { existingSecret: "orders-signing" } },
    store: {
      endpoint: "https://s3.eu-central-003.backblazeb2.com",
      bucket: "acme-postgres-dumps",
      region: "eu-central-003",
      writer: { existingSecret: "dumps-writer" },
      reader: { existingSecret: "dumps-reader" },
      evidence: { existingSecret: "dumps-evidence" },
    },
    ...changes,
  };
  return new RestorablePostgres("orders", args, opts);
}

/** Where backups go in the corpus, as evidence names it. */
const PLACES: Record<StorageKind, string> = {
  "s3-compatible": "https://s3.eu-central-003.backblazeb2.com/acme-postgres-dumps",
  s3: "s3://acme-postgres-backups",
  nfs: "volume",
};

/** What the drill of `app` has left in the cluster. */
export function evidenceInCluster(
  help: Help,
  differences: Differences = {},
  kind: StorageKind = "s3-compatible",
): void {
  const { target, restorePath } = common(help, "app");
  const { path } = logicalRestorePath(
    { engine: "cloudnative-pg", encryption: "none", ...restorePath },
    { kind, copy: "primary" },
  );
  const objectives = { rpoSeconds: 26 * 3600, rtoSeconds: 2 * 3600 };
  const storage = { kind, place: PLACES[kind], prefix: "" };
  help.inCluster(help.evidence({ target, restorePath: path, objectives, storage }, differences));
}
