import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { RestorablePostgres } from "../components";
import { parseSettings } from "../model/settings";
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
const { postgres, drill, storage, access, images } = settings;
const { major, backupSecret, ...cluster } = postgres;
const { signingSecret, identitySecret, ...drills } = drill;
const { encryption, ...backups } = settings.backup;
const { scheme, ...encryptedFor } = encryption ?? { scheme: undefined };
const { kind, existingSecrets, ...store } = storage;

const restorable = new RestorablePostgres(settings.name, {
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
    promotedEvidence: settings.evidence.promotedFrom.map((file) => resolve(PROJECT, file)),
    kubeContext: new pulumi.Config("kubernetes").get("context"),
  },
  store: {
    ...store,
    writer: credentials.storage("writer"),
    reader: credentials.storage("reader"),
    evidence: credentials.storage("evidence"),
  },
  access: access && { ...access, adminPassword: credentials.adminPassword },
});

export const environment = settings.environment;
export const namespace = restorable.namespace;
export const clusterName = restorable.clusterName;
export const drillNamespace = drill.namespace;
export const databases = restorable.databases;
