import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { S3StorageDeclaration } from "../s3-backup-storage-args";
import { bucketArn, oidcProviderProblem, roleArn } from "./arns";
import { judged } from "./judged";
import { loadAws } from "./load-aws";
import { type Bounds, drillPolicy, prunerPolicy, writerPolicy } from "./permissions";
import { type RoleUse, roleName } from "./role-names";
import type { ServiceAccount } from "./service-accounts";
import { type Identities, trustPolicy } from "./trust";

interface JobRole {
  use: RoleUse;
  accounts: ServiceAccount[];
  policy: (bounds: Bounds) => string;
}

/** The roles that Jobs have: none for a list without service accounts. */
function jobRoles({ writers, drills, pruners }: S3StorageDeclaration): JobRole[] {
  const all: JobRole[] = [
    { use: "writer", accounts: writers, policy: writerPolicy },
    { use: "drill", accounts: drills, policy: drillPolicy },
    { use: "pruner", accounts: pruners, policy: prunerPolicy },
  ];
  return all.filter(({ accounts }) => accounts.length > 0);
}

export function jobRoleArns(storage: S3StorageDeclaration): string[] {
  return jobRoles(storage).map(({ use }) => roleArn(roleName(storage.roleNamePrefix, use), storage));
}

/** The Jobs' roles, and what each may do; by use, what must be there before the role is of any use. */
export function makeJobRoles(
  name: string,
  storage: S3StorageDeclaration,
  keyArn: pulumi.Output<string> | undefined,
  parent: pulumi.Resource,
): Map<RoleUse, pulumi.Resource[]> {
  const identities = identitiesOf(name, storage);
  const aws = loadAws();
  return new Map(
    jobRoles(storage).map(({ use, accounts, policy }) => {
      const role = new aws.iam.Role(
        `${name}-${use}`,
        {
          name: roleName(storage.roleNamePrefix, use),
          description: `Restorable: ${use} of the backup bucket ${storage.bucket}`,
          assumeRolePolicy: identities.apply((known) => trustPolicy(accounts, known)),
        },
        { parent },
      );
      const { region, prefix } = storage;
      const bounds = { bucketArn: bucketArn(storage.bucket, region), region, prefix };
      const permissions = new aws.iam.RolePolicy(
        `${name}-${use}`,
        {
          name: "backups",
          role: role.name,
          policy: pulumi.output(keyArn).apply((key) => policy({ ...bounds, keyArn: key })),
        },
        { parent },
      );
      return [use, [role, permissions, ...associations(`${name}-${use}`, role, accounts, storage, parent)]];
    }),
  );
}

/** What EKS Pod Identity needs to give pods the role: one association for each service account. */
function associations(
  name: string,
  role: aws.iam.Role,
  accounts: ServiceAccount[],
  { podIdentity, region }: S3StorageDeclaration,
  parent: pulumi.Resource,
): pulumi.Resource[] {
  if (!podIdentity) return [];
  const { eks } = loadAws();
  return accounts.map(
    (account) =>
      new eks.PodIdentityAssociation(
        `${name}-${account.namespace}-${account.name}`,
        {
          clusterName: podIdentity.clusterName,
          region: podIdentity.region ?? region,
          namespace: account.namespace,
          serviceAccount: account.name,
          roleArn: role.arn,
        },
        { parent },
      ),
  );
}

function identitiesOf(name: string, storage: S3StorageDeclaration): pulumi.Output<Identities> {
  const { accountId, irsa, podIdentity, region } = storage;
  const subject = `S3BackupStorage "${name}"`;
  const provider =
    irsa && judged(irsa.oidcProviderArn, subject, "irsa.oidcProviderArn", (arn) => oidcProviderProblem(arn, accountId));
  return pulumi
    .all([pulumi.output(provider), pulumi.output(podIdentity?.clusterName)])
    .apply(([oidcProviderArn, cluster]) => ({
      accountId,
      ...(oidcProviderArn === undefined ? {} : { oidcProviderArn }),
      ...(cluster === undefined ? {} : { cluster: { name: cluster, region: podIdentity?.region ?? region } }),
    }));
}
