import assert from "node:assert/strict";
import { isBrokenArchive } from "../../../../agent/drill/restore-errors";

describe("an error of pg_restore is a verdict on the backup", () => {
  for (const line of [
    "pg_restore: error: input file does not appear to be a valid archive",
    "pg_restore: error: input file is too short (read 3, expected 5)",
    "pg_restore: error: did not find magic string in file header",
    "pg_restore: error: could not read from input file: end of file",
  ])
    it(`when the archive itself is broken: ${line}`, () => {
      assert.equal(isBrokenArchive(`pg_restore: warning: x\n${line}\n`), true);
    });

  for (const line of [
    'pg_restore: error: could not execute query: ERROR:  could not extend file "base/16384/16400": No space left on device',
    'pg_restore: error: could not execute query: ERROR:  extension "postgis" is not available',
    "pg_restore: error: could not execute query: ERROR:  unexpected end of file",
    'pg_restore: error: COPY failed for table "t": ERROR:  corrupt data',
    "DETAIL:  corrupt archive",
    "pg_restore: error: could not read from input file: Input/output error",
    "pg_restore: error: query failed: server closed the connection unexpectedly",
  ])
    it(`but not when the drill was in its way, or the database itself said so: ${line}`, () => {
      assert.equal(isBrokenArchive(`${line}\n`), false);
    });
});
