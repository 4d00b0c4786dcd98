import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { S3Store } from "../../../store/s3-store";

export interface Asked {
  method: string;
  key: string;
  query: URLSearchParams;
  headers: IncomingMessage["headers"];
}

/** Answers in place of the server as it should be; false: it answers as it should. */
type Oddity = (asked: Asked, answer: OddAnswer, server: OddServer) => boolean | undefined;

export interface OddAnswer {
  error(status: number, code: string, message?: string): true;
  xml(text: string): true;
  /** The connection breaks, as when a server is killed. */
  hangUp(): true;
}

/** A server that speaks S3 on loopback, and one thing of it in the way of some server that people have. */
export class OddServer {
  readonly objects = new Map<string, string>();
  readonly asked: Asked[] = [];
  readonly parts = new Map<number, Buffer>();
  /** What it says that it is. */
  date: Date | undefined;
  oddity: Oddity = () => false;
  private readonly server = createServer((request, response) => void this.answer(request, response));

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Waits `awayMs` for a server that is away. */
  store(awayMs = 5000, signal?: AbortSignal): S3Store {
    const { port } = this.server.address() as AddressInfo;
    const credentials = { accessKeyId: "key", secretAccessKey: "sesame" };
    const bucket = { bucket: "backups", region: "us-east-1", endpoint: `http://127.0.0.1:${port}`, credentials };
    return S3Store.open(bucket, signal, undefined, awayMs);
  }

  fill(count: number, folder = "backups/"): string[] {
    const keys = Array.from({ length: count }, (_, i) => `${folder}${String(i).padStart(5, "0")}/manifest.json`);
    for (const key of keys) this.objects.set(key, "{}");
    return keys;
  }

  count(method: string, has = ""): number {
    return this.asked.filter((asked) => asked.method === method && (has === "" || asked.query.has(has))).length;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? "/", "http://x");
    const key = decodeURIComponent(url.pathname).split("/").slice(2).join("/");
    const asked = { method: request.method ?? "", key, query: url.searchParams, headers: request.headers };
    this.asked.push(asked);
    if (this.date) response.setHeader("date", this.date.toUTCString());
    const answer: OddAnswer = {
      error: (status, code, message = "") => {
        response.writeHead(status, { "content-type": "application/xml" });
        response.end(
          request.method === "HEAD" ? "" : `<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
        );
        return true;
      },
      xml: (text) => {
        response.writeHead(200, { "content-type": "application/xml" });
        response.end(text);
        return true;
      },
      hangUp: () => {
        request.socket.destroy();
        return true;
      },
    };
    if (this.oddity(asked, answer, this)) return;
    this.properly(asked, Buffer.concat(chunks), answer, response);
  }

  private properly({ method, key, query, headers }: Asked, body: Buffer, answer: OddAnswer, response: ServerResponse) {
    if (method === "GET" && key === "") return answer.xml(this.listing(query));
    if (method === "POST" && query.has("delete")) {
      for (const [, found = ""] of body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)) this.objects.delete(found);
      return answer.xml("<DeleteResult></DeleteResult>");
    }
    if (method === "POST" && query.has("uploads"))
      return answer.xml("<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>");
    if (method === "POST") {
      if (this.parts.size === 0) return answer.error(404, "NoSuchUpload");
      this.complete(key);
      return answer.xml("<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>");
    }
    if (method === "DELETE") {
      this.objects.delete(key);
      return response.writeHead(204).end();
    }
    if (method === "PUT" && query.has("partNumber")) {
      this.parts.set(Number(query.get("partNumber")), body);
      return response.writeHead(200, { etag: '"e"' }).end();
    }
    if (method === "PUT") {
      if (headers["if-none-match"] === "*" && this.objects.has(key)) return answer.error(412, "PreconditionFailed");
      this.objects.set(key, body.toString("latin1"));
      return response.writeHead(200, { etag: '"e"' }).end();
    }
    const found = this.objects.get(key);
    if (found === undefined) return answer.error(404, "NoSuchKey");
    response.writeHead(200, { "content-length": found.length });
    return response.end(method === "HEAD" ? undefined : Buffer.from(found, "latin1"));
  }

  complete(key: string): void {
    const whole = [...this.parts].sort(([a], [b]) => a - b).map(([, part]) => part);
    this.objects.set(key, Buffer.concat(whole).toString("latin1"));
    this.parts.clear();
  }

  /** The entries below a prefix, as S3 groups and sorts them. */
  entries(query: URLSearchParams): string[] {
    const prefix = query.get("prefix") ?? "";
    const delimiter = query.get("delimiter");
    const entry = (key: string) => {
      const at = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
      return at < 0 ? key : key.slice(0, at + 1);
    };
    return [...new Set([...this.objects.keys()].filter((key) => key.startsWith(prefix)).map(entry))].sort();
  }

  private listing(query: URLSearchParams): string {
    const after = query.get("continuation-token") ?? query.get("start-after") ?? "";
    const left = this.entries(query).filter((name) => name > after);
    return page(left.slice(0, 1000), { truncated: left.length > 1000, token: left[999] });
  }
}

/** One page of a listing. */
export function page(entries: string[], { truncated, token }: { truncated?: boolean; token?: string } = {}): string {
  const shown = entries.map((name) =>
    name.endsWith("/")
      ? `<CommonPrefixes><Prefix>${name}</Prefix></CommonPrefixes>`
      : `<Contents><Key>${name}</Key><Size>2</Size><LastModified>2026-11-21T02:00:00.000Z</LastModified></Contents>`,
  );
  return (
    `<?xml version="1.0"?><ListBucketResult><Name>backups</Name>` +
    `${truncated === undefined ? "" : `<IsTruncated>${truncated}</IsTruncated>`}` +
    `${truncated && token ? `<NextContinuationToken>${token}</NextContinuationToken>` : ""}${shown.join("")}</ListBucketResult>`
  );
}
