import assert from "node:assert/strict";
import { parseRoles } from "../../../../model/roles-script/parse";
import { renderRole, renderScript } from "../../../../model/roles-script/render";
import { BEFORE_16, SINCE_16 } from "./scripts";

const KEY = "k".repeat(32);
/** The statements as they are sent. */
const read = (script: string) => parseRoles(script).map(renderRole);
const refused = (script: string) => {
  let message = "";
  assert.throws(
    () => parseRoles(script),
    (error: Error) => {
      message = error.message;
      return true;
    },
  );
  return message;
};

describe("a script of roles is read", () => {
  it("as pg_dumpall before PostgreSQL 16 writes it, and sent anew with every name quoted", () => {
    assert.deepEqual(read(BEFORE_16), [
      'CREATE ROLE "Zoë ""the DBA"""',
      'ALTER ROLE "Zoë ""the DBA""" WITH NOSUPERUSER NOINHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 20 VALID UNTIL \'2099-01-01 00:00:00+00\'',
      `COMMENT ON ROLE "Zoë ""the DBA""" IS E'it''s \\\\! hers;\n\\\\q'`,
      'CREATE ROLE "postgres"',
      'ALTER ROLE "postgres" WITH SUPERUSER INHERIT CREATEROLE CREATEDB LOGIN REPLICATION BYPASSRLS',
      `SECURITY LABEL FOR "selinux" ON ROLE "postgres" IS 'system_u:object_r'`,
      `ALTER ROLE "postgres" SET "search_path" TO '$user', 'Odd Schema'`,
      `ALTER ROLE "postgres" SET "my_app.key" TO 's3cret'`,
      `ALTER ROLE "postgres" IN DATABASE "shop" SET "work_mem" TO '64MB'`,
      'GRANT "pg_monitor" TO "Zoë ""the DBA""" WITH ADMIN OPTION GRANTED BY "postgres"',
    ]);
  });

  it("as pg_dumpall since PostgreSQL 16 writes it, with each option of a membership", () => {
    assert.deepEqual(read(SINCE_16).slice(-3), [
      'GRANT "a" TO "b" WITH ADMIN OPTION, INHERIT FALSE, SET FALSE GRANTED BY "postgres"',
      'GRANT "a" TO "c" WITH INHERIT TRUE GRANTED BY "postgres"',
      `ALTER ROLE ALL SET "search_path" TO 'a', 'b'`,
    ]);
  });

  it("with who may change which setting, as PostgreSQL 15 has it, and in whose name it was granted", () => {
    const script = [
      "GRANT SET ON PARAMETER log_min_duration_statement TO admin;",
      'GRANT SET,ALTER SYSTEM ON PARAMETER "my_app.key" TO "Zoë" WITH GRANT OPTION;',
      'SET SESSION AUTHORIZATION "Zoë";',
      "GRANT ALL ON PARAMETER work_mem TO PUBLIC;",
      "RESET SESSION AUTHORIZATION;",
      "REVOKE GRANT OPTION FOR ALTER SYSTEM ON PARAMETER my_app.key FROM admin;",
      "GRANT set TO admin;",
    ];
    assert.deepEqual(read(script.join("\n")), [
      'GRANT SET ON PARAMETER "log_min_duration_statement" TO "admin"',
      'GRANT SET, ALTER SYSTEM ON PARAMETER "my_app.key" TO "Zoë" WITH GRANT OPTION',
      'SET SESSION AUTHORIZATION "Zoë"',
      'GRANT ALL ON PARAMETER "work_mem" TO PUBLIC',
      "RESET SESSION AUTHORIZATION",
      'REVOKE GRANT OPTION FOR ALTER SYSTEM ON PARAMETER "my_app.key" FROM "admin"',
      'GRANT "set" TO "admin"',
    ]);
    for (const wrong of ["GRANT SELECT ON PARAMETER a TO b;", "GRANT SET ON TABLE a TO b;", "SET SESSION x TO y;"])
      assert.match(refused(wrong), /line 1: expected/);
  });

  it("the same after it has been written anew, so that a backup's script and a person's say one thing", () => {
    for (const script of [BEFORE_16, SINCE_16]) {
      const again = renderScript(parseRoles(script), KEY);
      assert.deepEqual(read(again), read(script));
      assert.equal(renderScript(parseRoles(again), KEY), again);
    }
  });

  it("with lists of names as older backups hold them, which become strings", () => {
    assert.deepEqual(read('ALTER ROLE ALL SET "search_path" TO "$user", Public;'), [
      `ALTER ROLE ALL SET "search_path" TO '$user', 'public'`,
    ]);
  });

  it("with 10,000 roles in less than the seconds that a drill has for it", () => {
    const role = (n: number) =>
      `CREATE ROLE role_${n};\nALTER ROLE role_${n} WITH NOSUPERUSER INHERIT LOGIN;\nCOMMENT ON ROLE role_${n} IS 'number ${n}';\nGRANT readers TO role_${n} GRANTED BY postgres;\n`;
    const script = Array.from({ length: 10_000 }, (_, n) => role(n)).join("");
    const started = performance.now();
    assert.equal(parseRoles(script).length, 40_000);
    assert.ok(performance.now() - started < 5000, `${performance.now() - started} ms`);
  });
});

describe("a script of roles is refused, with the line and what was found", () => {
  it("for every command to psql, wherever it stands", () => {
    assert.equal(
      refused("CREATE ROLE a;\n\\! id\n"),
      'line 2: "\\!" is a command for psql, not a statement about roles',
    );
    for (const line of [
      "\\o |id",
      "\\copy t to program 'id'",
      "CREATE ROLE a \\! id",
      "\\unrestrict abc def",
      " \\restrict abc",
    ])
      assert.match(refused(`${line}\n;`), /^line 1: "\\\w*\S*" is a command for psql/, line);
  });

  it("for a list setting that ends in a command, as a superuser of the source could leave it there", () => {
    const message = refused("ALTER ROLE a;\nALTER ROLE ALL SET search_path TO a;\\! ,;id>(scratch)/OWNED;\n".slice(14));
    assert.match(message, /^line 1: "\\!" is a command for psql/);
  });

  it("for a wrapper in the middle, with another key, or open, which would let psql take commands again", () => {
    const around = /do not stand around the whole script with one key/;
    for (const script of [
      "\\restrict a1\nCREATE ROLE a;\n\\unrestrict a1\nCREATE ROLE b;\n",
      "\\restrict a1\nCREATE ROLE a;\n\\unrestrict a2\n",
      "\\restrict a1\nCREATE ROLE a;\n",
      "CREATE ROLE a;\n\\unrestrict a1\n",
      "\\restrict a1\n\\unrestrict a1\n\\restrict a1\n\\unrestrict a1\n",
    ])
      assert.match(refused(script), around, script);
  });

  it("for every other statement, also one that hides behind a right one", () => {
    for (const [script, message] of [
      ["COPY t TO PROGRAM 'id';", /line 1: expected CREATE ROLE.* found COPY/],
      ["CREATE ROLE a; DROP DATABASE x;", /found DROP/],
      ["CREATE ROLE a SUPERUSER;", /expected ";", found SUPERUSER/],
      ["CREATE USER a;", /found CREATE/],
      ["ALTER ROLE a RENAME TO b;", /expected an attribute of a role, found RENAME/],
      ["ALTER ROLE a RESET ALL;", /found RESET/],
      ["GRANT SELECT ON t TO b;", /expected TO, found ON/],
      ["GRANT a, b TO c;", /expected TO, found ,/],
      ["SET role = 'x';", /expected one of default_transaction_read_only/],
      ["SET client_encoding = 'LATIN1';", /expected utf8, found a string/],
      ["CREATE ROLE a;\nSET client_encoding = 'UTF8';", /line 2: expected CREATE ROLE/],
      ["ALTER ROLE a SET x TO DEFAULT;", /expected a value, found DEFAULT/],
      ["GRANT a TO CURRENT_USER;", /found CURRENT_USER/],
      ["COMMENT ON ROLE a IS NULL;", /expected a string, found NULL/],
      ["COMMENT ON TABLE a IS 'x';", /found COMMENT/],
      ["CREATE ROLE a", /expected ";", found the end of the script/],
      ["/* */ CREATE ROLE a;", /the character U\+002F \(\/\) does not belong/],
      ["DO $$ BEGIN END $$;", /the character U\+0024 \(\$\)/],
      ["CREATE ROLE é;", /the character U\+00E9 does not belong/],
      ["CREATE ROLE \u001b[2J;", /the character U\+001B does not belong/],
    ] as const)
      assert.match(refused(script), message, script);
  });

  it("for names and strings that are written so that two readers could read them differently", () => {
    for (const script of [
      `CREATE ROLE U&"\\0061";`,
      "COMMENT ON ROLE a IS U&'\\0061';",
      "COMMENT ON ROLE a IS E'\\x41';",
      "COMMENT ON ROLE a IS B'1';",
      "COMMENT ON ROLE a IS 'no end;",
      "COMMENT ON ROLE a IS 'zero \0 byte';",
      `CREATE ROLE "no end;`,
      `CREATE ROLE "";`,
      "SET standard_conforming_strings = off;\nCOMMENT ON ROLE a IS 'x\\';\\! id;--';",
    ])
      assert.match(refused(script), /^line [12]: /, script);
  });

  it("without repeating a string, in which people keep secrets", () => {
    assert.equal(refused("ALTER ROLE a PASSWORD 's3cret';"), "line 1: expected an attribute of a role, found PASSWORD");
    assert.equal(refused("GRANT 's3cret' TO a;"), "line 1: expected a role's name, found a string");
  });

  it("with the line, however many lines a string before it has", () => {
    assert.match(refused("COMMENT ON ROLE a IS 'one\ntwo\nthree';\nDROP ROLE a;"), /^line 4: /);
  });
});
