import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import type { Client } from "pg";
import { clientEnvironment } from "../../../agent/backup/dump";
import { checkRights } from "../../../agent/backup/source";
import { connectSocket, connectSource } from "../../../agent/postgres/connect";
import { prepareSession } from "../../../agent/postgres/session";
import { SESSION_SETTINGS, startOptions } from "../../../agent/postgres/session-settings";
import { HARMLESS_NAMES } from "../postgres/harmless-settings";
import { withLocalServer } from "../postgres/local-server";
import { recordingClient } from "./recording-client";

const MAJORS = [13, 14, 15, 16, 17, 18];

describe("a session that records facts", () => {
  it("looks nothing up by a name before names are PostgreSQL's own, and then takes the bytes of an SQL_ASCII database", async () => {
    const { asked, client } = recordingClient();
    await prepareSession(client);
    assert.deepEqual(asked.slice(0, 2), [
      "SELECT pg_catalog.set_config('search_path', '', false)",
      "SELECT set_config('client_encoding', 'SQL_ASCII', false) WHERE current_setting('server_encoding') = 'SQL_ASCII'",
    ]);
  });
});

describe("the settings of sessions", () => {
  it("are set or harmless, never both, and never named twice", () => {
    const names = [...SESSION_SETTINGS.map(({ name }) => name), ...HARMLESS_NAMES];
    const twice = names.filter((name, index) => names.indexOf(name) !== index);
    assert.deepEqual(twice, []);
  });

  it("say why, and are given to programs from the version on that knows them", () => {
    for (const { why } of SESSION_SETTINGS) assert.ok(why.length > 20);
    for (const { name, since = 13, values } of SESSION_SETTINGS)
      for (const major of MAJORS)
        for (const kind of ["dump", "restore"] as const) {
          const given = startOptions(kind, major).includes(`-c ${name}=`);
          assert.equal(given, values[kind] !== undefined && major >= since, `${name}, ${kind}, ${major}`);
        }
  });

  it("of a dump are none that only a superuser may set: the server would refuse the connection", () => {
    const superusers = ["lc_messages", "lo_compat_privileges", "temp_file_limit", "deadlock_timeout", "event_triggers"];
    for (const name of [...superusers, "session_replication_role"])
      assert.doesNotMatch(startOptions("dump", 18), new RegExp(` ${name}=`));
  });
});

describe("whatever a database and its roles set", function () {
  this.timeout(60_000);
  const local = withLocalServer({ "restorable.left_out": "" });
  const path = process.env.PATH;

  /** One that differs from every value that a session of ours wants. */
  const EVIL: Record<string, string> = {
    statement_timeout: "1h",
    idle_in_transaction_session_timeout: "1h",
    idle_session_timeout: "1h",
    transaction_timeout: "1h",
    lock_timeout: "1ms",
    search_path: "evil, pg_catalog",
    TimeZone: "Asia/Kolkata",
    DateStyle: "SQL, DMY",
    IntervalStyle: "sql_standard",
    bytea_output: "escape",
    extra_float_digits: "-10",
    xmlbinary: "hex",
    xmloption: "document",
    lc_monetary: "C.UTF-8",
    lc_messages: "C.UTF-8",
    quote_all_identifiers: "on",
    standard_conforming_strings: "off",
    array_nulls: "off",
    transform_null_equals: "on",
    row_security: "on",
    restrict_nonsystem_relation_kind: "view",
    gin_fuzzy_search_limit: "5",
    client_min_messages: "error",
    exit_on_error: "on",
    default_transaction_read_only: "on",
    default_transaction_isolation: "serializable",
    default_transaction_deferrable: "on",
    jit: "on",
    default_tablespace: "pg_default",
    default_table_access_method: "other_heap",
    lo_compat_privileges: "off",
    temp_file_limit: "64kB",
    deadlock_timeout: "1h",
    event_triggers: "on",
    icu_validation_level: "error",
    session_replication_role: "local",
    role: "evil",
  };

  before(async () => {
    process.env.PATH = local.server.path;
    const { server } = local;
    server.database("shop");
    server.sql("postgres", "CREATE ROLE backup LOGIN", "CREATE ROLE evil", "GRANT evil TO backup");
    server.sql("shop", "CREATE ACCESS METHOD other_heap TYPE TABLE HANDLER heap_tableam_handler");
    const client = await server.connect("shop");
    const known = await client.query("SELECT name FROM pg_settings");
    await client.end();
    const names = known.rows.map(({ name }: { name: string }) => name);
    for (const [name, value] of Object.entries(EVIL).filter(([name]) => name === "role" || names.includes(name)))
      server.sql("postgres", `ALTER ROLE backup SET ${name} = ${quoted(name, value)}`);
  });
  after(() => {
    process.env.PATH = path;
  });

  const quoted = (name: string, value: string) => (["search_path", "DateStyle"].includes(name) ? value : `'${value}'`);

  async function everySetting(client: Client): Promise<Record<string, string>> {
    const { rows } = await client.query("SELECT name, current_setting(name) AS value FROM pg_settings");
    const all = Object.fromEntries(rows.map(({ name, value }: { name: string; value: string }) => [name, value]));
    const role = await client.query("SELECT current_setting('role') AS role");
    return { ...all, role: (rows.length > 0 && (role.rows[0] as { role: string }).role) || "" };
  }

  function compare(found: Record<string, string>, wanted: [string, string][]): void {
    const known = wanted.filter(([name]) => name in found);
    assert.ok(known.length > 5);
    assert.deepEqual(
      known.map(([name]) => [name, found[name]]),
      known,
    );
  }

  it("each evil value differs from ours, and would hold without us", async () => {
    const client = await local.server.connect("shop", "backup");
    const found = await everySetting(client).finally(() => client.end());
    for (const { name, values } of SESSION_SETTINGS) {
      assert.ok(EVIL[name] !== undefined, `no evil value of ${name}`);
      if (name in found) for (const value of Object.values(values)) assert.notEqual(found[name], value, name);
    }
  });

  it("the sessions that record facts have ours, of all that their role may set", async () => {
    const address = { host: local.server.socket, port: 5432, database: "shop", user: "backup", password: "" };
    const client = await connectSource(address);
    await prepareSession(client);
    const found = await everySetting(client).finally(() => client.end());
    const wanted = SESSION_SETTINGS.filter(({ name, values }) => values.facts !== undefined && name !== "lc_messages");
    compare(
      found,
      wanted.map(({ name, values }) => [name, values.facts ?? ""]),
    );
    assert.equal(found.lc_messages, "C.UTF-8");
  });

  it("a superuser's have all of them", async () => {
    local.server.sql("postgres", "ALTER DATABASE shop SET lc_messages = 'C.UTF-8'");
    const client = await local.server.connect("shop");
    await prepareSession(client);
    const found = await everySetting(client).finally(() => client.end());
    local.server.sql("postgres", "ALTER DATABASE shop RESET lc_messages");
    compare(
      found,
      SESSION_SETTINGS.flatMap(({ name, values }) => (values.facts === undefined ? [] : [[name, values.facts]])),
    );
  });

  it("pg_dump's and pg_dumpall's begin with ours", () => {
    const env = clientEnvironment({ password: "" }, local.server.major);
    for (const { name, values } of SESSION_SETTINGS) {
      if (values.dump === undefined || !env.PGOPTIONS?.includes(` ${name}=`)) continue;
      const said = execFileSync("psql", ["-XAtc", `SHOW ${name}`, "-h", local.server.socket, "-U", "backup", "shop"], {
        env,
      });
      assert.equal(said.toString().trim(), values.dump, name);
    }
  });

  it("what restores has ours, where all roles have evil ones", async () => {
    const known = Object.keys(await everySetting(await local.server.connect("shop", "postgres")));
    const evil = Object.entries(EVIL).filter(([name]) => name !== "role" && known.includes(name));
    for (const [name, value] of evil) {
      const admin = await local.server.connect("postgres");
      await admin.query(`ALTER ROLE postgres SET ${name} = ${quoted(name, value)}`).catch(() => undefined);
      await admin.end();
    }
    const options = startOptions("restore", local.server.major);
    const client = await connectSocket(local.server.socket, "shop", "postgres", options);
    try {
      const wanted = SESSION_SETTINGS.flatMap(({ name, values, since = 13 }): [string, string][] =>
        values.restore === undefined || since > local.server.major ? [] : [[name, values.restore]],
      );
      compare(await everySetting(client), wanted);
      await client.query("CREATE TABLE public.made(a int)");
    } finally {
      local.server.sql("template1", "SET default_transaction_read_only = off", "ALTER ROLE postgres RESET ALL");
      await client.end();
    }
  });

  it("no server here knows a setting that nobody has thought about", async () => {
    const client = await local.server.connect("shop");
    const { rows } = await client
      .query(
        `SELECT name FROM pg_settings WHERE context IN ('user', 'superuser', 'backend', 'superuser-backend') AND name NOT LIKE '%.%'`,
      )
      .finally(() => client.end());
    const thought = new Set([...SESSION_SETTINGS.map(({ name }) => name), ...HARMLESS_NAMES]);
    assert.deepEqual(
      rows.map(({ name }: { name: string }) => name).filter((name: string) => !thought.has(name)),
      [],
    );
  });

  it("no backup is taken by a role that reads damaged pages as empty ones", async () => {
    local.server.sql("postgres", "CREATE ROLE hiding SUPERUSER LOGIN", "ALTER ROLE hiding SET zero_damaged_pages = on");
    const client = await local.server.connect("shop", "hiding");
    await assert.rejects(
      checkRights(client).finally(() => client.end()),
      /the backup role hiding cannot back up everything: zero_damaged_pages is on for it, .* switch it off for the backup role$/,
    );
  });
});
