import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { Bucket } from "../../../store/s3-store";

interface Version {
  id: string;
  body?: Buffer;
  headers: Record<string, string>;
}

/** What a fake server does otherwise than one that keeps everything. */
export interface Faults {
  unversioned?: boolean;
  /** Old versions cannot be had back, though they are numbered. */
  forgetsVersions?: boolean;
  writerDeletesVersions?: boolean;
  publicRead?: boolean;
  publicWrite?: boolean;
  ignoresDigests?: boolean;
  ignoresConditions?: boolean;
  /** Nothing is stored without a digest, in which of the words that servers have for it. */
  demandsDigest?: { code: string; message: string };
  ignoresEncryption?: boolean;
  takesPartsAfterAbort?: boolean;
  /** The server's clock, milliseconds ahead. */
  ahead?: number;
  region?: string;
  lifecycle?: string;
  /** Requests of this method are answered with this status. */
  broken?: { method: string; status: number };
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message = code,
  ) {
    super(message);
  }
}

/** A server with one bucket that keeps everything that the check asks, but for its `faults`. Keys are known by name. */
export class FakeBucket {
  readonly objects = new Map<string, Version[]>();
  /** How many digests were demanded, and how many came. */
  demands = 0;
  digests = 0;
  private readonly uploads = new Map<string, Map<string, Buffer>>();
  private server!: Server;

  constructor(private readonly faults: Faults = {}) {}

  async start(): Promise<this> {
    this.server = createServer((request, response) => void this.serve(request, response));
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  access(user: string): Bucket {
    const { port } = this.server.address() as AddressInfo;
    const credentials = { accessKeyId: user, secretAccessKey: "secret" };
    return { endpoint: `http://127.0.0.1:${port}`, bucket: "backups", region: "us-east-1", credentials };
  }

  /** Everything that is stored, hidden or not. */
  versions(): string[] {
    return [...this.objects].flatMap(([key, versions]) => versions.map(() => key));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    response.setHeader("date", new Date(Date.now() + (this.faults.ahead ?? 0)).toUTCString());
    try {
      const { method = "", headers } = request;
      const url = new URL(request.url ?? "", "http://fake");
      const key = decodeURIComponent(url.pathname.split("/").slice(2).join("/"));
      const user = /Credential=([^/]+)/.exec(headers.authorization ?? "")?.[1] ?? "nobody";
      if (this.faults.broken?.method === method) throw new Refusal(this.faults.broken.status, "InternalError");
      this.authorise(user, method, key, url.searchParams);
      if (key === "") this.ofBucket(url.searchParams, response, method, user, body);
      else this.ofObject(key, url.searchParams, request, body, response);
    } catch (error) {
      const { status, code, message } = error instanceof Refusal ? error : new Refusal(500, String(error));
      response.statusCode = status;
      response.end(
        request.method === "HEAD" ? undefined : `<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
      );
    }
  }

  private authorise(user: string, method: string, key: string, query: URLSearchParams): void {
    const deletesVersion = query.has("versionId") && method === "DELETE";
    const evidence = key.startsWith("shop/evidence/");
    const reads = method === "GET" || method === "HEAD";
    const allowed: Record<string, boolean> = {
      writer: !evidence && (!deletesVersion || this.faults.writerDeletesVersions === true),
      reader: reads,
      evidence: (evidence && (method === "PUT" || reads)) || (key === "" && method === "GET"),
      pruner: reads || (method === "DELETE" && !deletesVersion && !evidence) || (method === "POST" && key === ""),
      nobody: (reads && this.faults.publicRead === true) || (method === "PUT" && this.faults.publicWrite === true),
    };
    if (!allowed[user]) throw new Refusal(403, "AccessDenied");
  }

  private ofBucket(query: URLSearchParams, response: ServerResponse, method: string, user: string, body: Buffer): void {
    if (query.has("location")) {
      response.end(
        `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${this.faults.region ?? ""}</LocationConstraint>`,
      );
    } else if (query.has("object-lock")) {
      throw new Refusal(404, "ObjectLockConfigurationNotFoundError");
    } else if (query.has("lifecycle")) {
      if (!this.faults.lifecycle) throw new Refusal(404, "NoSuchLifecycleConfiguration");
      response.end(`<LifecycleConfiguration>${this.faults.lifecycle}</LifecycleConfiguration>`);
    } else if (method === "POST") {
      response.end(`<DeleteResult>${this.deleteSeveral(user, body.toString())}</DeleteResult>`);
    } else {
      const prefix = query.get("prefix") ?? "";
      const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix) && this.current(key)?.body);
      response.end(`<ListBucketResult><IsTruncated>false</IsTruncated>${this.listing(keys)}</ListBucketResult>`);
    }
  }

  private listing(keys: string[]): string {
    const time = new Date(Date.now() + (this.faults.ahead ?? 0)).toISOString();
    const size = (key: string) => this.current(key)?.body?.length ?? 0;
    return keys
      .sort()
      .map(
        (key) => `<Contents><Key>${key}</Key><Size>${size(key)}</Size><LastModified>${time}</LastModified></Contents>`,
      )
      .join("");
  }

  private deleteSeveral(user: string, xml: string): string {
    const refused: string[] = [];
    for (const [, object = ""] of xml.matchAll(/<Object>(.*?)<\/Object>/gs)) {
      const [, key = ""] = /<Key>([^<]*)/.exec(object) ?? [];
      const [, version] = /<VersionId>([^<]*)/.exec(object) ?? [];
      const may = version === undefined || (user === "writer" && this.faults.writerDeletesVersions === true);
      if (!may) refused.push(`<Error><Key>${key}</Key><Code>AccessDenied</Code></Error>`);
      else if (version === undefined) this.hide(key);
      else this.remove(key, version);
    }
    return refused.join("");
  }

  /** What a delete without a version does: gives the marker's. */
  private hide(key: string): string | undefined {
    if (!this.faults.unversioned) return this.add(key, undefined, {});
    this.objects.delete(key);
    return undefined;
  }

  private ofObject(
    key: string,
    query: URLSearchParams,
    request: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
  ): void {
    if (query.has("legal-hold") || query.has("retention"))
      throw new Refusal(404, "ObjectLockConfigurationNotFoundError");
    const { demandsDigest } = this.faults;
    if (demandsDigest && request.method === "PUT") {
      const md5 = request.headers["content-md5"];
      if (md5 === undefined) {
        this.demands++;
        throw new Refusal(400, demandsDigest.code, demandsDigest.message);
      }
      if (md5 !== createHash("md5").update(body).digest("base64")) throw new Refusal(400, "BadDigest");
      this.digests++;
    }
    const upload = query.get("uploadId") ?? "";
    if (request.method === "POST" && query.has("uploads")) {
      const id = randomBytes(4).toString("hex");
      this.uploads.set(id, new Map());
      response.end(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
    } else if (upload !== "") this.ofUpload(key, upload, request.method ?? "", query, body, response);
    else if (request.method === "PUT") this.put(key, request, body, response);
    else if (request.method === "DELETE") {
      const version = query.get("versionId");
      const marker = version ? undefined : this.hide(key);
      if (version) this.remove(key, version);
      if (marker !== undefined) response.setHeader("x-amz-version-id", marker);
      response.statusCode = 204;
      response.end();
    } else this.get(key, query.get("versionId"), request, response);
  }

  private ofUpload(
    key: string,
    id: string,
    method: string,
    query: URLSearchParams,
    body: Buffer,
    response: ServerResponse,
  ): void {
    const parts = this.uploads.get(id);
    if (!parts && !(this.faults.takesPartsAfterAbort && method === "PUT")) throw new Refusal(404, "NoSuchUpload");
    if (method === "PUT") {
      parts?.set(query.get("partNumber") ?? "", body);
      response.setHeader("etag", '"part"');
    } else {
      this.uploads.delete(id);
      if (method === "POST") {
        this.add(key, Buffer.concat([...(parts ?? new Map<string, Buffer>()).values()]), {});
        response.write("<CompleteMultipartUploadResult/>");
      } else response.statusCode = 204;
    }
    response.end();
  }

  private put(key: string, { headers }: IncomingMessage, body: Buffer, response: ServerResponse): void {
    const digests: [string | string[] | undefined, string][] = [
      [headers["content-md5"], createHash("md5").update(body).digest("base64")],
      [headers["x-amz-checksum-sha256"], createHash("sha256").update(body).digest("base64")],
      [headers["x-amz-content-sha256"], createHash("sha256").update(body).digest("hex")],
    ];
    const wrong = digests.some(
      ([sent, actual]) => sent !== undefined && sent !== actual && sent !== "UNSIGNED-PAYLOAD",
    );
    if (wrong && !this.faults.ignoresDigests) throw new Refusal(400, "BadDigest");
    if (headers["if-none-match"] && this.current(key)?.body && !this.faults.ignoresConditions)
      throw new Refusal(412, "PreconditionFailed");
    const kept = ["x-amz-checksum-sha256"];
    if (!this.faults.ignoresEncryption)
      kept.push("x-amz-server-side-encryption", "x-amz-server-side-encryption-customer-key");
    const noted = Object.fromEntries(kept.flatMap((name) => (headers[name] ? [[name, String(headers[name])]] : [])));
    const version = this.add(key, body, noted);
    if (!this.faults.unversioned) response.setHeader("x-amz-version-id", version);
    response.end();
  }

  private get(key: string, version: string | null, { headers }: IncomingMessage, response: ServerResponse): void {
    const old = this.objects.get(key)?.find(({ id }) => id === version);
    const found = version === null ? this.current(key) : this.faults.forgetsVersions ? undefined : old;
    if (!found?.body) throw new Refusal(404, version === null ? "NoSuchKey" : "NoSuchVersion");
    const customerKey = "x-amz-server-side-encryption-customer-key";
    if (found.headers[customerKey] !== headers[customerKey] && found.headers[customerKey])
      throw new Refusal(400, "InvalidRequest");
    for (const [name, value] of Object.entries(found.headers))
      if (name !== customerKey) response.setHeader(name, value);
    response.setHeader("content-length", found.body.length);
    response.end(found.body);
  }

  private add(key: string, body: Buffer | undefined, headers: Record<string, string>): string {
    const id = randomBytes(4).toString("hex");
    const before = this.faults.unversioned ? [] : (this.objects.get(key) ?? []);
    this.objects.set(key, [...before, { id, headers, ...(body ? { body } : {}) }]);
    return id;
  }

  private remove(key: string, version: string): void {
    const left = (this.objects.get(key) ?? []).filter(({ id }) => id !== version);
    if (left.length > 0) this.objects.set(key, left);
    else this.objects.delete(key);
  }

  private current(key: string): Version | undefined {
    return this.objects.get(key)?.at(-1);
  }
}
