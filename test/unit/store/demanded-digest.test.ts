import assert from "node:assert/strict";
import { S3Store } from "../../../store/s3-store";
import { FakeBucket, type Faults } from "../catalog/fake-bucket";

const MIB = 1024 * 1024;
async function* bytes(total: number) {
  for (let sent = 0; sent < total; sent += MIB) yield Buffer.alloc(MIB, sent % 251);
}

describe("a server that demands digests where objects are locked", () => {
  let bucket: FakeBucket;
  const open = async (faults: Faults) => {
    bucket = await new FakeBucket(faults).start();
    return S3Store.open(bucket.access("writer"));
  };
  afterEach(() => bucket.stop());

  const WORDS = [
    {
      code: "InvalidRequest",
      message:
        "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters",
    },
    { code: "InvalidRequest", message: "Missing required header for this request: Content-MD5 OR x-amz-checksum-*" },
    { code: "MissingContentMD5", message: "Missing or invalid required header for this request: Content-Md5" },
  ];
  for (const demandsDigest of WORDS)
    it(`gets them as soon as it says "${demandsDigest.message.slice(0, 40)}…", with texts and with every part`, async () => {
      const store = await open({ demandsDigest });
      await store.putText("a", "text");
      assert.equal(await store.readText("a"), "text");
      const { bytes: stored } = await store.upload("long", bytes(20 * MIB), 0);
      assert.equal(stored, 20 * MIB);
      await store.upload("short", bytes(MIB), 0);
      assert.equal(bucket.digests, 5);
      assert.equal(bucket.demands, 1, "what is known is not asked for again");
    });

  it("gets them, too, when the parts of a first upload are refused, several at once", async () => {
    const store = await open({ demandsDigest: WORDS[0] as (typeof WORDS)[0] });
    assert.equal((await store.upload("long", bytes(40 * MIB), 0)).bytes, 40 * MIB);
    assert.equal(bucket.digests, 5);
  });

  it("gets none where it does not ask: some servers know none", async () => {
    const store = await open({});
    await store.putText("a", "text");
    assert.equal(bucket.digests, 0);
  });

  it("is not asked again for what it refuses for another reason", async () => {
    const store = await open({
      demandsDigest: { code: "InvalidRequest", message: "the key is required to be longer" },
    });
    await assert.rejects(store.putText("a", "text"), /cannot store a in .*InvalidRequest: the key is required/);
    assert.equal(bucket.digests, 0);
  });
});
