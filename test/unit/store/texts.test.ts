import assert from "node:assert/strict";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listBackups } from "../../../catalog/list";
import { layout, MANIFEST } from "../../../model/layout";
import { MARKER } from "../../../store/folder-marker";
import { FolderStore } from "../../../store/folder-store";
import { S3Store } from "../../../store/s3-store";
import { limitedText, MOST_TEXT_BYTES, TooLargeError } from "../../../store/text";
import { manifest } from "../agent/jobs";

const TOO_LARGE = /^ReportedError: cannot read huge .*: it has more than 16 MiB, .*find out who did, and remove it$/;

describe("What is read as a text", () => {
  it("is never more than 16 MiB in memory, whatever the object's length says of it", async () => {
    let given = 0;
    async function* endless() {
      for (;;) {
        given++;
        yield Buffer.alloc(1024 * 1024);
      }
    }
    await assert.rejects(limitedText(endless(), "huge"), TooLargeError);
    assert.equal(given, MOST_TEXT_BYTES / 1024 / 1024 + 1);
  });

  describe("in a folder", () => {
    let root: string;
    let store: FolderStore;
    beforeEach(async () => {
      root = await mkdtemp(join(tmpdir(), "texts-"));
      await writeFile(join(root, MARKER), JSON.stringify({ version: 1, id: "store" }));
      store = await FolderStore.open(root);
    });
    afterEach(() => rm(root, { recursive: true }));

    it("is refused by its size", async () => {
      await writeFile(join(root, "huge"), "");
      await truncate(join(root, "huge"), 10_000_000_000);
      await assert.rejects(store.readText("huge"), TOO_LARGE);
      await assert.rejects(store.readTextIfThere("huge"), TOO_LARGE);
    });

    it("does not end a listing when it is said to be a manifest: that backup is damaged, and the others are listed", async () => {
      const key = layout.backup("", manifest.target, manifest.id) + MANIFEST;
      await store.putText(key, "{}");
      await truncate(join(root, key), 10_000_000_000);
      const [backup] = await listBackups(store, "", manifest.target);
      assert.equal(backup?.state, "damaged");
      assert.match(backup?.problem ?? "", /has 10000000000 bytes: it is no manifest/);
    });

    it("is stored by one of several who store it at once, and by nobody where it is there", async () => {
      const rivals = Array.from({ length: 8 }, (_, index) => store.putTextIfAbsent("a/marker", `rival ${index}`));
      const won = (await Promise.all(rivals)).flatMap((first, index) => (first ? [`rival ${index}`] : []));
      assert.deepEqual(won, [await store.readText("a/marker")]);
      assert.equal(await store.putTextIfAbsent("a/marker", "late"), false);
      const keys: string[] = [];
      for await (const page of store.list("a/")) keys.push(...page.map(({ key }) => key));
      assert.deepEqual(keys, ["a/marker"], "the losers leave nothing");
    });
  });

  it("in a bucket is refused by its length before it is fetched", async () => {
    let sent = 0;
    const server = createServer((_, response) => {
      response.writeHead(200, { "content-length": 10_000_000_000 });
      const write = () => {
        sent += 65_536;
        if (sent < 100_000_000 && !response.destroyed) response.write(Buffer.alloc(65_536), write);
      };
      write();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const credentials = { accessKeyId: "key", secretAccessKey: "secret" };
    const store = S3Store.open({ bucket: "backups", region: "us-east-1", endpoint, credentials });
    try {
      await assert.rejects(store.readText("huge"), TOO_LARGE);
      assert.ok(sent < 50_000_000, `${sent} bytes were sent`);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe("A storage's address", () => {
  it("names the server and the bucket, and nothing secret", () => {
    const credentials = { accessKeyId: "key", secretAccessKey: "secret" };
    const common = { bucket: "backups", region: "us-east-1", credentials };
    const address = (endpoint?: string) => S3Store.open({ ...common, ...(endpoint && { endpoint }) }).address;
    assert.equal(address("https://s3.example.com:9000/"), "https://s3.example.com:9000/backups");
    assert.equal(address(), "s3://backups");
  });
});
