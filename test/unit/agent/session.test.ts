import assert from "node:assert/strict";
import { prepareSession } from "../../../agent/postgres/session";
import { recordingClient } from "./recording-client";

describe("a session that records facts", () => {
  it("finds PostgreSQL's own names from its first question on, whatever search_path the database has", async () => {
    const { asked, client } = recordingClient();
    await prepareSession(client);
    assert.equal(asked[0], "SELECT pg_catalog.set_config('search_path', '', false)");
  });

  it("takes the bytes of an SQL_ASCII database as they are, and asks for that before anything else", async () => {
    const { asked, client } = recordingClient();
    await prepareSession(client);
    assert.equal(
      asked[1],
      "SELECT set_config('client_encoding', 'SQL_ASCII', false) WHERE current_setting('server_encoding') = 'SQL_ASCII'",
    );
  });

  it("prints values alike wherever it is, and fails where row-level security would hide rows", async () => {
    const { asked, client } = recordingClient();
    await prepareSession(client);
    for (const [name, value] of [
      ["search_path", ""],
      ["TimeZone", "UTC"],
      ["row_security", "off"],
    ])
      assert.ok(asked.includes(`SELECT set_config($1, $2, false) | ${name} | ${value}`), name);
  });

  it("is ended by no timeout of the database or the role, of those that the server knows", async () => {
    const { asked, client } = recordingClient();
    await prepareSession(client);
    assert.equal(
      asked[2],
      "SELECT set_config(name, '0', false) FROM pg_settings WHERE name = ANY($1) | statement_timeout,idle_in_transaction_session_timeout,idle_session_timeout,transaction_timeout",
    );
  });

  it("goes on without the messages' language, which only a superuser sets, and not without another setting", async () => {
    const denied = new Error("permission denied to set parameter");
    await prepareSession(recordingClient([[/lc_messages/, denied]]).client);
    await assert.rejects(prepareSession(recordingClient([[/row_security/, denied]]).client), denied);
  });
});
