import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageWithoutValues, withoutValues } from "../../../../agent/drill/checks";
import { attempts } from "../../../../agent/drill/restore";
import { firstError, hint, isDeadlock } from "../../../../agent/drill/restore-errors";
import { restoreRoles, withoutBootstrapRole } from "../../../../agent/drill/restore-roles";
import { entriesIn } from "../../../../agent/drill/restore-sections";
import { initdbArguments, postgresArguments } from "../../../../agent/drill/server";
import { startOptions } from "../../../../agent/postgres/session-settings";
import { parseRoles } from "../../../../model/roles-script/parse";
import { renderRole } from "../../../../model/roles-script/render";
import { manifest } from "../jobs";

/** The settings in PGOPTIONS. */
const settingsIn = (options: string): Record<string, string> =>
  Object.fromEntries([...options.matchAll(/-c (\w+)=(\S+)/g)].map(([, name, value]) => [name, value]));

describe("a drill restores", () => {
  it("all of roles.sql but the statement that creates the bootstrap superuser, however that is written", () => {
    const script =
      'CREATE ROLE app;CREATE ROLE\n  "postgres" ;\nALTER ROLE postgres WITH SUPERUSER;\nCREATE ROLE postgres2;';
    const kept = withoutBootstrapRole(parseRoles(script), "postgres").map(renderRole);
    assert.deepEqual(kept, ['CREATE ROLE "app"', 'ALTER ROLE "postgres" WITH SUPERUSER', 'CREATE ROLE "postgres2"']);
    assert.deepEqual(withoutBootstrapRole(parseRoles('CREATE ROLE "Über";'), "Über"), []);
  });

  it("nothing of a roles.sql that says more than roles, and no statement is sent before it is read to its end", async () => {
    const roles = join(await mkdtemp(join(tmpdir(), "roles-")), "roles.sql");
    await writeFile(roles, "CREATE ROLE app;\n\\! touch owned\n");
    // There is no server at this socket: what was sent would be another error.
    await assert.rejects(restoreRoles({ roles }, manifest, AbortSignal.timeout(5000), "/nowhere"), {
      message: `the roles could not be restored from ${manifest.artifacts.roles.key}: line 2: "\\!" is a command for psql, not a statement about roles`,
    });
  });

  it("and reports the first error alone, without the data that follows it", () => {
    const stderr =
      'pg_restore: connecting\npg_restore: error: COPY failed for table "t": ERROR:  duplicate key value violates unique constraint "t_pkey"\nDETAIL:  Key (email)=(ada@example.org) already exists.\nCONTEXT:  COPY t, line 2';
    assert.equal(
      firstError(stderr),
      'pg_restore: error: COPY failed for table "t": ERROR:  duplicate key value violates unique constraint "t_pkey"',
    );
  });

  it("and leaves a value out of an error's message", () => {
    assert.equal(
      withoutValues('ERROR:  invalid input syntax for type integer: "4111 1111"'),
      "ERROR:  invalid input syntax for type integer: (value left out)",
    );
    assert.equal(withoutValues('ERROR:  role "app" does not exist'), 'ERROR:  role "app" does not exist');
  });

  it("and tells of refused values and of the application's own exceptions no more than the SQLSTATE", () => {
    const thrown = (code: string, message: string) => Object.assign(new Error(message), { code });
    const told = (code: string) => messageWithoutValues(thrown(code, 'value "4111 1111" is out of range for type int'));
    assert.match(told("22003"), /^a value was refused \(SQLSTATE 22003/);
    assert.match(told("P0001"), /^the application's own code raised an exception \(SQLSTATE P0001/);
    for (const code of ["22003", "P0001"]) assert.doesNotMatch(told(code), /4111/);
    assert.equal(
      messageWithoutValues(thrown("42501", "permission denied for table t")),
      "permission denied for table t",
    );
    assert.equal(messageWithoutValues("no error object"), "no error object");
  });

  it("with one process alone after several have locked each other out, and not after another error", () => {
    assert.deepEqual(attempts(4), [4, 1]);
    assert.deepEqual(attempts(1), [1]);
    assert.ok(isDeadlock("pg_restore: error: could not execute query: ERROR:  deadlock detected\nDETAIL: …"));
    assert.ok(!isDeadlock('ERROR:  relation "deadlock detected" does not exist'));
  });

  it("grants last, and what is said of the database when it is made: neither may be lost between the runs", () => {
    const list = [
      ";",
      "; Archive created at 2026-11-21 02:00:00 UTC",
      "3437; 1262 17053 DATABASE - shop app_owner",
      "3438; 0 0 COMMENT - DATABASE shop app_owner",
      "3439; 0 0 ACL - DATABASE shop app_owner",
      "3440; 0 0 DATABASE PROPERTIES - shop app_owner",
      "3441; 0 0 ACL - SCHEMA locked postgres",
      "218; 1259 17100 TABLE public ACL app_owner",
      "3450; 0 0 COMMENT public TABLE ACL app_owner",
      "3448; 0 0 ACL locked COLUMN f.id reticent",
      "2084; 826 17117 DEFAULT ACL e DEFAULT PRIVILEGES FOR TABLES app_owner",
      "3451; 0 0 SECURITY LABEL - DATABASE shop app_owner",
    ];
    assert.deepEqual(entriesIn(list.join("\n")), {
      ofDatabase: ["3438;", "3439;", "3451;"],
      grants: ["3441;", "3448;", "2084;"],
    });
  });

  it("while no event trigger fires, which could forbid it or write into the copy", () => {
    const settings = (major: number) => settingsIn(startOptions("restore", major));
    const { event_triggers, default_transaction_read_only, lo_compat_privileges } = settings(17);
    assert.deepEqual([event_triggers, default_transaction_read_only, lo_compat_privileges], ["off", "off", "on"]);
    assert.equal(settings(17).session_replication_role, "origin");
    assert.deepEqual([settings(16).event_triggers, settings(16).session_replication_role], [undefined, "replica"]);
    assert.ok(postgresArguments({ major: 17 }, {}, 2).includes("event_triggers=off"));
    assert.ok(!postgresArguments({ major: 16 }, {}, 2).includes("event_triggers=off"), "16 does not know the setting");
  });

  it("in sessions that no timeout of the restored database ends, by settings that the server knows", () => {
    const timeouts = (major: number) => {
      const settings = Object.entries(settingsIn(startOptions("restore", major))).filter(
        ([name]) => name.endsWith("_timeout") && name !== "deadlock_timeout",
      );
      assert.ok(settings.every(([, value]) => value === "0"));
      return settings.map(([name]) => name).sort();
    };
    const always = ["idle_in_transaction_session_timeout", "lock_timeout", "statement_timeout"];
    assert.deepEqual(timeouts(13), always);
    assert.deepEqual(timeouts(14), [...always, "idle_session_timeout"].sort());
    assert.deepEqual(timeouts(16), timeouts(14));
    assert.deepEqual(timeouts(18), [...always, "idle_session_timeout", "transaction_timeout"].sort());
  });

  it("into a server that connects to no publisher, whatever a subscription says", () => {
    assert.ok(postgresArguments({ major: 17 }, {}, 2).includes("max_logical_replication_workers=0"));
  });

  it("into a server of the source's encoding, in which roles of other encodings keep their bytes", () => {
    for (const encoding of ["SQL_ASCII", "LATIN1"])
      assert.ok(initdbArguments({ ...manifest.server, encoding }).includes(`--encoding=${encoding}`));
  });

  it("and says what to do about a missing extension, library, role or tablespace", () => {
    assert.match(
      hint('ERROR:  extension "postgis" is not available', manifest),
      /postgis is not in .*registry\/postgres/,
    );
    assert.match(hint('ERROR: x must be loaded via "shared_preload_libraries"', manifest), /serverParameters/);
    assert.match(hint('ERROR:  role "gone" does not exist', manifest), /role gone is not in roles\.sql/);
    assert.match(
      hint('ERROR:  tablespace "fast" does not exist', manifest),
      /own tablespace, fast, .* cannot have before PostgreSQL 15: .* SET TABLESPACE pg_default/,
    );
    assert.match(hint("ERROR:  permission denied for function f", manifest), /restored as the table's owner/);
    assert.match(hint("something else", manifest), /Take a new backup/);
  });

  it("into a server that listens on no address, with the source's superuser", () => {
    assert.ok(postgresArguments({ major: 17 }, {}, 2).includes("listen_addresses="));
    assert.ok(initdbArguments(manifest.server).includes("--username=postgres"));
    assert.ok(!initdbArguments(manifest.server).includes("--no-data-checksums"));
    assert.ok(initdbArguments({ ...manifest.server, major: 18 }).includes("--no-data-checksums"));
  });

  it("which keeps its data as one in production does where the RTO is to be that of one, whatever else is set", () => {
    const parameters = { fsync: "off", wal_level: "minimal", work_mem: "64MB" };
    const durable = postgresArguments({ major: 17 }, parameters, 2, true);
    for (const setting of [
      "fsync=on",
      "full_page_writes=on",
      "synchronous_commit=on",
      "wal_level=replica",
      "work_mem=64MB",
    ])
      assert.ok(durable.includes(setting), setting);
    assert.ok(!durable.includes("fsync=off"));
    for (const major of [13, 17, 18]) {
      const initdb = initdbArguments({ ...manifest.server, major }, true);
      assert.ok(initdb.includes("--data-checksums") && !initdb.includes("--no-sync"), String(major));
    }
    assert.ok(postgresArguments({ major: 17 }, {}, 2).includes("fsync=off"));
  });

  it("into a server with the settings of the source's on which expressions depend, unless others are declared", () => {
    const settings = { timezone: "Europe/Zurich", lc_monetary: "de_CH.utf8" };
    const given = (parameters: Record<string, string>) =>
      postgresArguments({ major: 17, settings }, parameters, 2).filter((one) =>
        /^(timezone|TimeZone|lc_monetary)=/.test(one),
      );
    assert.deepEqual(given({}), ["timezone=Europe/Zurich", "lc_monetary=de_CH.utf8"]);
    assert.equal(given({ TimeZone: "Asia/Tokyo" }).at(-1), "TimeZone=Asia/Tokyo");
    assert.ok(postgresArguments({ major: 17 }, {}, 2).includes("timezone=UTC"));
  });

  it("with the team's server parameters, which win", () => {
    const settings = postgresArguments({ major: 17 }, { shared_buffers: "1GB" }, 2).filter((a) =>
      a.startsWith("shared_buffers="),
    );
    assert.deepEqual(settings, ["shared_buffers=1GB"]);
  });
});
