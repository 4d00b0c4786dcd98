import assert from "node:assert/strict";
import type { Client } from "pg";
import { dumpOption, exclude } from "../../../agent/backup/exclude";
import { foreignKeyProblem, needProblem } from "../../../agent/backup/exclude-conflicts";
import { manifestOf } from "../../../agent/backup/manifest";
import { ordinaryTables } from "../../../agent/facts/rows";
import { LEFT_OUT, leaveOut, WITHOUT_ROWS } from "../../../agent/postgres/left-out";
import { prepareSession } from "../../../agent/postgres/session";
import { EXIT, type ReportedError } from "../../../runtime/errors";
import { backupJob, manifest } from "./jobs";

type Row = Record<string, string | null>;
type Asked = { text: string; values?: unknown[] };

/** A client that gives, for each query, the rows of the first of `answers` whose name stands in it. */
function client(answers: Record<string, Row[]> = {}): { client: Client; asked: Asked[] } {
  const asked: Asked[] = [];
  const query = async (config: string | Asked, values?: unknown[]) => {
    const query = typeof config === "string" ? { text: config, values } : config;
    asked.push(query);
    const found = Object.entries(answers).find(([part]) => query.text.includes(part));
    return { rows: found?.[1] ?? [] };
  };
  return { client: { query, getTransactionStatus: () => "I" } as unknown as Client, asked };
}

const MATCHES = "WITH ORDINALITY";
const KEYS = "broken AS";
const NEEDS = "FROM pg_depend d LEFT JOIN pg_rewrite";

describe("leaving tables out of a backup", () => {
  it("asks nothing and changes nothing where no pattern is declared", async () => {
    const { client: quiet, asked } = client();
    const { dumpOptions, excluded } = await exclude(quiet, {});
    assert.deepEqual([dumpOptions, excluded, asked], [[], undefined, []]);
  });

  it("is refused, before anything is dumped, when a pattern matches nothing; every one is named", async () => {
    const { client: some } = client({ [MATCHES]: [{ position: "2", oid: "17000" }] });
    await assert.rejects(
      exclude(some, { excludeTables: ["audit.lgo", "audit.log", "Cache.*"] }),
      (error: ReportedError) => {
        assert.equal(error.exitCode, EXIT.badInput);
        assert.match(error.message, /^nothing was backed up: the pattern audit\.lgo in excludeTables matches no table/);
        assert.match(error.message, /the pattern Cache\.\* in excludeTables/);
        assert.doesNotMatch(error.message, /the pattern audit\.log in/);
        return true;
      },
    );
  });

  it("is refused for a foreign key of what is kept, and for a view or function that needs what is left out", async () => {
    const matched = { [MATCHES]: [{ position: "1", oid: "17000" }] };
    const key = { name: "orders_fkey", kept: "shop.orders", target: "shop.customers", gone: "t" };
    const { client: referred } = client({ ...matched, [KEYS]: [key] });
    await assert.rejects(
      exclude(referred, { excludeTables: ["shop.customers"] }),
      /foreign key orders_fkey of shop\.orders refers to shop\.customers, which excludeTables leaves out/,
    );
    const { client: needed } = client({
      ...matched,
      [NEEDS]: [{ kept: "view shop.v", target: "table shop.customers" }],
    });
    await assert.rejects(
      exclude(needed, { excludeTables: ["shop.customers"] }),
      /the view shop\.v needs the table shop\.customers, .*: name it in excludeTables, too, or keep/,
    );
  });

  it("says what to do: about rows, about definitions, about what no pattern can name", () => {
    const key = { name: "k", kept: "a.b", target: "c.d", gone: "f" };
    assert.match(
      foreignKeyProblem(key),
      /rows of c\.d, which excludeTableData leaves out, .*: leave out the rows of a\.b/,
    );
    assert.match(
      needProblem({ kept: "function a.f()", target: "table c.d" }),
      /: drop or change it, or keep the table c\.d$/,
    );
  });

  it("tells pg_dump names to the letter, and a partitioned table with its partitions", () => {
    const odd = { schema: "odd.schema", name: 'My "Log"*', kind: "r" };
    assert.equal(dumpOption("--exclude-table", odd), '--exclude-table="odd.schema"."My ""Log""*"');
    const parts = { schema: "a", name: "b", kind: "p" };
    assert.equal(dumpOption("--exclude-table-data", parts), '--exclude-table-data-and-children="a"."b"');
  });

  it("is refused for names that pg_dump could not be told, in a database of another encoding", async () => {
    const relation = { oid: "17000", schema: "a", name: "é", identity: "a.é", kind: "r" };
    const answers = {
      [MATCHES]: [{ position: "1", oid: "17000" }],
      "ORDER BY identity": [relation],
      server_encoding: [{ encoding: "LATIN1" }],
    };
    await assert.rejects(
      exclude(client(answers).client, { excludeTables: ["a.*"] }),
      /characters beyond ASCII .* LATIN1/,
    );
    const utf8 = { ...answers, server_encoding: [{ encoding: "UTF8" }] };
    const { excluded } = await exclude(client(utf8).client, { excludeTables: ["a.*"] });
    assert.deepEqual(excluded?.tables, ["a.é"]);
  });

  it("is a setting of the session, which every session of a backup or a drill begins without", async () => {
    const { client: other, asked } = client();
    await leaveOut(other, ["1", "2"], ["3"]);
    assert.deepEqual(asked[0]?.values, [LEFT_OUT, "{1,2}", WITHOUT_ROWS, "{3}"]);
    await prepareSession(other);
    for (const setting of [LEFT_OUT, WITHOUT_ROWS])
      assert.ok(
        asked.slice(1).some(({ values }) => values?.[0] === setting && values[1] === ""),
        setting,
      );
    await ordinaryTables(other);
    assert.ok(asked.at(-1)?.text.includes(`current_setting('${LEFT_OUT}', true)`));
  });

  it("stands in the manifest, and only where something is left out", () => {
    const { id, server, snapshot, contents, artifacts } = manifest;
    const taken = {
      ...{ id, snapshot: { ...snapshot, id: "s" }, contents, artifacts, pgDump: "17.6", previous: undefined },
      ...{
        startedAt: new Date(0),
        source: { ...server, systemIdentifier: "7431234567890123456", tablespaces: [], standby: false, clockAhead: 0 },
      },
    };
    const excluded = { tables: ["audit.log"], tableData: [] };
    assert.deepEqual(manifestOf(backupJob, { ...taken, excluded }).excluded, excluded);
    assert.ok(!("excluded" in JSON.parse(JSON.stringify(manifestOf(backupJob, taken)))));
  });
});
