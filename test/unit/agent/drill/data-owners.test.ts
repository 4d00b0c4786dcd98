import assert from "node:assert/strict";
import { asOwners } from "../../../../agent/drill/data-owners";
import { recordingClient } from "../recording-client";

const owner = (name: string, { reads = "false", writes = "false", noinherit = "false" } = {}) => ({
  ...{ name, noinherit, pg_read_all_data: reads, pg_write_all_data: writes },
});

describe("while rows are restored as their owners", () => {
  const owners = [owner("app"), owner("reader", { reads: "true" }), owner('odd "name"', { noinherit: "true" })];
  const changes = (asked: string[]) => asked.filter((sql) => /^(GRANT|REVOKE|ALTER)/.test(sql));
  const GIVEN = [
    'ALTER ROLE "odd ""name""" INHERIT',
    'GRANT pg_read_all_data TO "app", "odd ""name"""',
    'GRANT pg_write_all_data TO "app", "reader", "odd ""name"""',
  ];
  const TAKEN = [
    'REVOKE pg_read_all_data FROM "app", "odd ""name"""',
    'REVOKE pg_write_all_data FROM "app", "reader", "odd ""name"""',
    'ALTER ROLE "odd ""name""" NOINHERIT',
  ];

  it("each may read and write what it has forbidden itself, and afterwards has no more than the source gave it", async () => {
    const { client, asked } = recordingClient([[/pg_shdepend/, owners]]);
    await asOwners(client, ["app", "reader"], async () => assert.deepEqual(changes(asked), GIVEN));
    assert.deepEqual(changes(asked), [...GIVEN, ...TAKEN]);
  });

  it("takes the rights back also when the restore failed, for another attempt compares the roles, too", async () => {
    const { client, asked } = recordingClient([[/pg_shdepend/, owners]]);
    const restore = () => Promise.reject(new Error("deadlock"));
    await assert.rejects(asOwners(client, [], restore), /deadlock/);
    assert.deepEqual(changes(asked), [...GIVEN, ...TAKEN]);
  });

  it("asks for the owners here and those of the source, superusers left out, who need nothing", async () => {
    const { client, asked } = recordingClient();
    await asOwners(client, ["app"], async () => undefined);
    const question = asked.find((sql) => sql.includes("pg_shdepend")) ?? assert.fail();
    assert.match(question, /NOT r\.rolsuper [^;]*\(r\.rolname = ANY \(\$1\) OR EXISTS/);
    assert.deepEqual(changes(asked), []);
  });
});
