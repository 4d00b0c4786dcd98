import { createHash, randomBytes } from "node:crypto";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  GetObjectLockConfigurationCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from "@aws-sdk/client-s3";
import type { StorageUse } from "../../model/storage-promises";
import { ReportedError } from "../../runtime/errors";
import type { Bucket } from "../../store/bucket";
import type { Asker } from "../../store/remedies";
import { s3Client } from "../../store/s3-client";
import { outcome } from "./outcome";

/** A server that is silent for as long fails the probe. */
const IDLE_MS = 15_000;

/** How long what is locked on purpose stays: long enough to try, short enough to be gone before anybody asks. */
const LOCK_SECONDS = 60;

/** One access key, and the bucket that it is for. */
export interface Key {
  use: StorageUse;
  bucket: Bucket;
  client: S3Client;
}

/**
 * A bucket with the keys to it, and the place in it where things are tried: below backups/, since a key that may touch
 * nothing else has to do there. No name is one of a namespace, so no listing takes it for backups.
 */
export class Site {
  readonly folder: string;
  readonly evidenceFolder: string;
  private readonly keys = new Map<StorageUse, Key>();
  private readonly made = new Map<string, Set<string>>();
  private lock: Promise<Pick<PutObjectCommandInput, "ObjectLockMode" | "ObjectLockRetainUntilDate">> | undefined;

  constructor(
    buckets: Partial<Record<StorageUse, Bucket>>,
    readonly prefix: string,
    /** Who reads what it finds; a pod's log, when nobody says so. */
    readonly asker?: Asker,
  ) {
    const run = randomBytes(6).toString("hex");
    this.folder = `${prefix}backups/.restorable-check/${run}/`;
    this.evidenceFolder = `${prefix}evidence/.restorable-check/${run}/`;
    for (const [use, bucket] of Object.entries(buckets) as [StorageUse, Bucket][])
      this.keys.set(use, { use, bucket, client: s3Client(bucket, { idleMs: IDLE_MS }) });
  }

  key(use: StorageUse): Key {
    const key = this.keys.get(use);
    if (!key) throw new ReportedError(`no key of the ${use} was given`);
    return key;
  }

  /** The writer's key, or another one that was given. */
  anyKey(): Key {
    const [first] = ["writer" as const, ...this.keys.keys()].flatMap((use) => this.keys.get(use) ?? []);
    if (!first) throw new ReportedError("no key was given");
    return first;
  }

  has(use: StorageUse): boolean {
    return this.keys.has(use);
  }

  /** Stores a throw-away object with the writer's key. Gives its version, where there is one. */
  async put(name: string, body: string, more: Partial<PutObjectCommandInput> = {}): Promise<string | undefined> {
    const { client, bucket } = this.key("writer");
    const Key = this.folder + name;
    this.note(Key);
    const { VersionId } = await client.send(
      new PutObjectCommand({
        Bucket: bucket.bucket,
        Key,
        Body: body,
        ContentMD5: md5(body), // Amazon wants a digest where objects are locked
        ...(await this.shortLock()),
        ...more,
      }),
    );
    this.note(Key, VersionId);
    return VersionId;
  }

  /** Deletes with the writer's key: the object, or one version of it. */
  async delete(name: string, VersionId?: string): Promise<void> {
    const { client, bucket } = this.key("writer");
    const Key = this.folder + name;
    const answer = await client.send(new DeleteObjectCommand({ Bucket: bucket.bucket, Key, VersionId }));
    if (VersionId === undefined) this.note(Key, answer.VersionId);
  }

  async read(name: string, more: Partial<GetObjectCommandInput> = {}, key = this.key("writer")): Promise<string> {
    const { client, bucket } = key;
    const answer = await client.send(new GetObjectCommand({ Bucket: bucket.bucket, Key: this.folder + name, ...more }));
    return (await answer.Body?.transformToString()) ?? "";
  }

  async exists(name: string): Promise<boolean> {
    const { client, bucket } = this.key("writer");
    const head = await outcome(client.send(new HeadObjectCommand({ Bucket: bucket.bucket, Key: this.folder + name })));
    return head.kind === "done";
  }

  /** Remembers an object, and a version of it, that has to be removed in the end. */
  note(key: string, version?: string): void {
    const versions = this.made.get(key) ?? new Set();
    if (version !== undefined && version !== "null") versions.add(version);
    this.made.set(key, versions);
  }

  /** Removes what was made, versions too where a key may. Says how many versions stay. */
  async clean(): Promise<number> {
    if (!this.has("writer")) return 0;
    const { client, bucket } = this.key("writer");
    const remove = async (Key: string, VersionId?: string) => {
      const request = client.send(new DeleteObjectCommand({ Bucket: bucket.bucket, Key, VersionId }));
      return (await outcome(request).catch(() => undefined))?.kind === "done";
    };
    let left = 0;
    await Promise.all(
      [...this.made].map(async ([key, versions]) => {
        // One after the other: versitygw makes the version below the newest when that goes, and keeps one that goes at
        // the same time.
        const removed: boolean[] = [];
        for (const version of versions) removed.push(await remove(key, version));
        left += removed.filter((done) => !done).length;
        if (versions.size === 0 || removed.includes(false)) await remove(key);
      }),
    );
    return left;
  }

  /** How the bucket locks objects; `missing` where it does not. */
  lockConfiguration() {
    const { client, bucket } = this.key("writer");
    return outcome(client.send(new GetObjectLockConfigurationCommand({ Bucket: bucket.bucket })));
  }

  /**
   * In a bucket that locks everything so that nobody can remove it (COMPLIANCE), things are tried with a short lock
   * that ends by itself. Where the key may not ask for that, the puts are refused and nothing stays.
   */
  shortLock() {
    this.lock ??= this.lockConfiguration().then((answer) =>
      answer.kind === "done" && answer.value.ObjectLockConfiguration?.Rule?.DefaultRetention?.Mode === "COMPLIANCE"
        ? governance()
        : {},
    );
    return this.lock;
  }
}

/** A lock that somebody with the right to it can lift, and that ends by itself. */
export function governance() {
  return {
    ObjectLockMode: "GOVERNANCE" as const,
    ObjectLockRetainUntilDate: new Date(Date.now() + LOCK_SECONDS * 1000),
  };
}

/** A client that signs nothing: everybody in the network. */
export function anonymous({ endpoint, region }: Bucket): S3Client {
  return new S3Client({
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    region,
    credentials: { accessKeyId: "none", secretAccessKey: "none" },
    signer: { sign: async (request) => request },
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 10_000, socketTimeout: IDLE_MS },
  });
}

export const md5 = (text: string) => createHash("md5").update(text).digest("base64");
export const sha256 = (text: string) => createHash("sha256").update(text).digest("base64");
