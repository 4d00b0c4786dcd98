import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { EXIT, ReportedError } from "../runtime/errors";
import { type Bucket, readBucketSecret } from "./bucket";
import { sendDemandedDigests } from "./demanded-digest";
import { NotFoundError, type Place, placeOf, storeError } from "./errors";
import { impatient } from "./impatient";
import { measured, writeMeasured } from "./measured";
import { checksumOf, uploadStream } from "./multipart";
import { objectLock } from "./object-lock";
import { memoryLimit, memoryProblem, planParts } from "./part-size";
import type { Asker } from "./remedies";
import { s3Client } from "./s3-client";
import { ServerClock } from "./server-clock";
import type { ListedObject, Store, StoredObject } from "./store";
import { limitedText, MOST_TEXT_BYTES, TooLargeError } from "./text";

export type { Bucket } from "./bucket";

/** A read or a part that makes no progress for 20 s fails; with three attempts a store that vanished is noticed within about a minute. */
const IDLE_MS = 20_000;
/** The same for the beginning of an answer, attempts included. */
const BEGIN_MS = 60_000;
/** Putting the parts together may take a store minutes without a byte sent. */
const PATIENT_IDLE_MS = 15 * 60_000;

/** One bucket. */
export class S3Store implements Store {
  readonly place: string;
  readonly address: string;
  private readonly checksums: boolean;
  private readonly clock: ServerClock;
  /** False as soon as the bucket said so: then there is no need to ask for every object. */
  private mayLock = true;

  private constructor(
    private readonly client: S3Client,
    /** For what a store may be silent over for minutes. */
    private readonly patient: S3Client,
    { endpoint, credentials }: Bucket,
    private readonly where: Place,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.checksums = credentials === undefined || isAmazon(endpoint);
    this.clock = new ServerClock(client, where.bucket);
    sendDemandedDigests(client);
    this.place = `the bucket ${where.bucket} at ${where.endpoint}`;
    this.address = endpoint === undefined ? `s3://${where.bucket}` : `${endpoint.replace(/\/+$/, "")}/${where.bucket}`;
  }

  /** `asker` decides what messages advise; a pod, when nobody says who it is. */
  static open(bucket: Bucket, signal?: AbortSignal, asker?: Asker): S3Store {
    const where = placeOf(bucket, asker);
    return new S3Store(s3Client(bucket, IDLE_MS), s3Client(bucket, PATIENT_IDLE_MS), bucket, where, signal);
  }

  /** The bucket that the storage Secret mounted at `folder` names. */
  static async fromSecret(folder: string, signal?: AbortSignal): Promise<S3Store> {
    return S3Store.open(await readBucketSecret(folder), signal);
  }

  /**
   * Uploads `body` in one pass and says what was stored. The object appears only when the stream ended without an
   * error: a stream that fails takes its upload with it. `expectedBytes` is an upper estimate of its length.
   */
  async upload(key: string, body: AsyncIterable<Buffer>, expectedBytes: number): Promise<StoredObject> {
    const plan = planParts(expectedBytes);
    const problem = memoryProblem(plan, memoryLimit());
    if (problem) throw new ReportedError(`cannot store ${key} in ${this.place}: ${problem}`, EXIT.badInput);
    const source = measured(body);
    const { client, patient, signal, checksums } = this;
    const target = { client, patient, Bucket: this.where.bucket, Key: key, signal, checksums };
    try {
      await uploadStream(target, source.body, plan);
    } catch (error) {
      throw source.error() ?? storeError(error, "store", { ...this.where, key });
    }
    const stored = await this.size(key);
    const { bytes, sha256 } = source.result();
    if (stored !== bytes) {
      throw new ReportedError(
        `${key} was sent with ${bytes} bytes, but the store holds ${stored}: the upload was cut or changed on its way; ` +
          "look at the store's log, then run the backup again",
      );
    }
    return { key, bytes, sha256 };
  }

  async putText(key: string, text: string): Promise<StoredObject> {
    const body = Buffer.from(text);
    await this.attempt("store", key, (abortSignal) => this.put(key, body, {}, abortSignal));
    return { key, bytes: body.length, sha256: createHash("sha256").update(body).digest("hex") };
  }

  async putTextIfAbsent(key: string, text: string): Promise<boolean> {
    if ((await this.readTextIfThere(key)) !== undefined) return false;
    const stored = await this.attempt("store", key, (signal) =>
      this.put(key, Buffer.from(text), { IfNoneMatch: "*" }, signal).then(
        () => true,
        (error: unknown) => {
          if (!REFUSED_CONDITIONS.has(statusOf(error))) throw error;
          return false;
        },
      ),
    );
    if (stored) return true;
    if ((await this.readTextIfThere(key)) !== undefined) return false;
    // The server knows no conditions, or takes an object that was deleted for one that is there.
    await this.putText(key, text);
    return true;
  }

  private put(Key: string, Body: Buffer, condition: { IfNoneMatch?: "*" }, abortSignal?: AbortSignal) {
    const put = { Bucket: this.where.bucket, Key, Body, ...checksumOf(this.checksums), ...condition };
    return this.client.send(new PutObjectCommand(put), { abortSignal });
  }

  async readText(key: string): Promise<string> {
    return this.attempt("read", key, async (abortSignal) => {
      const command = new GetObjectCommand({ Bucket: this.where.bucket, Key: key });
      const { Body, ContentLength = 0 } = await this.client.send(command, { abortSignal });
      const body = Body as Readable;
      try {
        if (ContentLength > MOST_TEXT_BYTES) throw new TooLargeError(`${key} in ${this.place}`);
        return await limitedText(body, `${key} in ${this.place}`);
      } finally {
        body.destroy();
      }
    });
  }

  /** Whether `key` exists and, if it does, its text. */
  async readTextIfThere(key: string): Promise<string | undefined> {
    try {
      return await this.readText(key);
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
  }

  async read(key: string): Promise<Readable> {
    return this.attempt("fetch", key, async (signal) => {
      const command = new GetObjectCommand({ Bucket: this.where.bucket, Key: key });
      // A client's idle limit also runs while the reader pauses, so here the patient one, and a limit of our own.
      const begun = new AbortController();
      const late = setTimeout(() => begun.abort(), BEGIN_MS);
      const abortSignal = signal ? AbortSignal.any([signal, begun.signal]) : begun.signal;
      try {
        const answer = await this.patient.send(command, { abortSignal });
        return impatient(answer.Body as Readable, IDLE_MS);
      } catch (error) {
        if (!begun.signal.aborted || signal?.aborted) throw error;
        throw Object.assign(new Error(`no answer within ${BEGIN_MS / 1000} s`), { name: "TimeoutError" });
      } finally {
        clearTimeout(late);
      }
    });
  }

  async download(key: string, file: string): Promise<{ bytes: number; sha256: string }> {
    const body = await this.read(key);
    return this.attempt("fetch", key, (signal) => writeMeasured(body, file, signal)).finally(() => body.destroy());
  }

  async size(key: string): Promise<number> {
    const object = { Bucket: this.where.bucket, Key: key };
    return this.attempt("look at", key, async (abortSignal) => {
      try {
        return (await this.client.send(new HeadObjectCommand(object), { abortSignal })).ContentLength ?? 0;
      } catch (error) {
        if (statusOf(error) === undefined) throw error;
        // An answer to HEAD has no body, and so no reason: asked in another way, the store gives one.
        const answer = await this.client.send(new GetObjectCommand({ ...object, Range: "bytes=0-0" }), { abortSignal });
        await answer.Body?.transformToByteArray();
        throw error;
      }
    });
  }

  /** The names of the "folders" directly under `prefix`, without it and without the slash. */
  async folders(prefix: string): Promise<string[]> {
    return this.attempt("list", prefix, async (abortSignal) => {
      const names: string[] = [];
      let token: string | undefined;
      do {
        const page = await this.client.send(
          new ListObjectsV2Command({
            Bucket: this.where.bucket,
            Prefix: prefix,
            Delimiter: "/",
            ContinuationToken: token,
          }),
          { abortSignal },
        );
        for (const entry of page.CommonPrefixes ?? []) {
          if (entry.Prefix) names.push(entry.Prefix.slice(prefix.length, -1));
        }
        token = page.IsTruncated ? page.NextContinuationToken : undefined;
      } while (token);
      return names;
    });
  }

  async *list(prefix: string): AsyncGenerator<ListedObject[]> {
    let token: string | undefined;
    do {
      const page = await this.attempt("list", prefix, (abortSignal) =>
        this.client.send(
          new ListObjectsV2Command({ Bucket: this.where.bucket, Prefix: prefix, ContinuationToken: token }),
          { abortSignal },
        ),
      );
      yield (page.Contents ?? []).map(({ Key = "", Size = 0, LastModified = new Date(0) }) => ({
        key: Key,
        bytes: Size,
        modified: LastModified,
      }));
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token);
  }

  async lockedUntil(key: string): Promise<Date | undefined> {
    if (!this.mayLock) return undefined;
    const lock = await this.attempt("ask for the Object Lock of", key, (abortSignal) =>
      objectLock(this.client, { Bucket: this.where.bucket, Key: key }, abortSignal),
    );
    if (lock !== "unsupported") return lock;
    this.mayLock = false;
    return undefined;
  }

  clockAhead(): Promise<number | undefined> {
    return this.clock.ahead(this.signal);
  }

  /** Not ended by the stop signal: it is what cleaning up after one needs. */
  async remove(...keys: string[]): Promise<void> {
    const failures: ReportedError[] = [];
    for (let from = 0; from < keys.length; from += MOST_AT_ONCE) {
      const some = keys.slice(from, from + MOST_AT_ONCE);
      try {
        const { Errors = [] } = await this.client.send(
          new DeleteObjectsCommand({
            Bucket: this.where.bucket,
            Delete: { Objects: some.map((Key) => ({ Key })), Quiet: true },
          }),
          { abortSignal: AbortSignal.timeout(CLEANUP_MS) },
        );
        for (const { Code, Message, Key: key } of Errors) {
          const error = Object.assign(new Error(Message), { name: Code });
          failures.push(storeError(error, "delete", { ...this.where, key }));
        }
      } catch (error) {
        failures.push(storeError(error, "delete", { ...this.where, key: some.length === 1 ? some[0] : undefined }));
      }
    }
    if (failures[0]) throw failures[0];
  }

  private async attempt<T>(action: string, key: string, work: (signal?: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await work(this.signal);
    } catch (error) {
      throw storeError(error, action, { ...this.where, key });
    }
  }
}

/** Answers to If-None-Match: somebody else was first, or is at it, or the server does not know it. */
const REFUSED_CONDITIONS: ReadonlySet<number | undefined> = new Set([409, 412, 501]);

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}

const CLEANUP_MS = 30_000;
/** S3's limit on the keys of one DeleteObjects (Amazon S3 API Reference). */
const MOST_AT_ONCE = 1000;

function isAmazon(endpoint = "https://s3.amazonaws.com"): boolean {
  return /\.amazonaws\.com(\.cn)?$/.test(new URL(endpoint).hostname);
}
