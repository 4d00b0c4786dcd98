import assert from "node:assert/strict";
import { digestLargeObjects } from "../../../agent/facts/large-objects";
import { recordingClient } from "./recording-client";

describe("the digest of large objects", () => {
  it("is one for all, of the first and the last by OID, in the server", async () => {
    const { asked, client } = recordingClient([[/lo_get/, [{ digest: "d1" }]]]);
    assert.deepEqual(await digestLargeObjects(client, 7), { "large objects": "d1" });
    assert.equal(asked.length, 1);
    assert.match(asked[0] ?? "", /ORDER BY l\.oid ASC LIMIT 7\) UNION \(.*ORDER BY l\.oid DESC LIMIT 7\)/);
  });

  it("is absent where there are none", async () => {
    assert.deepEqual(await digestLargeObjects(recordingClient([[/lo_get/, [{ digest: null }]]]).client, 7), {});
  });
});
