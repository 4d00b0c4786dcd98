import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { readSecret } from "../config";
import { AgentError } from "../errors";
import { badStorageSecret, NotFoundError, type Place, storeError } from "./errors";
import { uploadStream } from "./multipart";
import { planParts } from "./part-size";

export const STORAGE_KEYS = ["ACCESS_KEY_ID", "ACCESS_SECRET_KEY", "BUCKET", "ENDPOINT", "REGION"] as const;

export interface StoredObject {
  key: string;
  bytes: number;
  sha256: string;
}

/** A read or a part that makes no progress for 20 s fails; with three attempts a store that vanished is noticed within about a minute. */
const IDLE_MS = 20_000;
/** Putting the parts together may take a store minutes without a byte sent. */
const PATIENT_IDLE_MS = 15 * 60_000;

/** One bucket, as the mounted Secret names it. Every error says what, where, why, and what to do. */
export class Store {
  private constructor(
    private readonly client: S3Client,
    private readonly patient: S3Client,
    private readonly place: Place,
    private readonly signal: AbortSignal | undefined,
  ) {}

  static async open(folder: string, signal?: AbortSignal): Promise<Store> {
    const secret = await readSecret(folder, STORAGE_KEYS);
    if (!/^https?:\/\/[^/@]+\/?$/.test(secret.ENDPOINT)) {
      throw badStorageSecret(
        `${folder}/ENDPOINT is no address of a server: give http:// or https://, a host and, if needed, a port, and no credentials`,
      );
    }
    const client = (socketTimeout: number) =>
      new S3Client({
        endpoint: secret.ENDPOINT,
        region: secret.REGION,
        credentials: { accessKeyId: secret.ACCESS_KEY_ID, secretAccessKey: secret.ACCESS_SECRET_KEY },
        forcePathStyle: true,
        requestChecksumCalculation: "WHEN_REQUIRED",
        responseChecksumValidation: "WHEN_REQUIRED",
        expectContinueHeader: false, // it would cost a round trip and a new connection for every part
        maxAttempts: 3,
        requestHandler: { connectionTimeout: 10_000, socketTimeout },
      });
    const place = { endpoint: secret.ENDPOINT, bucket: secret.BUCKET };
    return new Store(client(IDLE_MS), client(PATIENT_IDLE_MS), place, signal);
  }

  /**
   * Uploads `body` in one pass and says what was stored. The object appears only when the stream ended without an
   * error: a stream that fails takes its upload with it. `expectedBytes` is an upper estimate of its length.
   */
  async upload(key: string, body: AsyncIterable<Buffer>, expectedBytes: number): Promise<StoredObject> {
    const hash = createHash("sha256");
    let bytes = 0;
    let streamError: unknown;
    async function* measured() {
      try {
        for await (const chunk of body) {
          hash.update(chunk);
          bytes += chunk.length;
          yield chunk;
        }
      } catch (error) {
        streamError = error;
        throw error;
      }
    }
    const { client, patient, signal } = this;
    const target = { client, patient, Bucket: this.place.bucket, Key: key, signal };
    try {
      await uploadStream(target, measured(), planParts(expectedBytes));
    } catch (error) {
      throw streamError ?? storeError(error, "store", { ...this.place, key });
    }
    const stored = await this.size(key);
    if (stored !== bytes) {
      throw new AgentError(
        `${key} was sent with ${bytes} bytes, but the store holds ${stored}: the upload was cut or changed on its way; ` +
          "look at the store's log, then run the backup again",
      );
    }
    return { key, bytes, sha256: hash.digest("hex") };
  }

  async putText(key: string, text: string): Promise<StoredObject> {
    const body = Buffer.from(text);
    await this.attempt("store", key, (abortSignal) =>
      this.client.send(new PutObjectCommand({ Bucket: this.place.bucket, Key: key, Body: body }), { abortSignal }),
    );
    return { key, bytes: body.length, sha256: createHash("sha256").update(body).digest("hex") };
  }

  async readText(key: string): Promise<string> {
    return this.attempt("read", key, async (abortSignal) => {
      const answer = await this.client.send(new GetObjectCommand({ Bucket: this.place.bucket, Key: key }), {
        abortSignal,
      });
      return (await answer.Body?.transformToString("utf8")) ?? "";
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

  /** Writes the object to `file` and measures it on the way. */
  async download(key: string, file: string): Promise<{ bytes: number; sha256: string }> {
    return this.attempt("fetch", key, async (abortSignal) => {
      const answer = await this.client.send(new GetObjectCommand({ Bucket: this.place.bucket, Key: key }), {
        abortSignal,
      });
      const hash = createHash("sha256");
      let bytes = 0;
      const measure = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          hash.update(chunk);
          bytes += chunk.length;
          done(null, chunk);
        },
      });
      await pipeline(answer.Body as Readable, measure, createWriteStream(file), { signal: abortSignal });
      return { bytes, sha256: hash.digest("hex") };
    });
  }

  async size(key: string): Promise<number> {
    return this.attempt("look at", key, async (abortSignal) => {
      const head = await this.client.send(new HeadObjectCommand({ Bucket: this.place.bucket, Key: key }), {
        abortSignal,
      });
      return head.ContentLength ?? 0;
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
            Bucket: this.place.bucket,
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

  /** Not ended by the stop signal: it is what cleaning up after one needs. */
  async remove(key: string): Promise<void> {
    try {
      await this.client.send(new DeleteObjectCommand({ Bucket: this.place.bucket, Key: key }), {
        abortSignal: AbortSignal.timeout(CLEANUP_MS),
      });
    } catch (error) {
      throw storeError(error, "delete", { ...this.place, key });
    }
  }

  private async attempt<T>(action: string, key: string, work: (signal?: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await work(this.signal);
    } catch (error) {
      throw storeError(error, action, { ...this.place, key });
    }
  }
}

const CLEANUP_MS = 10_000;
