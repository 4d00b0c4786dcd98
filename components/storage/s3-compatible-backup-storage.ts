import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type StorageDescriptor, TYPE_TOKENS } from "../../model/descriptor";
import type { StorageUse } from "../../model/storage-promises";
import { labels } from "../kubernetes/labels";
import { secretValue, validated } from "../validate";
import {
  type S3CompatibleBackupStorageArgs,
  type StorageCredentialsArgs,
  s3CompatibleStorageSchema,
} from "./s3-compatible-backup-storage-args";
import { writerId } from "./storage-access";
import { storageCheckJob } from "./storage-check-job";

export type { S3CompatibleBackupStorageArgs, StorageCredentialsArgs } from "./s3-compatible-backup-storage-args";

/**
 * A bucket on any server that speaks S3, and the keys to it, each where it is used and nowhere else: backups write,
 * drills read, evidence has a key that can touch no backup, and one key removes what is no longer kept. On deployment
 * it is tried, not assumed, what the server keeps.
 */
export class S3CompatibleBackupStorage extends pulumi.ComponentResource {
  static readonly __pulumiType: string = TYPE_TOKENS.storage;
  /** The Secret in the source's namespace. */
  declare public readonly writerSecretName: pulumi.Output<string>;
  /** The Secret in the drills' namespace with which they read backups; undefined without `reader`. */
  declare public readonly readerSecretName: pulumi.Output<string | undefined>;
  /** The Secret in the drills' namespace with which they store evidence; undefined without `evidence`. */
  declare public readonly evidenceSecretName: pulumi.Output<string | undefined>;
  /** The Secret in the source's namespace with which backups are removed; undefined without `pruner`. */
  declare public readonly prunerSecretName: pulumi.Output<string | undefined>;
  /** The Secret in the source's namespace with which backups are copied elsewhere; undefined without `copier`. */
  declare public readonly copierSecretName: pulumi.Output<string | undefined>;

  constructor(name: string, args: S3CompatibleBackupStorageArgs, opts?: pulumi.ComponentResourceOptions) {
    if (opts?.urn) {
      super(TYPE_TOKENS.storage, name, {}, opts);
      return;
    }
    const declared = validated(s3CompatibleStorageSchema, args, "S3CompatibleBackupStorage", name);
    const { writer, reader, evidence, pruner, copier, ...plain } = declared;
    super(TYPE_TOKENS.storage, name, plain, opts);
    const secrets: k8s.core.v1.Secret[] = [];

    const secretFor = (use: KeyUse, namespace: string, key: StorageCredentialsArgs) => {
      if (key.accessKeyId === undefined || key.secretAccessKey === undefined)
        return pulumi.output(key.existingSecret ?? "");
      const subject = `S3CompatibleBackupStorage "${name}"`;
      const secret = new k8s.core.v1.Secret(
        `${name}-${use}`,
        {
          metadata: { name: `${name}-${use}`, namespace, labels: labels("storage", name) },
          stringData: {
            ACCESS_KEY_ID: secretValue(key.accessKeyId, subject, `${use}.accessKeyId`),
            ACCESS_SECRET_KEY: secretValue(key.secretAccessKey, subject, `${use}.secretAccessKey`),
            BUCKET: plain.bucket,
            ENDPOINT: plain.endpoint,
            REGION: plain.region,
          },
        },
        { parent: this },
      );
      secrets.push(secret);
      return secret.metadata.name;
    };
    this.writerSecretName = secretFor("writer", plain.sourceNamespace, writer);
    const none = pulumi.output(undefined);
    this.readerSecretName = reader ? secretFor("reader", plain.drillNamespace, reader) : none;
    this.evidenceSecretName = evidence ? secretFor("evidence", plain.drillNamespace, evidence) : none;
    this.prunerSecretName = pruner ? secretFor("pruner", plain.sourceNamespace, pruner) : none;
    this.copierSecretName = copier ? secretFor("copier", plain.sourceNamespace, copier) : none;

    // Each key is tried where it is used, with the way to the storage that it has there.
    const { agentImage: image, pods, endpoint, bucket, region, prefix, require } = plain;
    if (plain.checkOnDeployment && image !== undefined) {
      const check = { storage: name, image, pods, prefix, require, of: { endpoint, bucket, region } };
      const named = (use: StorageUse, key: StorageCredentialsArgs | undefined) =>
        key && { [use]: storageSecretName(name, use, key) };
      const checks = [
        {
          name: `${name}-check`,
          namespace: plain.sourceNamespace,
          secrets: { ...named("writer", writer), ...named("pruner", pruner) },
        },
        {
          name: `${name}-check-drills`,
          namespace: plain.drillNamespace,
          secrets: { ...named("reader", reader), ...named("evidence", evidence) },
        },
      ];
      for (const part of checks.filter(({ secrets }) => Object.keys(secrets).length > 0))
        storageCheckJob({ ...check, ...part }, { parent: this, dependsOn: secrets });
    }

    const descriptor: StorageDescriptor = {
      kind: "storage",
      version: 1,
      storage: "s3-compatible",
      endpoint: plain.endpoint,
      bucket: plain.bucket,
      tls: plain.endpoint.startsWith("https:"),
      writers: [
        writerId({ kind: "s3-compatible", secret: storageSecretName(name, "writer", writer) }, plain.sourceNamespace),
      ],
      ...(reader
        ? {
            readers: [
              writerId(
                { kind: "s3-compatible", secret: storageSecretName(name, "reader", reader) },
                plain.drillNamespace,
              ),
            ],
          }
        : {}),
    };
    this.registerOutputs({
      descriptor,
      writerSecretName: this.writerSecretName,
      readerSecretName: this.readerSecretName,
      evidenceSecretName: this.evidenceSecretName,
      prunerSecretName: this.prunerSecretName,
      copierSecretName: this.copierSecretName,
    });
  }
}

/** What a key is for. A copier's rights are a reader's: there is nothing of its own to try. */
type KeyUse = StorageUse | "copier";

/** The name of the Secret that S3CompatibleBackupStorage `storage` makes, or uses, for one of its keys. */
export function storageSecretName(storage: string, use: KeyUse, key: StorageCredentialsArgs): string {
  return key.existingSecret ?? `${storage}-${use}`;
}
