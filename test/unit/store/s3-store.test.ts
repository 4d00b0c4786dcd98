import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf } from "../../../runtime/errors";
import { NotFoundError } from "../../../store/errors";
import { MAX_PARTS, planParts } from "../../../store/part-size";
import { S3Store } from "../../../store/s3-store";

const MIB = 1024 * 1024;

describe("the store", () => {
  describe("part sizes", () => {
    it("keep buffers under 100 MiB for databases of up to 400 GB", () => {
      for (const bytes of [0, 1e6, 1e9, 1e11, 4e11]) {
        const { partSize, parallel } = planParts(bytes);
        assert.ok(partSize * parallel <= 100 * MIB, `${bytes}: ${partSize} x ${parallel}`);
      }
    });

    it("let a dump of 10 TB, and half as much again, fit S3's 10,000 parts", () => {
      const { partSize, parallel } = planParts(10e12);
      assert.ok(partSize * MAX_PARTS >= 15e12);
      assert.equal(parallel, 1);
    });

    it("are never below S3's smallest part of 5 MiB", () => {
      assert.ok(planParts(0).partSize >= 5 * MIB);
    });
  });

  describe("over HTTP", () => {
    let server: FakeS3;
    let folder: string;
    let store: S3Store;
    beforeEach(async () => {
      server = await FakeS3.start();
      folder = await mkdtemp(join(tmpdir(), "store-"));
      const secret = {
        ACCESS_KEY_ID: "key",
        ACCESS_SECRET_KEY: "sesame",
        BUCKET: "backups",
        ENDPOINT: server.endpoint,
        REGION: "us-east-1",
      };
      for (const [name, value] of Object.entries(secret)) await writeFile(join(folder, name), value);
      store = await S3Store.fromSecret(folder);
    });
    afterEach(async () => {
      await server.stop();
      await rm(folder, { recursive: true });
    });

    async function* chunks(total: number, size = 64 * 1024) {
      for (let sent = 0; sent < total; sent += size) yield Buffer.alloc(Math.min(size, total - sent), sent % 251);
    }
    const expected = async (total: number) => {
      const hash = createHash("sha256");
      for await (const chunk of chunks(total)) hash.update(chunk);
      return hash.digest("hex");
    };

    it("stores a short stream with one put, and says its size and digest", async () => {
      const stored = await store.upload("short", chunks(100_000), 0);
      assert.deepEqual(stored, { key: "short", bytes: 100_000, sha256: await expected(100_000) });
      assert.equal(server.objects.get("short")?.length, 100_000);
      assert.equal(server.parts, 0);
    });

    it("stores a long stream in parts, in their order", async () => {
      const total = 20 * MIB + 17;
      const stored = await store.upload("long", chunks(total), 0);
      assert.equal(stored.sha256, await expected(total));
      const sha256 = createHash("sha256")
        .update(server.objects.get("long") ?? "")
        .digest("hex");
      assert.equal(sha256, stored.sha256);
      assert.equal(server.parts, 3);
    });

    it("asks for the reason when a look at an object is refused, as the answer to that has none", async () => {
      for (const [code, reason] of [
        ["ExpiredToken", /cannot look at a in .*: the credentials expired/],
        ["NoSuchBucket", /there is no such bucket/],
        ["AuthorizationHeaderMalformed", /the bucket is in another region/],
      ] as const) {
        server.refuseReads = { status: code === "NoSuchBucket" ? 404 : 400, code };
        await assert.rejects(store.size("a"), (error: Error) => {
          assert.match(error.message, reason);
          return !(error instanceof NotFoundError);
        });
      }
    });

    it("says that the disk is full that an object is fetched to, and does not blame the store", async () => {
      await store.upload("short", chunks(100_000), 0);
      await assert.rejects(
        store.download("short", "/dev/full"),
        /cannot fetch short in the bucket backups .*: it cannot be written to \/dev\/full: the disk is full; free space there or give it more/,
      );
      await assert.rejects(store.download("short", join(folder, "no", "where")), /it cannot be written to .*ENOENT/);
    });

    it("stores exactly full parts without an empty one", async () => {
      await store.upload("full", chunks(16 * MIB), 0);
      assert.equal(server.objects.get("full")?.length, 16 * MIB);
      assert.equal(server.parts, 2);
    });

    it("makes no object of a stream that fails, and takes its parts back", async () => {
      async function* torn() {
        yield* chunks(20 * MIB);
        throw new Error("pg_dump was ended by signal SIGKILL");
      }
      await assert.rejects(store.upload("torn", torn(), 0), /SIGKILL/);
      assert.equal(server.objects.has("torn"), false);
      assert.equal(server.aborted, 1);
    });

    it("reports the store's reason when a part is refused, not what came of it", async () => {
      server.refuse = { status: 507, code: "InsufficientStorage" };
      await assert.rejects(store.upload("much", chunks(40 * MIB), 0), /the store is full/);
      assert.equal(server.objects.has("much"), false);
    });

    it("notices an object stored shorter than it was sent", async () => {
      server.shorten = 3;
      await assert.rejects(
        store.upload("343", chunks(343_000), 0),
        /was sent with 343000 bytes, but the store holds 342997/,
      );
    });

    it("fetches an object into a file and measures it", async () => {
      server.objects.set("a", Buffer.from("content"));
      const file = join(folder, "a.dump");
      const found = await store.download("a", file);
      assert.equal(found.bytes, 7);
      assert.equal(found.sha256, createHash("sha256").update("content").digest("hex"));
      assert.equal(await readFile(file, "utf8"), "content");
    });

    it("lists folders over all pages", async () => {
      for (let i = 0; i < 5; i++) server.objects.set(`backups/x/${i}/manifest.json`, Buffer.from("{}"));
      assert.deepEqual(await store.folders("backups/x/"), ["0", "1", "2", "3", "4"]);
      assert.ok(server.lists > 1);
    });

    it("never names its credentials", async () => {
      server.refuse = { status: 403, code: "SignatureDoesNotMatch" };
      const message = await store.putText("a", "b").then(String, messageOf);
      assert.match(message, /the secret key is wrong/);
      assert.doesNotMatch(message, /sesame/);
    });

    it("refuses an endpoint that is no address, before anything is sent", async () => {
      await writeFile(join(folder, "ENDPOINT"), "store:9000");
      await assert.rejects(S3Store.fromSecret(folder), /ENDPOINT is no address of a server: give http/);
    });
  });
});

/** As much of S3 as the agent asks of it. */
class FakeS3 {
  readonly objects = new Map<string, Buffer>();
  parts = 0;
  aborted = 0;
  lists = 0;
  shorten = 0;
  refuse: { status: number; code: string } | undefined;
  refuseReads: { status: number; code: string } | undefined;
  private readonly pending = new Map<number, Buffer>();
  private constructor(private readonly server: Server) {}

  static async start(): Promise<FakeS3> {
    const server = createServer((request, response) => void fake.answer(request, response));
    const fake = new FakeS3(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return fake;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body: Buffer[] = [];
    for await (const chunk of request) body.push(chunk as Buffer);
    const url = new URL(request.url ?? "/", this.endpoint);
    const key = decodeURIComponent(url.pathname).split("/").slice(2).join("/");
    const query = url.searchParams;
    const xml = (text: string) => response.setHeader("content-type", "application/xml").end(text);
    const isPart = query.has("partNumber");
    if (this.refuse && request.method === "PUT") {
      response.statusCode = this.refuse.status;
      return void xml(`<Error><Code>${this.refuse.code}</Code><Message>refused</Message></Error>`);
    }
    if (this.refuseReads && (request.method === "GET" || request.method === "HEAD")) {
      response.statusCode = this.refuseReads.status;
      return void xml(request.method === "HEAD" ? "" : `<Error><Code>${this.refuseReads.code}</Code></Error>`);
    }
    if (query.has("list-type")) return void xml(this.list(query));
    if (request.method === "POST" && query.has("uploads")) {
      return void xml("<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>");
    }
    if (isPart) {
      this.parts++;
      this.pending.set(Number(query.get("partNumber")), Buffer.concat(body));
      return void response.setHeader("etag", '"e"').end();
    }
    if (request.method === "POST") {
      const numbers = [...this.pending.keys()].sort((a, b) => a - b);
      this.objects.set(key, Buffer.concat(numbers.map((number) => this.pending.get(number) ?? Buffer.alloc(0))));
      return void xml("<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>");
    }
    if (request.method === "DELETE") {
      if (query.has("uploadId")) this.aborted++;
      response.statusCode = 204;
      return void response.end();
    }
    if (request.method === "PUT") {
      const all = Buffer.concat(body);
      this.objects.set(key, all.subarray(0, all.length - this.shorten));
      return void response.setHeader("etag", '"e"').end();
    }
    const found = this.objects.get(key);
    if (!found) response.statusCode = 404;
    response.setHeader("content-length", found?.length ?? 0);
    response.end(request.method === "HEAD" ? undefined : found);
  }

  private list(query: URLSearchParams): string {
    this.lists++;
    const prefix = query.get("prefix") ?? "";
    const names = [...this.objects.keys()].map((key) => `${prefix}${key.slice(prefix.length).split("/")[0]}/`);
    const all = [...new Set(names)].sort();
    const from = Number(query.get("continuation-token") ?? 0);
    const page = all.slice(from, from + 2);
    const more = from + 2 < all.length;
    return (
      `<ListBucketResult><IsTruncated>${more}</IsTruncated>` +
      `${more ? `<NextContinuationToken>${from + 2}</NextContinuationToken>` : ""}` +
      `${page.map((name) => `<CommonPrefixes><Prefix>${name}</Prefix></CommonPrefixes>`).join("")}</ListBucketResult>`
    );
  }
}
