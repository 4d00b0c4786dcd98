import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { ExternalRestorePathInputs } from "../../../../model/external-restore-path";

/** RDS for PostgreSQL, `orders`: in two zones, encrypted, two weeks of backups, and it does not go by accident. */
export function instance(
  changes: Partial<aws.rds.InstanceArgs> = {},
  opts: pulumi.CustomResourceOptions = { protect: true },
): aws.rds.Instance {
  const args: aws.rds.InstanceArgs = {
    identifier: "orders",
    engine: "postgres",
    engineVersion: "17.6",
    instanceClass: "db.m7g.large",
    allocatedStorage: 100,
    dbName: "orders",
    username: "orders_admin",
    manageMasterUserPassword: true,
    multiAz: true,
    storageEncrypted: true,
    backupRetentionPeriod: 14,
    backupWindow: "02:00-03:00",
    deletionProtection: true,
    skipFinalSnapshot: false,
    finalSnapshotIdentifier: "orders-final",
  };
  return new aws.rds.Instance("orders", { ...args, ...changes }, opts);
}

/** The automated backups of `database` once more, in another region. */
export function copiesElsewhere(database: aws.rds.Instance): void {
  const elsewhere = new aws.Provider("elsewhere", { region: "eu-west-1" });
  new aws.rds.InstanceAutomatedBackupsReplication(
    "orders-elsewhere",
    {
      sourceDbInstanceArn: database.arn,
      retentionPeriod: 14,
      kmsKeyId: "arn:aws:kms:eu-west-1:000000000000:key/0f0f0f0f-0000-4000-8000-000000000001",
    },
    { provider: elsewhere },
  );
}

/** Aurora, `orders`, with this many instances. */
export function aurora(
  instances: number,
  changes: Partial<aws.rds.ClusterArgs> = {},
  opts: pulumi.CustomResourceOptions = { protect: true },
): aws.rds.Cluster {
  const engine = aws.rds.EngineType.AuroraPostgresql;
  const args: aws.rds.ClusterArgs = {
    clusterIdentifier: "orders",
    engine,
    engineVersion: "17.5",
    databaseName: "orders",
    masterUsername: "orders_admin",
    manageMasterUserPassword: true,
    storageEncrypted: true,
    backupRetentionPeriod: 14,
    deletionProtection: true,
    skipFinalSnapshot: false,
    finalSnapshotIdentifier: "orders-final",
  };
  const cluster = new aws.rds.Cluster("orders", { ...args, ...changes }, opts);
  for (let i = 0; i < instances; i++)
    new aws.rds.ClusterInstance(`orders-${i}`, {
      identifier: `orders-${i}`,
      clusterIdentifier: cluster.id,
      engine,
      instanceClass: "db.r8g.large",
    });
  return cluster;
}

/** A new instance from the copy in the other region, looked at by a Lambda of the team's. */
export const rdsRestore: ExternalRestorePathInputs = {
  engine: "aws-rds",
  postgresMajor: 17,
  backupMethod: "snapshot",
  storageKind: "rds-snapshot",
  storageCopy: "outside",
  procedure: "restore-db-instance-to-point-in-time",
  tool: { name: "restore-checks-lambda", version: "2026-10-02" },
};
