import assert from "node:assert/strict";
import { makeTablespaces } from "../../../../agent/drill/tablespaces";
import { manifest } from "../jobs";
import { recordingClient } from "../recording-client";

describe("the temporary server's tablespaces", () => {
  const make = async (tablespaces: string[] | undefined, major = 17) => {
    const { asked, client } = recordingClient();
    return { made: await makeTablespaces(client, { ...manifest.server, tablespaces, major }), asked };
  };

  it("are made by their names inside its own volume before the database is restored", async () => {
    assert.deepEqual(await make(["fast", 'odd "name"']), {
      made: true,
      asked: [
        "SET allow_in_place_tablespaces = on",
        `CREATE TABLESPACE "fast" LOCATION ''`,
        `CREATE TABLESPACE "odd ""name""" LOCATION ''`,
      ],
    });
  });

  it("are none where the database uses none", async () => {
    for (const none of [undefined, []]) assert.deepEqual(await make(none), { made: false, asked: [] });
  });

  it("cannot be made before PostgreSQL 15, and are left out of the restore then", async () => {
    assert.deepEqual(await make(["fast"], 14), { made: false, asked: [] });
    assert.equal((await make(["fast"], 15)).made, true);
  });
});
