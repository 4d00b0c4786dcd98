import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "pg";
import { exclude } from "../../../agent/backup/exclude";
import { checkLosses } from "../../../agent/backup/lost/losses";
import { settingsOfEveryRole } from "../../../agent/backup/roles";
import { checkRights, describeSource } from "../../../agent/backup/source";
import { Checks } from "../../../agent/drill/checks";
import { checkIndexes } from "../../../agent/drill/indexes";
import { checkReadWrite } from "../../../agent/drill/read-write";
import { lockTables, rewrittenTables } from "../../../agent/facts/rows";
import { recordAll } from "../postgres/all-facts";
import { LocalServer } from "../postgres/local-server";
import { makeTestDatabase } from "../postgres/test-databases";

/** Casts alone make ambiguous what operators for just those types would decide. */
const CASTS = /^-- Implicit casts[\s\S]*?(?=^-- Operators)/m;
const HOSTILE = readFileSync(join(__dirname, "..", "postgres", "hostile.sql"), "utf8");
/** The names in HOSTILE, which are in no test database: what is recorded of them is the only thing that may be new. */
const OURS =
  /joined_wrong|compared_wrong|public\.|pg_catalog\.|PG_temp_1|^cast \(|^schema public|^postgres in this|hostile/;

/** The agent's SQL means the same in every database, whatever is defined there. */
describe("the agent's SQL", () => {
  const KINDS = ["torture", "types", "partitions", "policies", "extensions"];
  let server: LocalServer;
  before(function () {
    this.timeout(120_000);
    server = LocalServer.start({ max_locks_per_transaction: "256" });
    for (const kind of KINDS) makeTestDatabase(server, kind);
    server.sql(
      "postgres",
      "CREATE ROLE reader LOGIN BYPASSRLS IN ROLE pg_read_all_data; ALTER ROLE reader SET lo_compat_privileges = on",
    );
  });
  after(function () {
    this.timeout(60_000);
    server.stop();
  });

  /** All that the agent asks of a source or a copy, but for what changes it. */
  const askAll = (database: string) => server.session(database, (client) => everything(client));
  const everything = async (client: Client) => {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const warnings: string[] = [];
    const { clockAhead: _, databaseBytes: __, ...source } = await describeSource(client);
    await checkRights(client);
    await checkLosses(client, source.major, ["* pg_catalog.*"], (line) => warnings.push(line));
    await lockTables(client);
    const rewritten = await rewrittenTables(client);
    const settings = await settingsOfEveryRole(client);
    const { sections } = await recordAll(client);
    await client.query("ROLLBACK");
    return { source, rewritten, settings, sections, warnings };
  };

  for (const kind of KINDS) {
    it(`answers the same beside hostile definitions (${kind})`, async () => {
      const before = await askAll(kind);
      const unwatched = kind === "policies" ? "SET session_replication_role = replica;" : "";
      server.sql(kind, `${unwatched} ${CASTS.exec(HOSTILE)?.[0]}`);
      await askAll(kind);
      server.sql(kind, `${unwatched} ${HOSTILE}`);
      server.sql(
        "postgres",
        `ALTER DATABASE "${kind}" SET search_path = public, pg_catalog; ALTER ROLE reader SET search_path = public, pg_catalog`,
      );
      const after = await askAll(kind);
      server.sql("postgres", `ALTER DATABASE "${kind}" RESET search_path; ALTER ROLE reader RESET search_path`);
      assert.deepEqual(after.source, before.source);
      assert.deepEqual(after.rewritten, []);
      assert.deepEqual(after.settings, before.settings);
      for (const [name, section] of Object.entries(before.sections)) {
        const found = after.sections[name as keyof typeof after.sections];
        for (const [identity, definition] of Object.entries(section))
          assert.equal(found[identity], definition, `${name}: ${identity}`);
        const added = Object.keys(found).filter(
          (identity) => !Object.hasOwn(section, identity) && !OURS.test(identity) && !/search_path/.test(identity),
        );
        assert.deepEqual(added, [], name);
      }
    }).timeout(60_000);
  }

  it("finds what patterns leave out, the indexes, and what a role may write, beside hostile definitions", async () => {
    server.database(
      "excluding",
      `CREATE SCHEMA audit; CREATE TABLE audit.log (i int PRIMARY KEY); CREATE TABLE audit.logs (i int); ${HOSTILE}`,
    );
    server.sql("postgres", "ALTER DATABASE excluding SET search_path = public, pg_catalog");
    server.sql(
      "excluding",
      "CREATE ROLE app LOGIN; GRANT USAGE ON SCHEMA audit TO app; GRANT SELECT, UPDATE ON audit.log TO app; INSERT INTO audit.log VALUES (1)",
    );
    const { excluded } = await server.session("excluding", (client) =>
      exclude(client, { excludeTables: ["audit.log"], excludeTableData: ["audit.logs"] }),
    );
    assert.deepEqual(excluded, { tables: ["audit.log"], tableData: ["audit.logs"] });
    const checks = new Checks();
    await server.session("excluding", (client) => checkIndexes(checks, client));
    const probing = { database: "excluding", applicationRole: "app" };
    await checkReadWrite(checks, probing, { "audit.log": "1" }, new AbortController().signal, server.socket);
    assert.deepEqual(checks.failed, []);
    assert.equal(checks.results.length, 3);
  });
});
