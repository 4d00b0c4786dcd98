import assert from "node:assert/strict";
import { dropPublic } from "../../../../agent/drill/public-schema";
import { recordingClient } from "../recording-client";

describe("the schema public of a restored copy", () => {
  const restored = async (schemas: Record<string, string>) => {
    const { asked, client } = recordingClient();
    await dropPublic(client, { schemas });
    return asked;
  };

  it("goes when the source had none, whatever event triggers forbid, and never with what is in it", async () => {
    assert.deepEqual(await restored({ app: "schema" }), [
      "SET session_replication_role = replica",
      "DROP SCHEMA IF EXISTS public",
    ]);
  });

  it("stays when the source had it", async () => {
    assert.deepEqual(await restored({ app: "schema", public: "schema" }), []);
  });
});
