import assert from "node:assert/strict";
import { realWorld } from "../../../cli/real-world";
import type { Bucket } from "../../../store/s3-store";

/** Nothing listens on this port. */
const bucket: Bucket = {
  ...{ bucket: "backups", region: "us-east-1", endpoint: "http://127.0.0.1:1" },
  credentials: { accessKeyId: "id", secretAccessKey: "sesame" },
};
const world = realWorld(new AbortController().signal);

describe("the command's way to a bucket", () => {
  it("advises a person, where a Job's advises on its Secret", async () => {
    const store = await world.bucket(bucket);
    await assert.rejects(
      store.readText("a"),
      /the connection was refused; is the store running, and is --endpoint right/,
    );
  });

  it("does so when a storage is checked, too", async () => {
    const { results } = await world.checkStorage({
      kind: "bucket",
      name: "backups",
      keys: { writer: bucket },
      prefix: "",
    });
    const [first] = results;
    assert.equal(first?.id, "reachable");
    assert.match(JSON.stringify(first), /is --endpoint right/);
  });
});
