import assert from "node:assert/strict";
import { restoreWarnings } from "../../../../agent/backup/restore-warnings";
import { Checks } from "../../../../agent/drill/checks";
import { checkReadWrite, type Probing } from "../../../../agent/drill/read-write";
import { readServerSettings } from "../../../../agent/postgres/server-settings";
import { withLocalServer } from "../../postgres/local-server";

describe("the probe of an application's role", function () {
  this.timeout(60_000);
  const local = withLocalServer({ TimeZone: "Europe/Zurich" });

  before(async () => {
    const { server } = local;
    server.database("shop");
    const roles = ["by_column", "by_view", "by_function", "adding", "tenant", "nobody", "writer"];
    server.sql(
      "shop",
      ...roles.map((role) => `CREATE ROLE ${role} LOGIN`),
      "CREATE TABLE people(id int PRIMARY KEY, name text, salary numeric)",
      "INSERT INTO people SELECT g, 'n', g FROM generate_series(1, 100) g",
      "GRANT SELECT (id, name), UPDATE (name) ON people TO by_column",
      "CREATE VIEW staff AS SELECT id, name FROM people; GRANT SELECT, UPDATE (name) ON staff TO by_view",
      "CREATE FUNCTION rename_all(int) RETURNS int LANGUAGE sql SECURITY DEFINER AS 'UPDATE people SET name = $$x$$ WHERE id = $1 RETURNING id'",
      "CREATE FUNCTION names() RETURNS SETOF text LANGUAGE sql SECURITY DEFINER AS 'SELECT name FROM people'",
      "CREATE TABLE events(id serial PRIMARY KEY, at timestamptz DEFAULT now()); INSERT INTO events DEFAULT VALUES",
      "GRANT INSERT ON events TO adding; GRANT USAGE ON SEQUENCE events_id_seq TO adding; GRANT SELECT (id) ON people TO adding",
      "CREATE TABLE invoices(id int PRIMARY KEY, tenant int, amount numeric); INSERT INTO invoices SELECT g, g % 3, g FROM generate_series(1, 30) g",
      "ALTER TABLE invoices ENABLE ROW LEVEL SECURITY",
      "CREATE POLICY by_tenant ON invoices USING (tenant = current_setting('app.tenant_id')::int)",
      "GRANT SELECT, UPDATE ON invoices TO tenant; GRANT SELECT, UPDATE ON people TO writer",
    );
  });

  const counts = { "public.people": "100", "public.events": "1", "public.invoices": "30" };

  async function probed(applicationRole: string, more: Partial<Probing> = {}): Promise<[boolean, string][]> {
    const checks = new Checks();
    const probing = { applicationRole, database: "shop", ...more };
    await checkReadWrite(checks, probing, counts, AbortSignal.timeout(20_000), local.server.socket);
    return checks.results.map(({ passed, actual }) => [passed, actual]);
  }

  it("asks for no more than columns where the role has no more", async () => {
    assert.deepEqual(await probed("by_column"), [
      [true, "a row of public.people"],
      [true, "a row of public.people updated, then rolled back"],
    ]);
  });

  it("goes through a view where the role has rights on nothing else", async () => {
    assert.deepEqual(await probed("by_view"), [
      [true, "a row of public.staff"],
      [true, "a row of public.staff updated, then rolled back"],
    ]);
  });

  it("adds a row where the role may do no more", async () => {
    assert.deepEqual((await probed("adding"))[1], [true, "a row of public.events inserted, then rolled back"]);
  });

  it("fails where the role may do nothing, and names the argument for one that works by functions", async () => {
    for (const role of ["nobody", "by_function"])
      for (const [passed, actual] of await probed(role)) {
        assert.equal(passed, false);
        assert.match(actual, /check the role's grants\. .* declare statements in the drill's probe$/);
      }
  });

  it("does what was declared, and leaves nothing of it", async () => {
    const probe = { read: "SELECT * FROM names() LIMIT 1", write: "SELECT rename_all(7)" };
    assert.deepEqual(await probed("by_function", { probe }), [
      [true, "1 row read by the declared statement, then rolled back"],
      [true, "1 row written by the declared statement, then rolled back"],
    ]);
    const ended = { write: "SELECT rename_all(7); COMMIT" };
    assert.match((await probed("by_function", { probe: ended }))[1]?.[1] ?? "", /cannot insert multiple commands/);
    const client = await local.server.connect("shop");
    const { rows } = await client.query("SELECT FROM people WHERE name <> 'n'").finally(() => client.end());
    assert.equal(rows.length, 0);
    const nothing = await probed("by_function", { probe: { write: "SELECT rename_all(700) WHERE false" } });
    assert.deepEqual(nothing[1], [false, "0 rows written by the declared statement, then rolled back"]);
  });

  it("sets what the application sets, and names the setting and the argument without it", async () => {
    const [read] = await probed("tenant");
    assert.equal(read?.[0], false);
    assert.match(
      read?.[1] ?? "",
      /unrecognized configuration parameter "app\.tenant_id"; the application sets app\.tenant_id in its sessions: name it in the drill's applicationSettings/,
    );
    const set = await probed("tenant", { applicationSettings: { "app.tenant_id": "2" } });
    assert.deepEqual(set, [
      [true, "a row of public.invoices"],
      [true, "a row of public.invoices updated, then rolled back"],
    ]);
  });

  it("writes into a frozen database, and says that the application itself cannot", async () => {
    local.server.sql("shop", "ALTER DATABASE shop SET default_transaction_read_only = on");
    try {
      const [, write] = await probed("writer");
      assert.equal(write?.[0], true);
      assert.match(
        write?.[1] ?? "",
        /updated, then rolled back; default_transaction_read_only is on for it, as in the source, and was overridden/,
      );
    } finally {
      local.server.sql("template1", "ALTER DATABASE shop RESET default_transaction_read_only");
    }
  });

  it("comes after a backup that has recorded the server's own settings, and not those of its role alone", async () => {
    local.server.sql("shop", "CREATE ROLE backup LOGIN", "ALTER ROLE backup SET DateStyle = 'SQL, DMY'");
    const client = await local.server.connect("shop", "backup");
    await client.query("SET TimeZone = 'UTC'");
    const found = await readServerSettings(client).finally(() => client.end());
    assert.deepEqual([found.timezone, found.datestyle, found.lc_monetary], ["Europe/Zurich", undefined, "C"]);
  });

  it("and that has said what no restore gives back: an old version of an extension, a grant to nobody", async () => {
    const client = await local.server.connect("shop");
    assert.deepEqual(await restoreWarnings(client), []);
    await client.query("UPDATE pg_extension SET extversion = '0.9' WHERE extname = 'plpgsql'");
    await client
      .query("UPDATE pg_class SET relacl = relacl || '999999=r/postgres'::aclitem WHERE relname = 'people'")
      .catch(async () => {
        await client.query(
          "CREATE ROLE brief; GRANT SELECT ON people TO brief; DELETE FROM pg_shdepend WHERE refobjid = 'brief'::regrole; DROP ROLE brief",
        );
      });
    const warnings = await restoreWarnings(client).finally(() => client.end());
    assert.match(warnings[0] ?? "", /plpgsql is of version 0\.9, .* ALTER EXTENSION plpgsql UPDATE in the source$/);
    assert.match(
      warnings[1] ?? "",
      /^public\.people has a grant to the role with the OID \d+, which is gone, .* REVOKE it/,
    );
  });
});
