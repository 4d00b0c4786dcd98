import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import {
  type NfsVolumeArgs,
  type OffSiteStoreArgs,
  RestorablePostgres,
  type RestorablePostgresArgs,
  type S3BucketArgs,
} from "../components";
import type { Settings } from "../model/settings";
import { readCredentials } from "./credentials";

type Credentials = ReturnType<typeof readCredentials>;

/** The stack of an application: cluster, backups, and the drills, unless a platform's stack declares those. */
export function declareApplication(settings: Settings, stack: string, project: string) {
  const credentials = readCredentials(settings, stack);
  const { postgres, drill, access, images } = settings;
  const { major, backupSecret, ...cluster } = postgres;
  const { signingSecret, signingKms, identitySecret, ...drills } = drill;
  const { encryption, ...backups } = settings.backup;
  const { scheme, ...encryptedFor } = encryption ?? { scheme: undefined };

  const postgresql = new RestorablePostgres(settings.name, {
    environment: settings.environment,
    stack,
    namespace: settings.namespace,
    ...cluster,
    postgresMajor: major,
    serverImage: images.server,
    agentImage: images.agent,
    backupRole: credentials.backupRole,
    databases: settings.databases.map(({ roles, ...database }) => ({
      ...database,
      ownerPassword: credentials.rolePassword(database.owner),
      roles: roles.map((role) => ({ ...role, password: credentials.rolePassword(role.name) ?? "" })),
    })),
    backup: { ...backups, encryptionScheme: scheme, encryption: encryption && encryptedFor },
    drill: {
      ...drills,
      signingKey: credentials.signingKey,
      identity: credentials.identity,
      evidenceKeys: credentials.evidenceKeys,
      promotedEvidence: settings.evidence.promotedFrom.map((file) => resolve(project, file)),
      kubeContext: new pulumi.Config("kubernetes").get("context"),
    },
    ...storeOf(settings.storage, credentials),
    offSite: offSiteOf(settings.offSite, credentials),
    access: access && { ...access, adminPassword: credentials.adminPassword },
  });

  return {
    environment: settings.environment,
    namespace: postgresql.namespace,
    clusterName: postgresql.clusterName,
    drillNamespace: drill.namespace,
    databases: postgresql.databases,
    /** What the command of this name reads. */
    restorable: postgresql.restorable,
  };
}

/** RestorablePostgres has one argument for each kind of storage. */
function storeOf(
  storage: Settings["storage"],
  credentials: Credentials,
): Pick<RestorablePostgresArgs, "store" | "s3Store" | "nfsStore"> {
  if (storage.kind === "s3-compatible") {
    const { kind, existingSecrets, ...bucket } = storage;
    return { store: { ...bucket, ...credentials.storage } };
  }
  // The components check what the settings pass on.
  const { kind, ...given } = storage;
  return kind === "s3" ? { s3Store: given as S3BucketArgs } : { nfsStore: given as NfsVolumeArgs };
}

function offSiteOf(offSite: Settings["offSite"], credentials: Credentials): OffSiteStoreArgs | undefined {
  if (!offSite) return undefined;
  const { existingSecrets, ...bucket } = offSite;
  return { ...bucket, ...credentials.offSite };
}
