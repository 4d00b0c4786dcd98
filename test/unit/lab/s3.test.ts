import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { s3Access } from "../../../lab/platform/s3";
import { bucketPolicy, type S3User, s3Users, usersOf } from "../../../lab/platform/s3-policy";

describe("the lab's S3 store", () => {
  describe("credentials", () => {
    let folder: string;
    let file: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "s3-access-"));
      file = join(folder, "s3.json");
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    it("are made once, for root and for each user, in a file that only its owner reads", () => {
      const access = s3Access(file);
      for (const user of ["root", ...s3Users] as const) assert.ok(access[user].secretAccessKey.length >= 32, user);
      assert.equal(statSync(file).mode & 0o777, 0o600);
      assert.deepEqual(s3Access(file), access);
    });

    it("of a lab that is older than one of the users stay, and that user gets its own", () => {
      const { pruner: _, ...older } = s3Access(file);
      writeFileSync(file, JSON.stringify(older));
      const { pruner, ...rest } = s3Access(file);
      assert.deepEqual(rest, older);
      assert.equal(pruner.accessKeyId, "pruner");
      assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), { ...older, pruner });
    });
  });

  describe("policy", () => {
    interface Statement {
      Effect: string;
      Principal: { AWS: string[] };
      Action: string[];
      Resource: string[];
    }
    const { Statement: statements } = JSON.parse(
      bucketPolicy(
        "backups",
        usersOf((user) => `${user}-key`),
      ),
    ) as { Statement: Statement[] };
    /** `Effect Action Resource` of everything that is said of a user. */
    const of = (user: S3User) =>
      statements
        .filter(({ Principal }) => Principal.AWS.includes(`${user}-key`))
        .flatMap(({ Effect, Action, Resource }) =>
          Action.map((action) => `${Effect} ${action} ${Resource.join().replace("arn:aws:s3:::", "")}`),
        )
        .sort();

    it("lets the pruner read everything and delete backups, and neither write nor touch versions or evidence", () => {
      assert.deepEqual(of("pruner"), [
        "Allow s3:DeleteObject backups/backups/*",
        "Allow s3:GetBucketLocation backups",
        "Allow s3:GetBucketObjectLockConfiguration backups",
        "Allow s3:GetObject backups/*",
        "Allow s3:ListBucket backups",
      ]);
    });

    it("lets the evidence key put and read evidence, see names, and do nothing else", () => {
      assert.deepEqual(of("evidence"), [
        "Allow s3:GetBucketLocation backups",
        "Allow s3:GetObject backups/evidence/*",
        "Allow s3:ListBucket backups",
        "Allow s3:PutObject backups/evidence/*",
      ]);
    });

    it("lets nobody delete a version", () => {
      assert.deepEqual(
        s3Users.flatMap(of).filter((right) => /DeleteObjectVersion|s3:\*/.test(right)),
        [],
      );
    });
  });
});
