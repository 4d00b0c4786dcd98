import { createHash } from "node:crypto";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import {
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
import { wholeListing } from "./listing";
import { measured, writeMeasured } from "./measured";
import { checksumOf, uploadStream } from "./multipart";
import { objectLock } from "./object-lock";
import { memoryLimit, memoryProblem, planParts } from "./part-size";
import type { Asker } from "./remedies";
import { Removal } from "./removal";
import { isLost } from "./retries";
import { s3Client } from "./s3-client";
import { ServerClock } from "./server-clock";
import type { ListedObject, Store, StoredObject } from "./store";
import { limitedText, MOST_TEXT_BYTES, TooLargeError } from "./text";

export type { Bucket } from "./bucket";

/** A request that makes no progress for 20 s fails; with what comes next, a store that vanished is noticed within two minutes. */
const IDLE_MS = 20_000;
/** How long a store that is away is waited for, since the first request that it did not answer. */
const AWAY_MS: Record<Asker, number> = { secret: 60_000, identity: 60_000, person: 10_000 };
/** How long the beginning of an answer may take, attempts included. */
const BEGIN_MS = 90_000;
/** Between two attempts of what is not sent again unseen. */
const PAUSE_MS = 500;
/** Putting the parts together may take a store minutes without a byte sent. */
const PATIENT_IDLE_MS = 15 * 60_000;

/** One bucket. */
export class S3Store implements Store {
  readonly place: string;
  readonly address: string;
  private readonly checksums: boolean;
  private readonly clock: ServerClock;
  private readonly removal: Removal;
  /** False as soon as the bucket said so: then there is no need to ask for every object. */
  private mayLock = true;

  private constructor(
    private readonly client: S3Client,
    /** For what a store may be silent over for minutes. */
    private readonly patient: S3Client,
    /** For what must not be sent again by itself. */
    private readonly once: S3Client,
    { endpoint, credentials }: Bucket,
    private readonly where: Place,
    private readonly signal: AbortSignal | undefined,
    private readonly awayMs: number,
  ) {
    this.checksums = credentials === undefined || isAmazon(endpoint);
    this.clock = new ServerClock(client, where.bucket);
    this.removal = new Removal(client, where.bucket);
    for (const each of [client, once]) sendDemandedDigests(each);
    this.place = `the bucket ${where.bucket} at ${where.endpoint}`;
    this.address = endpoint === undefined ? `s3://${where.bucket}` : `${endpoint.replace(/\/+$/, "")}/${where.bucket}`;
  }

  /**
   * `asker` decides what messages advise, and how long a store that is away is waited for: a person finds out sooner. A
   * pod, when nobody says who it is.
   */
  static open(bucket: Bucket, signal?: AbortSignal, asker?: Asker, awayMs?: number): S3Store {
    const where = placeOf(bucket, asker);
    const away = awayMs ?? AWAY_MS[where.asker];
    const client = (idleMs: number, awayMs: number | "once" = away) => s3Client(bucket, { idleMs, awayMs });
    const clients = [client(IDLE_MS), client(PATIENT_IDLE_MS), client(IDLE_MS, "once")] as const;
    return new S3Store(...clients, bucket, where, signal, away);
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

  /**
   * A condition is not sent again unseen: the server may have stored the text and its answer been lost, and would then
   * refuse it for being there. So what is there is read in between: this very text is ours.
   */
  async putTextIfAbsent(key: string, text: string): Promise<boolean> {
    const end = Date.now() + this.awayMs;
    for (let sent = false; ; sent = true) {
      const there = await this.readTextIfThere(key);
      if (there !== undefined) return sent && there === text;
      const outcome = await this.putOnce(key, text, Date.now() >= end);
      if (outcome === "stored") return true;
      if (outcome === "refused") {
        const first = await this.readTextIfThere(key);
        if (first !== undefined) return sent && first === text;
        // The server knows no conditions, or takes an object that was deleted for one that is there.
        await this.putText(key, text);
        return true;
      }
      await sleep(PAUSE_MS, undefined, { signal: this.signal });
    }
  }

  /** `lost`: nobody can tell whether it was stored. */
  private putOnce(key: string, text: string, last: boolean): Promise<"stored" | "refused" | "lost"> {
    return this.attempt("store", key, (signal) =>
      this.put(key, Buffer.from(text), { IfNoneMatch: "*" }, signal, this.once).then(
        () => "stored",
        (error: unknown) => {
          if (REFUSED_CONDITIONS.has(statusOf(error))) return "refused";
          if (last || signal?.aborted || !isLost(error)) throw error;
          return "lost";
        },
      ),
    );
  }

  private put(
    Key: string,
    Body: Buffer,
    condition: { IfNoneMatch?: "*" },
    abortSignal?: AbortSignal,
    client = this.client,
  ) {
    const put = { Bucket: this.where.bucket, Key, Body, ...checksumOf(this.checksums), ...condition };
    return client.send(new PutObjectCommand(put), { abortSignal });
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
    const names = new Set<string>();
    for await (const { CommonPrefixes = [] } of this.pages(prefix, "/"))
      for (const { Prefix } of CommonPrefixes) if (Prefix) names.add(Prefix.slice(prefix.length, -1));
    return [...names];
  }

  async *list(prefix: string): AsyncGenerator<ListedObject[]> {
    for await (const { Contents = [] } of this.pages(prefix))
      yield Contents.map(({ Key = "", Size = 0, LastModified = new Date(0) }) => ({
        key: Key,
        bytes: Size,
        modified: LastModified,
      }));
  }

  private pages(prefix: string, delimiter?: string) {
    const { bucket: Bucket } = this.where;
    const ask = (question: object) =>
      this.attempt("list", prefix, (abortSignal) =>
        this.client.send(new ListObjectsV2Command({ Bucket, ...question }), { abortSignal }),
      );
    return wholeListing(ask, { prefix, delimiter }, `${prefix} in ${this.place}`);
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

  async remove(...keys: string[]): Promise<void> {
    const [first] = await this.removal.remove(keys);
    if (first) throw storeError(first.error, "delete", { ...this.where, key: first.key });
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

function isAmazon(endpoint = "https://s3.amazonaws.com"): boolean {
  return /\.amazonaws\.com(\.cn)?$/.test(new URL(endpoint).hostname);
}
