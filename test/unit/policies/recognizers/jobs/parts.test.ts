import assert from "node:assert/strict";
import { partOf, partText } from "../../../../../policies/recognizers/jobs/parts";
import { indexStack } from "../../../../../policies/stack/index-stack";
import { cluster } from "../support/tools";
import { backupIn, cronJob, scripted, shell } from "./support";

const part = (line: string) => {
  const [program = "", ...args] = line.split(" ");
  return partOf(program, args);
};

describe("the part of a database that a dump is of", () => {
  const parts: [string, ReturnType<typeof partOf>][] = [
    ["pg_dump --schema-only app", "schema"],
    ["pg_dump -s app", "schema"],
    ["pg_dump -sFc app", "schema"],
    ["pg_dump -Fc -s app", "schema"],
    ["pg_dumpall -s", "schema"],
    ["pg_dump -t orders app", "tables"],
    ["pg_dump -torders app", "tables"],
    ["pg_dump --table=orders app", "tables"],
    ["pg_dump --table orders app", "tables"],
    ["pg_dump -n shop app", "schemas"],
    ["pg_dump --schema=shop app", "schemas"],
    ["pg_dump -a app", "data"],
    ["pg_dump --data-only app", "data"],
    ["pg_dump --section=pre-data app", "pre-data"],
    ["pg_dump --section data app", "section-data"],
    ["pg_dumpall --globals-only", "globals"],
    ["pg_dumpall -g", "globals"],
    ["pg_dumpall -t", "globals"],
    ["pg_dumpall -r", "globals"],
  ];
  for (const [line, expected] of parts) it(`is told by ${line}`, () => assert.equal(part(line), expected));

  const whole = [
    "pg_dump app",
    "pg_dump -Fc app",
    "pg_dump -Fcustom app",
    "pg_dump -h stats -U sales -d table -p 5432 app",
    "pg_dump -hs app",
    "pg_dump -f schema-only.sql app",
    "pg_dump --file=-s app",
    "pg_dump -d -s",
    "pg_dump -T audit app",
    "pg_dump -N audit --exclude-table-data=log app",
    "pg_dump --section=pre-data --section=data --section=post-data app",
    "pg_dumpall -h orders",
    "pg_dumpall --clean",
    "pg_dump $OPTIONS app",
  ];
  for (const line of whole) it(`is none with ${line}`, () => assert.equal(part(line), undefined));

  it("is whole when one dump is, or when the parts are together", () => {
    assert.equal(partText(["schema", undefined]), undefined);
    assert.equal(partText(["schema", "data"]), undefined);
    assert.equal(partText(["pre-data", "section-data", "post-data"]), undefined);
    assert.equal(partText([]), undefined);
    assert.equal(partText(["schema"]), "it dumps the schema alone, without any row");
    assert.equal(
      partText(["globals", "tables"]),
      "it dumps roles and tablespaces alone, and no database; it dumps single tables, not the database",
    );
  });

  it("says of a job why it is no backup of its database", () => {
    assert.equal(scripted("pg_dump -s app > /b/x").doesNotCount, "it dumps the schema alone, without any row");
    assert.equal(scripted("pg_dump -s app > /b/s; pg_dump app > /b/x").doesNotCount, undefined);
    assert.equal(scripted("pg_dump app > /b/x").doesNotCount, undefined);
    assert.equal(scripted("pg_dumpall -g > /b/g; wal-g backup-push /data").doesNotCount, undefined);
  });

  it("says so of a job that is suspended, and does not know it while that is unknown", () => {
    const { doesNotCount, certain } = backupIn([cronJob(shell("pg_dump app"), { spec: { suspend: true } })]);
    assert.deepEqual([doesNotCount, certain], ["it is suspended", true]);
    const index = indexStack([cluster(), cronJob(shell("pg_dump -h orders-rw app"), { spec: { suspend: true } })]);
    assert.equal(index.backups[0]?.doesNotCount, "it is suspended");
  });
});
