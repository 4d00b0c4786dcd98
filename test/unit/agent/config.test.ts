import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readJob } from "../../../agent/config";
import { backupJobSchema, drillJobSchema } from "../../../model/job-config";
import { EXIT, ReportedError } from "../../../runtime/errors";
import { readSecret } from "../../../runtime/secret-files";
import { backupJob, turnsJob } from "./jobs";

async function problemOf(work: Promise<unknown>): Promise<ReportedError> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof ReportedError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: "it was accepted" });
}

describe("the agent's settings", () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "agent-"));
    file = join(folder, "config.json");
  });
  afterEach(() => rm(folder, { recursive: true }));

  const reading = async (value: unknown) => {
    await writeFile(file, typeof value === "string" ? value : JSON.stringify(value));
    return readJob(file, backupJobSchema);
  };

  it("are read when they are right", async () => {
    assert.deepEqual(await reading(backupJob), backupJob);
  });

  it("end the run with exit code 2 when the file is missing, and name it", async () => {
    const problem = await problemOf(readJob(join(folder, "none.json"), backupJobSchema));
    assert.equal(problem.exitCode, EXIT.badInput);
    assert.match(problem.message, /none\.json cannot be read: ENOENT/);
  });

  it("say that they are not JSON", async () => {
    assert.match((await problemOf(reading("{ nonsense"))).message, /config\.json are not JSON/);
  });

  it("list every wrong setting at once", async () => {
    const problem = await problemOf(reading({ ...backupJob, compressionLevel: 99, retentionSeconds: undefined }));
    assert.equal(problem.exitCode, EXIT.badInput);
    assert.match(problem.message, /compressionLevel/);
    assert.match(problem.message, /retentionSeconds: is missing/);
  });

  it("are refused when the restore path was edited under its fingerprint", async () => {
    const restorePath = { ...backupJob.restorePath, postgresMajor: 16 };
    const problem = await problemOf(reading({ ...backupJob, restorePath }));
    assert.equal(problem.exitCode, EXIT.badInput);
    assert.match(problem.message, /name the fingerprint .* but their restore path has/);
  });

  it("are refused when the off-site copy's restore path was edited under its fingerprint", async () => {
    await writeFile(file, JSON.stringify(turnsJob));
    assert.deepEqual(await readJob(file, drillJobSchema), turnsJob);
    const offSite = { ...turnsJob.offSite, restorePath: turnsJob.restorePath };
    await writeFile(file, JSON.stringify({ ...turnsJob, offSite }));
    assert.match((await problemOf(readJob(file, drillJobSchema))).message, /but their restore path has/);
  });

  describe("secrets", () => {
    it("are read from one file per key, without the line's end", async () => {
      await writeFile(join(folder, "username"), "backup\n");
      assert.deepEqual(await readSecret(folder, ["username"]), { username: "backup" });
    });

    it("name every missing and empty key, and never a value", async () => {
      await writeFile(join(folder, "BUCKET"), "");
      await writeFile(join(folder, "REGION"), "secret-region");
      const problem = await problemOf(readSecret(folder, ["BUCKET", "REGION", "ENDPOINT"]));
      assert.equal(problem.exitCode, EXIT.badInput);
      assert.match(problem.message, /BUCKET is empty; .*ENDPOINT is missing/);
      assert.doesNotMatch(problem.message, /secret-region/);
    });
  });
});
