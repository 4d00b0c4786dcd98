import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fetchArtifacts } from "../../../../agent/drill/artifacts";
import { Checks } from "../../../../agent/drill/checks";
import { ReportedError } from "../../../../runtime/errors";
import { NotFoundError } from "../../../../store/errors";
import { manifest, memoryStore } from "../jobs";

describe("a drill fetches the stored objects", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "drill-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const key = "backups/app/orders/shop/20261121T020000Z-0001/manifest.json";
  const fetching = async (
    found: { bytes: number; sha256: string } | Error,
    refusal = /is not what its manifest says/,
    there: Record<string, string> = { [key]: "{}" },
  ) => {
    const checks = new Checks();
    const store = {
      ...memoryStore(there),
      async download(key: string, file: string) {
        await writeFile(file, "{}");
        if (!key.endsWith("database.dump")) return { bytes: 3, sha256: "b".repeat(64) };
        if (found instanceof Error) throw found;
        return found;
      },
    };
    await assert.rejects(fetchArtifacts(store, "", manifest, checks, folder), refusal);
    const [failed] = checks.failed;
    return `${failed?.expected} | ${failed?.actual}`;
  };

  it("and sees that one was cut off", async () => {
    assert.match(
      await fetching({ bytes: 1, sha256: "c".repeat(64) }),
      /database\.dump with 3 bytes.*\| 1 bytes.*2 bytes are missing/,
    );
  });

  it("and sees that one was changed at the same length", async () => {
    assert.match(await fetching({ bytes: 3, sha256: "c".repeat(64) }), /content was changed or corrupted/);
  });

  it("and sees that one is missing", async () => {
    assert.match(await fetching(new NotFoundError("there is no such object")), /there is no such object/);
  });

  it("and blames nobody when the backup was pruned meanwhile: its manifest is gone, too", async () => {
    const refusal = /the backup 20261121T020000Z-0001 was removed while it was fetched, by pruning or by hand/;
    assert.match(await fetching(new NotFoundError("there is no such object"), refusal, {}), /no such object/);
  });

  it("and says nothing against the backup when a storage is away or the drill's disk is full", async () => {
    for (const why of ["the connection was refused", "it cannot be written to /work: the disk is full"]) {
      const refusal = new RegExp(`^ReportedError: cannot fetch it: ${why}$`);
      assert.match(await fetching(new ReportedError(`cannot fetch it: ${why}`), refusal), new RegExp(why));
    }
  });
});
