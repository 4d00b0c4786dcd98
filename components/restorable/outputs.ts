import * as pulumi from "@pulumi/pulumi";
import { CLI_OUTPUTS_VERSION } from "../../model/cli-outputs";
import { STORAGE_FOLDERS } from "../../model/storage-access";
import { STORAGE_USES, type StorageUse } from "../../model/storage-promises";
import type { KeepCountsArgs } from "../backup/backup-retention-args";
import { agentAccess, storageAccessField } from "../storage/storage-access";
import type { RestorablePostgresArgs } from "./restorable-postgres-args";
import type { DeclaredStore } from "./stores";

/** How long backups of a database are kept: `keepSeconds` everything, and beside that by count. */
export interface RetentionOutput extends KeepCountsArgs {
  keepSeconds: number;
}

/** What there is of each database: for tools that start backups and drills and show evidence. */
export interface RestorableDatabaseOutput {
  database: string;
  namespace: string;
  cluster: string;
  backupCronJob: string;
  drillNamespace: string;
  drillCronJob: string;
  evidenceConfigMap: string;
  fingerprint: string;
  timeZone: string;
  retention: RetentionOutput;
  /** Undefined: nothing is removed. */
  retentionCronJob?: string;
  /** Undefined: there is no off-site copy. */
  copyCronJob?: string;
}

/** A Secret in the cluster that holds a storage's key. */
export interface SecretReferenceOutput {
  namespace: string;
  name: string;
}

export interface StorageSecretsOutput {
  writer?: SecretReferenceOutput;
  reader?: SecretReferenceOutput;
  evidence?: SecretReferenceOutput;
  pruner?: SecretReferenceOutput;
}

/** What a Job is told of a storage. */
export interface StorageAccessOutput {
  kind: string;
  bucket?: string;
  region?: string;
  owner?: string;
  path?: string;
}

export interface RestorableStorageOutput {
  access: StorageAccessOutput;
  endpoint?: string;
  bucket?: string;
  region?: string;
  prefix: string;
  secrets: StorageSecretsOutput;
}

export interface RestorableStoragesOutput {
  primary: RestorableStorageOutput;
  offSite?: RestorableStorageOutput;
}

/** What the command `restorable` needs to know of a stack: it reads the stack's output of that name. No secret is in it. */
export interface RestorableOutput {
  version: number;
  environment: string;
  /** As manifests name it. */
  stack: string;
  databases: RestorableDatabaseOutput[];
  storages: RestorableStoragesOutput;
  publicKeys: string[];
}

export function restorableOutput(
  args: RestorablePostgresArgs,
  drillNamespace: string,
  stores: { primary: DeclaredStore; offSite: DeclaredStore | undefined },
  databases: RestorableDatabaseOutput[],
): RestorableOutput {
  const namespaces = { source: args.namespace, drills: drillNamespace };
  // With a platform's drills, the Secrets in their namespace are the platform's: this stack does not know their names.
  const uses: StorageUse[] = args.drill.by === "platform" ? ["writer", "pruner"] : [...STORAGE_USES];
  return {
    version: CLI_OUTPUTS_VERSION,
    environment: args.environment,
    stack: args.stack ?? pulumi.getStack(),
    databases,
    storages: {
      primary: storageOutput(stores.primary, namespaces, uses),
      ...(stores.offSite && {
        offSite: storageOutput(
          stores.offSite,
          namespaces,
          uses.filter((use) => use !== "evidence"),
        ),
      }),
    },
    publicKeys: args.drill.evidenceKeys ?? [],
  };
}

function storageOutput(
  store: DeclaredStore,
  namespaces: { source: string; drills: string },
  uses: readonly StorageUse[],
): RestorableStorageOutput {
  const { endpoint, bucket, region, prefix } = store;
  const secrets: StorageSecretsOutput = {};
  for (const use of uses) {
    const name = store[use]?.secret;
    const namespace = use === "writer" || use === "pruner" ? namespaces.source : namespaces.drills;
    if (name !== undefined) secrets[use] = { namespace, name };
  }
  const access = agentAccess(storageAccessField.parse(store.writer), { folder: STORAGE_FOLDERS.storage });
  return { access, endpoint, bucket, region, prefix, secrets };
}
