/**
 * A small AWS program for the stand-in: an RDS instance, an Aurora cluster, a bucket, and AWS Backup with a restore test of
 * it all. Nothing in it exists yet.
 */
const aws = require("@pulumi/aws");
const pulumi = require("@pulumi/pulumi");

const orders = new aws.rds.Instance("orders", {
  engine: "postgres",
  instanceClass: "db.t4g.medium",
  allocatedStorage: 20,
  username: "orders",
  password: pulumi.secret("not printed anywhere"),
  backupRetentionPeriod: 7,
  storageEncrypted: true,
});
/** It leaves to AWS what AWS will choose. */
const plain = new aws.rds.Instance("plain", {
  engine: "postgres",
  instanceClass: "db.t4g.medium",
  allocatedStorage: 20,
});
/** It takes from a resource that does not exist yet what nobody knows. */
const later = new aws.rds.Instance("later", {
  engine: "postgres",
  instanceClass: "db.t4g.medium",
  multiAz: orders.latestRestorableTime.apply((time) => time !== ""),
});

const cluster = new aws.rds.Cluster("billing", { engine: "aurora-postgresql", storageEncrypted: true });
for (const name of ["one", "two"])
  new aws.rds.ClusterInstance(name, {
    clusterIdentifier: cluster.id,
    engine: "aurora-postgresql",
    instanceClass: "db.r8g.large",
  });

const bucket = new aws.s3.Bucket("Backups");
new aws.s3.BucketVersioning("versioning", { bucket: bucket.id, versioningConfiguration: { status: "Enabled" } });

const vault = new aws.backup.Vault("main");
const plan = new aws.backup.Plan("nightly", {
  rules: [
    {
      ruleName: "nightly",
      targetVaultName: vault.name,
      schedule: "cron(0 2 * * ? *)",
      enableContinuousBackup: true,
      lifecycle: { deleteAfter: 30 },
    },
  ],
});
const iamRoleArn = "arn:aws:iam::000000000000:role/backup";
new aws.backup.Selection("databases", { planId: plan.id, iamRoleArn, resources: [orders.arn] });
const weekly = new aws.backup.RestoreTestingPlan("weekly", {
  name: "weekly",
  scheduleExpression: "cron(0 6 ? * SUN *)",
  recoveryPointSelection: {
    algorithm: "LATEST_WITHIN_WINDOW",
    includeVaults: [vault.arn],
    recoveryPointTypes: ["CONTINUOUS"],
  },
});
new aws.backup.RestoreTestingSelection("orders", {
  name: "orders",
  restoreTestingPlanName: weekly.name,
  protectedResourceType: "RDS",
  protectedResourceArns: [orders.arn],
  iamRoleArn,
});

exports.account = aws.getCallerIdentityOutput().accountId;
exports.bucket = bucket.bucket;
exports.identifier = orders.identifier;
exports.address = orders.address;
exports.arn = orders.arn;
exports.plainMultiAz = plain.multiAz;
exports.laterMultiAz = later.multiAz;
exports.clusterIdentifier = cluster.clusterIdentifier;
