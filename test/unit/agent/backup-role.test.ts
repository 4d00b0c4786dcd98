import assert from "node:assert/strict";
import { checkLosses } from "../../../agent/backup/lost/losses";
import { checkRights } from "../../../agent/backup/source";
import { LocalServer } from "../postgres/local-server";
import { makeTestDatabase, TEST_DATABASES } from "../postgres/test-databases";

/** What the backup role, as PostgresCluster declares it, can back up: as much as a superuser, or it is refused. */
describe("the backup role", () => {
  let server: LocalServer;
  before(function () {
    this.timeout(60_000);
    server = LocalServer.start();
    server.sql("postgres", "CREATE ROLE reader LOGIN BYPASSRLS IN ROLE pg_read_all_data");
  });
  after(function () {
    this.timeout(60_000);
    server.stop();
  });

  const setting = "ALTER ROLE reader SET lo_compat_privileges = on";

  const refusal = (database: string, acknowledged: string[] = []) =>
    server
      .session(
        database,
        async (client) => {
          await checkRights(client);
          await checkLosses(client, 15, acknowledged, () => undefined);
        },
        "reader",
      )
      .then(
        () => undefined,
        (error: Error) => error.message,
      );

  /** All that pg_dump says of a database as `user`, definitions and data, without the key that psql is locked with. */
  const dumped = (database: string, user: string) =>
    server
      .run("pg_dump", ["--create", `--username=${user}`, `--dbname=dbname='${database}'`])
      .split("\n")
      .filter((line) => !/^\\(un)?restrict /.test(line));

  it("is refused 20,000 large objects that nobody granted, and reads them with one setting that can be kept up", async () => {
    server.database(
      "objects",
      "SELECT count(lo_from_bytea(0, decode(md5(i::text), 'hex'))) FROM generate_series(1, 20000) i",
    );
    const before = await refusal("objects");
    assert.match(
      before ?? "",
      /may not read 20,000 large objects \(\d+, .*…\).* ALTER ROLE … SET lo_compat_privileges = on/,
    );
    server.sql("postgres", setting);
    assert.equal(await refusal("objects"), undefined);
    assert.deepEqual(dumped("objects", "reader"), dumped("objects", "postgres"));
  }).timeout(60_000);

  /** Which of the end-to-end tests' databases only a superuser can back up, and what the refusal names. */
  const SUPERUSERS: Record<string, RegExp> = {
    partitions: /user mapping for db_part_app on server remote \(the backup role may not read its options/,
    torture: /user mapping for torture_app on server elsewhere/,
    subscriptions: /would leave out 1 subscription \(db_sub_far\)/,
  };

  for (const kind of TEST_DATABASES) {
    it(`dumps the test database ${kind} as a superuser does, or is refused it`, async () => {
      server.sql("postgres", setting);
      makeTestDatabase(server, kind);
      const why = await refusal(kind);
      const [byRole, bySuperuser] = [dumped(kind, "reader"), dumped(kind, "postgres")];
      if (why === undefined) assert.deepEqual(byRole, bySuperuser, "shortened without a word");
      else assert.notDeepEqual(byRole, bySuperuser, `refused for nothing: ${why}`);
      if (SUPERUSERS[kind]) assert.match(why ?? "", SUPERUSERS[kind]);
      else assert.equal(why, undefined);
    }).timeout(60_000);
  }
});
