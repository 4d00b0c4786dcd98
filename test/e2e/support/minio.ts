import { randomBytes, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import {
  CreateBucketCommand,
  GetObjectRetentionCommand,
  PutBucketVersioningCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { readImages, type S3Credentials } from "../../../lab";
import { MinioAdmin } from "../../../lab/platform/minio-admin";
import { minioEndpoint, minioManifests, minioNamespace } from "../../../lab/platform/minio-manifests";
import { minioUserPolicy, type S3User, s3Users, usersOf } from "../../../lab/platform/s3-policy";
import { run } from "../../../lab/run";
import { kubectl } from "../../../scripts/loop/kubectl";
import { eventually } from "../../../scripts/loop/settled";
import type { Bucket } from "../../../store/s3-store";

const region = "us-east-1";

/** A MinIO of a test's own, in memory and on the node's disk for as long as the test runs: the lab's second opinion. */
export class Minio {
  readonly users: Record<S3User, S3Credentials>;
  readonly root: S3Credentials;
  private readonly admin: MinioAdmin;
  private readonly client: S3Client;

  private constructor(
    private readonly name: string,
    readonly endpoint: string,
    root: S3Credentials,
  ) {
    this.root = root;
    this.users = usersOf((user) => newKey(user));
    this.admin = new MinioAdmin(endpoint, root);
    this.client = new S3Client({ endpoint, region, forcePathStyle: true, credentials: root });
  }

  /** Starts it, with TLS (which this process then trusts) or without. */
  static async start(name: string, options: { tls: boolean }): Promise<Minio> {
    const image = readImages().minio;
    if (!image) throw new Error("the lab has no image of MinIO: run `npx tsx lab/main.ts images`");
    await Minio.delete(name);
    const root = newKey("minio-root");
    const endpoint = minioEndpoint(name, options.tls);
    const certificate = options.tls ? await selfSigned(new URL(endpoint).hostname) : undefined;
    if (certificate) tls.setDefaultCACertificates([...tls.getCACertificates("default"), certificate.certificate]);
    const kmsKey = `lab:${randomBytes(32).toString("base64")}`;
    const manifests = minioManifests({ name, image, root, kmsKey, ...(certificate ? { tls: certificate } : {}) });
    await kubectl(["apply", "-f", "-"], {
      input: JSON.stringify({ apiVersion: "v1", kind: "List", items: manifests }),
    });
    await kubectl(["-n", minioNamespace, "wait", "--for=condition=Ready", `pod/${name}`, "--timeout=90s"]);
    // The node learns of a Service a moment after its pod is ready.
    const answers = () =>
      fetch(`${endpoint}/minio/health/ready`).then(
        ({ ok }) => ok || undefined,
        () => undefined,
      );
    await eventually(`${name} to answer`, answers, 30, 200);
    return new Minio(name, endpoint, root);
  }

  /** Makes a bucket with versioning, and gives the users their rights to it alone. */
  async bucket(Bucket: string, how: { versions?: "kept" | "deletable" } = {}): Promise<void> {
    await this.client.send(new CreateBucketCommand({ Bucket }));
    await this.client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
    await this.grant(Bucket, how.versions ?? "kept");
  }

  /** Makes a bucket that locks whatever is stored, by default for a day. */
  async lockedBucket(Bucket: string, Mode: "GOVERNANCE" | "COMPLIANCE"): Promise<void> {
    await this.client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
    const ObjectLockConfiguration = {
      ObjectLockEnabled: "Enabled",
      Rule: { DefaultRetention: { Mode, Days: 1 } },
    } as const;
    await this.client.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }));
    await this.grant(Bucket, "kept");
  }

  /** How a version is locked, if it is. */
  async lockOf(Bucket: string, Key: string, VersionId: string): Promise<string | undefined> {
    const request = this.client.send(new GetObjectRetentionCommand({ Bucket, Key, VersionId }));
    const { Retention } = await request.catch((error: { name?: string }) => {
      if (error.name === "NoSuchObjectLockConfiguration") return { Retention: undefined };
      throw error;
    });
    return Retention?.Mode;
  }

  access(bucket: string, user: S3User | "root"): Bucket {
    const credentials = user === "root" ? this.root : this.users[user];
    return { endpoint: this.endpoint, bucket, region, credentials };
  }

  private async grant(bucket: string, versions: "kept" | "deletable"): Promise<void> {
    for (const user of s3Users) await this.admin.setUser(this.users[user], minioUserPolicy(bucket, user, versions));
  }

  stop(): Promise<void> {
    return Minio.delete(this.name);
  }

  private static async delete(name: string): Promise<void> {
    const all = ["pod,service,secret", "--ignore-not-found", "--now"];
    await kubectl(["-n", minioNamespace, "delete", ...all, name, `${name}-tls`]);
  }
}

function newKey(accessKeyId: string): S3Credentials {
  return { accessKeyId, secretAccessKey: randomBytes(24).toString("base64url") };
}

async function selfSigned(host: string): Promise<{ certificate: string; key: string }> {
  const folder = mkdtempSync(join(tmpdir(), "minio-tls-"));
  try {
    const [certificate, key] = [join(folder, "public.crt"), join(folder, "private.key")];
    await run([
      ...["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
      ...["-subj", "/CN=minio", "-addext", `subjectAltName=DNS:${host}`, "-days", "2"],
      ...["-out", certificate, "-keyout", key],
    ]);
    const pem = readFileSync(certificate, "utf8");
    if (!new X509Certificate(pem).checkHost(host)) throw new Error(`the certificate is not for ${host}`);
    return { certificate: pem, key: readFileSync(key, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
