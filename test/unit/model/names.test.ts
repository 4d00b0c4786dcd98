import assert from "node:assert/strict";
import fc from "fast-check";
import {
  bucketName,
  bucketNameProblem,
  cronJobNameProblem,
  kubernetesName,
  postgresIdentifier,
} from "../../../model/names";
import { targetId, targetSchema } from "../../../model/target";
import { oneLine } from "../../../model/text";

const message = (result: { success: boolean; error?: { issues: { message: string }[] } }) =>
  result.error?.issues[0]?.message;

describe("a Kubernetes name", () => {
  it("has up to 63 lower-case letters, digits and hyphens", () => {
    for (const name of ["a", "a1-b2", "0", "a".repeat(63)]) assert.ok(kubernetesName.safeParse(name).success, name);
    for (const name of ["", "-a", "a-", "A", "a_b", "a.b", "é", "a\n"])
      assert.match(message(kubernetesName.safeParse(name)) ?? "", /^must be a Kubernetes name/, JSON.stringify(name));
    assert.match(message(kubernetesName.safeParse("a".repeat(64))) ?? "", /over 63 characters, Kubernetes' limit/);
  });

  it("of a CronJob leaves room for the suffix of its Jobs", () => {
    assert.equal(cronJobNameProblem("a".repeat(52)), undefined);
    assert.match(
      cronJobNameProblem("a".repeat(55)) ?? "",
      /of 55 characters; Kubernetes allows 52 .* shorten it by 3$/,
    );
  });
});

describe("a bucket's name", () => {
  it("follows S3's rules, and the message says which one it breaks", () => {
    for (const name of ["abc", "backups.example.com", "a-1", "a".repeat(63)])
      assert.equal(bucketNameProblem(name), undefined);
    const cases: [string, RegExp][] = [
      ["ab", /has 2 characters; S3 bucket names have 3 to 63/],
      ["a".repeat(64), /has 64 characters/],
      ["Backups", /only lower-case letters/],
      ["-backups", /only lower-case letters/],
      ["back_ups", /only lower-case letters/],
      ["back..ups", /two dots in a row/],
      ["10.0.0.1", /looks like an IP address/],
      ["xn--backups", /the prefix or suffix is reserved/],
      ["backups-s3alias", /the prefix or suffix is reserved/],
      ["backups--ol-s3", /the prefix or suffix is reserved/],
    ];
    for (const [name, reason] of cases) {
      assert.match(bucketNameProblem(name) ?? "", reason);
      assert.match(message(bucketName.safeParse(name)) ?? "", reason);
    }
  });
});

describe("a PostgreSQL identifier", () => {
  it("has up to 63 bytes, not characters, and does not begin with pg_", () => {
    for (const name of ["app", "App Role", "ü".repeat(31)]) assert.ok(postgresIdentifier.safeParse(name).success, name);
    assert.match(
      message(postgresIdentifier.safeParse("ü".repeat(32))) ?? "",
      /over 63 bytes; PostgreSQL would cut it off/,
    );
    assert.match(message(postgresIdentifier.safeParse("pg_app")) ?? "", /which PostgreSQL keeps for its own/);
    assert.match(message(postgresIdentifier.safeParse("")) ?? "", /must not be empty/);
  });
});

describe("a target", () => {
  it("is the same only when every part is", () => {
    const name = fc.stringMatching(/^[a-z]([-a-z0-9]{0,5}[a-z0-9])?$/);
    const target = fc.record({
      namespace: name,
      cluster: name,
      database: fc.string({ minLength: 1, maxLength: 10, unit: "binary" }),
    });
    fc.assert(
      fc.property(target, target, (a, b) => {
        const same = a.namespace === b.namespace && a.cluster === b.cluster && a.database === b.database;
        assert.equal(targetId(a) === targetId(b), same);
      }),
    );
  });

  it("keeps a slash in a database's name apart from those between the parts", () => {
    assert.equal(targetId({ namespace: "a", cluster: "b", database: "c/d" }), "a/b/c%2Fd");
  });

  it("leads to no other folder, whatever the database is called", () => {
    const folder = (database: string) => targetId({ namespace: "a", cluster: "b", database }).slice("a/b/".length);
    assert.deepEqual(["..", ".", ".hidden", "../..", "%2E"].map(folder), [
      "%2E.",
      "%2E",
      "%2Ehidden",
      "%2E.%2F..",
      "%252E",
    ]);
    for (const database of ["..", ".", ".hidden", "../..", "%2E"])
      assert.equal(decodeURIComponent(folder(database)), database);
  });

  it("has no other fields", () => {
    assert.equal(targetSchema.safeParse({ namespace: "a", cluster: "b", database: "c", extra: 1 }).success, false);
  });
});

describe("what others wrote, on one line", () => {
  it("has no line breaks, no control and no direction characters, and no more than its limit", () => {
    assert.equal(oneLine("  a\r\n\tb\u2028c\u202ed\u0007e  ", 100), "a b c d e");
    assert.equal(oneLine("a".repeat(11), 10), `${"a".repeat(9)}…`);
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 500 }), fc.integer({ min: 1, max: 50 }), (text, limit) => {
        const line = oneLine(text, limit);
        assert.ok(line.length <= limit && !/[\p{Cc}\p{Cf}\n\r]/u.test(line));
      }),
    );
  });
});
