import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { drillNamespaceProblem, endpointProblem } from "../../model/contradictions";
import { type StorageDescriptor, TYPE_TOKENS } from "../../model/descriptor";
import { bucketName, kubernetesName, regionName } from "../../model/names";
import { prefixField } from "../backup/logical-backup-args";
import { labels } from "../kubernetes/labels";
import { oneCredentialProblem, reportProblem, secretField, secretValue, validated } from "../validate";
import { writerId } from "./storage-access";

/** A key to the bucket: either the name of a Secret that is there already, or the key itself. */
export interface StorageCredentialsArgs {
  /** A Secret with ACCESS_KEY_ID, ACCESS_SECRET_KEY, BUCKET, ENDPOINT and REGION in the namespace where it is used. */
  existingSecret?: string;
  accessKeyId?: pulumi.Input<string>;
  secretAccessKey?: pulumi.Input<string>;
}

export interface S3CompatibleBackupStorageArgs {
  /** The server's address, such as `https://s3.example.com`. http is refused unless `allowInsecure`. */
  endpoint: string;
  /** The bucket; it must exist. */
  bucket: string;
  /** What requests are signed for; servers without regions accept `us-east-1`. */
  region: string;
  /** Below which everything is kept: "" or ending in a slash. @default "" */
  prefix?: string;
  /** Caution: over http backups and keys travel in the clear. For a lab only. @default false */
  allowInsecure?: boolean;
  /** Where backups run. It must exist. */
  sourceNamespace: string;
  /** Where drills run. It must exist. */
  drillNamespace: string;
  /** May write below `backups/`; used in the source's namespace. */
  writer: StorageCredentialsArgs;
  /** May read and list below `backups/`, and write nothing: used by drills. */
  reader: StorageCredentialsArgs;
  /** May write below `evidence/` and nothing else: used by drills. */
  evidence: StorageCredentialsArgs;
}

const credentials = z
  .strictObject({
    existingSecret: kubernetesName.optional(),
    accessKeyId: secretField().optional(),
    secretAccessKey: secretField().optional(),
  } satisfies Record<keyof StorageCredentialsArgs, z.ZodType>)
  .superRefine(({ existingSecret, accessKeyId, secretAccessKey }, context) => {
    const both = "accessKeyId and secretAccessKey";
    reportProblem(oneCredentialProblem(existingSecret, accessKeyId ?? secretAccessKey, both), context);
    const half = (accessKeyId === undefined) !== (secretAccessKey === undefined);
    if (half) reportProblem(`give ${both} together`, context);
  });

const schema = z
  .strictObject({
    endpoint: z.string(),
    bucket: bucketName,
    region: regionName,
    prefix: prefixField.default(""),
    allowInsecure: z.boolean().default(false),
    sourceNamespace: kubernetesName,
    drillNamespace: kubernetesName,
    writer: credentials,
    reader: credentials,
    evidence: credentials,
  } satisfies Record<keyof S3CompatibleBackupStorageArgs, z.ZodType>)
  .superRefine((args, context) => {
    reportProblem(endpointProblem(args.endpoint, args.allowInsecure), context, "endpoint");
    reportProblem(drillNamespaceProblem(args.drillNamespace, args.sourceNamespace), context, "drillNamespace");
  }) satisfies z.ZodType<S3CompatibleBackupStorageArgs>;

/**
 * A bucket on any server that speaks S3, and the three keys to it, each where it is used and nowhere else: backups
 * write, drills read, and evidence has a key that can touch no backup.
 */
export class S3CompatibleBackupStorage extends pulumi.ComponentResource {
  static readonly __pulumiType: string = TYPE_TOKENS.storage;
  /** The Secret in the source's namespace. */
  declare public readonly writerSecretName: pulumi.Output<string>;
  /** The Secret in the drills' namespace with which they read backups. */
  declare public readonly readerSecretName: pulumi.Output<string>;
  /** The Secret in the drills' namespace with which they store evidence. */
  declare public readonly evidenceSecretName: pulumi.Output<string>;

  constructor(name: string, args: S3CompatibleBackupStorageArgs, opts?: pulumi.ComponentResourceOptions) {
    if (opts?.urn) {
      super(TYPE_TOKENS.storage, name, {}, opts);
      return;
    }
    const { writer, reader, evidence, ...plain } = validated(schema, args, "S3CompatibleBackupStorage", name);
    super(TYPE_TOKENS.storage, name, plain, opts);

    const secretFor = (use: string, namespace: string, key: StorageCredentialsArgs) => {
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
      return secret.metadata.name;
    };
    this.writerSecretName = secretFor("writer", plain.sourceNamespace, writer);
    this.readerSecretName = secretFor("reader", plain.drillNamespace, reader);
    this.evidenceSecretName = secretFor("evidence", plain.drillNamespace, evidence);

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
    };
    this.registerOutputs({
      descriptor,
      writerSecretName: this.writerSecretName,
      readerSecretName: this.readerSecretName,
      evidenceSecretName: this.evidenceSecretName,
    });
  }
}

/** The name of the Secret that S3CompatibleBackupStorage `storage` makes, or uses, for one of its keys. */
export function storageSecretName(
  storage: string,
  use: "writer" | "reader" | "evidence",
  key: StorageCredentialsArgs,
): string {
  return key.existingSecret ?? `${storage}-${use}`;
}
