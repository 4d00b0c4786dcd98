import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lastWords, serverFailure } from "../../../../agent/drill/server-files";

/** The temporary server runs what was restored: it may put anything in the place of what the agent reads. */
describe("what the temporary server wrote", () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "server-files-"));
    file = join(folder, "server.log");
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("is told by its last lines, on one line, whatever characters are in it", async () => {
    await writeFile(file, "first\nsecond\nthird\nFATAL: \u001b[2Jgone\r\nfifth\nsixth\n");
    assert.equal(await lastWords(file), "It logged: second | third | FATAL: [2Jgone | fifth | sixth");
  });

  it("is not there as long as nothing failed", async () => {
    assert.equal(await serverFailure(join(folder, "server.failed")), undefined);
    assert.equal(await lastWords(file), "It logged nothing.");
  });

  it("is not followed to a secret of the agent's", async () => {
    const secret = join(folder, "identity.txt");
    await writeFile(secret, "AGE-SECRET-KEY-1");
    await symlink(secret, file);
    for (const told of [await lastWords(file), await serverFailure(file)]) {
      assert.match(told ?? "", /is a link, and was not followed/);
      assert.doesNotMatch(told ?? "", /AGE/);
    }
  });

  it("is not waited for when it is a pipe into which nothing comes", async () => {
    execFileSync("mkfifo", [file]);
    assert.match(await lastWords(file), /is not a file, and was not read/);
  });

  it("is read from its end, and no more of it than is of use", async () => {
    await writeFile(file, `${"x".repeat(10_000_000)}\nFATAL: the end\n`);
    const told = await lastWords(file);
    assert.match(told, /FATAL: the end$|…$/);
    assert.ok(told.length < 2000);
  });
});
