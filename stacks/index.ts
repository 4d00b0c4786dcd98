import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import {
  type NfsVolumeArgs,
  type OffSiteStoreArgs,
  RestorablePostgres,
  type RestorablePostgresArgs,
  type S3BucketArgs,
} from "../components";
import { parseSettings, type Settings } from "../model/settings";
import { readCredentials } from "./credentials";

/**
 * The one program of all stacks. What differs between them is in Pulumi.<stack>.yaml: settings as `restorable:settings`
 * (model/settings.ts says what there is), and secrets as `restorable:credentials` (model/credentials.ts).
 */
const PROJECT = resolve(__dirname, "..");

const config = new pulumi.Config("restorable");
const stack = pulumi.getStack();
// `make up` builds images and hands their names over in `restorable:images`; elsewhere they stand in the settings.
const settings = parseSettings(config.requireObject("settings"), config.getObject("images"), stack);
const credentials = readCredentials(settings, stack);
const { postgres, drill, access, images } = settings;
const { major, backupSecret, ...cluster } = postgres;
const { signingSecret, identitySecret, ...drills } = drill;
const { encryption, ...backups } = settings.backup;
const { scheme, ...encryptedFor } = encryption ?? { scheme: undefined };

/** RestorablePostgres has one argument for each kind of storage. */
function storeOf(storage: Settings["storage"]): Pick<RestorablePostgresArgs, "store" | "s3Store" | "nfsStore"> {
  if (storage.kind === "s3-compatible") {
    const { kind, existingSecrets, ...bucket } = storage;
    return { store: { ...bucket, ...credentials.storage } };
  }
  // The components check what the settings pass on.
  const { kind, ...given } = storage;
  return kind === "s3" ? { s3Store: given as S3BucketArgs } : { nfsStore: given as NfsVolumeArgs };
}

function offSiteOf(offSite: Settings["offSite"]): OffSiteStoreArgs | undefined {
  if (!offSite) return undefined;
  const { existingSecrets, ...bucket } = offSite;
  return { ...bucket, ...credentials.offSite };
}

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
    promotedEvidence: settings.evidence.promotedFrom.map((file) => resolve(PROJECT, file)),
    kubeContext: new pulumi.Config("kubernetes").get("context"),
  },
  ...storeOf(settings.storage),
  offSite: offSiteOf(settings.offSite),
  access: access && { ...access, adminPassword: credentials.adminPassword },
});

export const environment = settings.environment;
export const namespace = postgresql.namespace;
export const clusterName = postgresql.clusterName;
export const drillNamespace = drill.namespace;
export const databases = postgresql.databases;
/** What the command of this name reads. */
export const restorable = postgresql.restorable;
