import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import {
  backupTimingProblems,
  drillNamespaceProblem,
  drillTimingProblems,
  endpointProblem,
  imageMajorProblem,
  instancesProblem,
  longestDrillInterval,
} from "../../../model/contradictions";
import { cpuField, durationField, imageField, imageMajor, sizeBytes, sizeField } from "../../../model/fields";
import { applicationChecksDigest, logicalRestorePath } from "../../../model/logical-restore-path";
import { fingerprint } from "../../../model/restore-path";
import { signingKeyProblem } from "../../../model/signing-key";
import { newKeys, SERVER_IMAGE } from "../../policy/support/evidence";

describe("a backup's times", () => {
  const daily = { schedule: "0 4 * * *", timeZone: "UTC", deadline: "1h", rpo: "26h", retention: "30d" };
  const paths = (changes: object, drill?: { afterBackup: boolean; schedule?: string }) =>
    backupTimingProblems({ ...daily, ...changes }, drill).map((problem) => problem.path);

  it("agree when backups are often enough and kept long enough", () => {
    assert.deepEqual(paths({}, { afterBackup: true }), []);
  });

  it("contradict each other when the objective, the retention or the drills cannot be met", () => {
    assert.deepEqual(paths({ rpo: "24h" }), ["rpo"]);
    assert.deepEqual(paths({ retention: "12h" }), ["retention"]);
    assert.deepEqual(paths({ retention: "3d" }, { afterBackup: false, schedule: "0 5 * * 0" }), ["retention"]);
    assert.deepEqual(paths({ schedule: "daily" }), ["schedule"]);
  });

  it("contradict each other once a year when the clock skips the backup's hour", () => {
    assert.deepEqual(paths({ schedule: "30 2 * * *", timeZone: "Europe/Zurich" }), ["rpo"]);
    assert.deepEqual(paths({ schedule: "30 2 * * *", timeZone: "UTC" }), []);
  });

  it("set the longest time between two drills", () => {
    assert.equal(longestDrillInterval(daily, { afterBackup: true, schedule: "0 5 * * 0" }), 86_400);
    assert.equal(longestDrillInterval(daily, { afterBackup: false }), Number.POSITIVE_INFINITY);
  });
});

describe("a drill's declaration", () => {
  it("has a trigger or a schedule that is one", () => {
    assert.deepEqual(drillTimingProblems({ timeZone: "UTC", triggers: [true, false] }), []);
    assert.match(
      drillTimingProblems({ timeZone: "UTC", triggers: [false] })[0]?.message ?? "",
      /the drill would never run/,
    );
    assert.equal(drillTimingProblems({ schedule: "x", timeZone: "UTC", triggers: [true] })[0]?.path, "schedule");
  });

  it("has a namespace that is not its source's", () => {
    assert.equal(drillNamespaceProblem("app-drill", "app"), undefined);
    assert.match(drillNamespaceProblem("app", "app") ?? "", /name another, such as "app-drill"/);
  });
});

describe("a storage's endpoint", () => {
  it("is an https address of a server, without credentials or path", () => {
    assert.equal(endpointProblem("https://s3.example.com:9000", false), undefined);
    assert.equal(endpointProblem("http://10.0.0.1:9000", true), undefined);
    for (const wrong of ["s3.example.com", "ftp://x", "http://x", "https://x/bucket", "https://x?a=b"])
      assert.ok(endpointProblem(wrong, false), wrong);
  });

  it("never shows the credentials that were in it", () => {
    const problem = endpointProblem("https://user:hush@s3.example.com", false) ?? "";
    assert.ok(problem !== "" && !problem.includes("hush"));
  });
});

describe("images, sizes and counts", () => {
  it("know the PostgreSQL major that a tag names, and when it contradicts the declared one", () => {
    assert.equal(imageMajor("registry:5000/postgresql:17.6-bookworm@sha256:x"), 17);
    assert.equal(imageMajor("registry:5000/postgresql"), undefined);
    assert.equal(imageMajorProblem(SERVER_IMAGE, 17), undefined);
    assert.match(imageMajorProblem(SERVER_IMAGE, 18) ?? "", /is PostgreSQL 17 by its tag, but postgresMajor is 18/);
  });

  it("ask for three instances in production", () => {
    assert.equal(instancesProblem(1, "local"), undefined);
    assert.equal(instancesProblem(3, "production"), undefined);
    assert.match(instancesProblem(2, "production") ?? "", /declare at least 3/);
  });

  it("are written as Kubernetes writes them", () => {
    assert.equal(sizeBytes("512Mi"), 536_870_912);
    const ok = (field: { safeParse(value: unknown): { success: boolean } }, ...values: string[]) =>
      values.map((value) => field.safeParse(value).success);
    assert.deepEqual(ok(sizeField, "1Gi", "10", "1G", "0Gi", "1.5Gi"), [true, false, false, false, false]);
    assert.deepEqual(ok(cpuField, "2", "0.5", "250m", "0", "1.5m"), [true, true, true, false, false]);
    assert.deepEqual(ok(durationField, "26h", "1 day"), [true, false]);
    assert.deepEqual(ok(imageField, SERVER_IMAGE, `x@sha256:${"a".repeat(64)}`, "x@sha256:1", "a b"), [
      true,
      true,
      false,
      false,
    ]);
  });
});

describe("the restore path of a logical backup", () => {
  const inputs = {
    engine: "cloudnative-pg",
    postgresMajor: 17,
    serverImage: SERVER_IMAGE,
    agentImage: "agent:1",
    applicationRole: "app",
    applicationChecks: [{ name: "up", sql: "SELECT true" }],
    encryption: "none" as const,
  };
  const storage = { kind: "s3-compatible", copy: "primary" } as const;
  const base = logicalRestorePath(inputs, storage);

  it("has the fingerprint of its own path", () => assert.equal(base.fingerprint, fingerprint(base.path)));

  it("changes with each of its inputs", () => {
    const changes = [
      { postgresMajor: 18 },
      { serverImage: "postgresql:17.7" },
      { agentImage: "agent:2" },
      { applicationRole: "other" },
      { applicationChecks: [{ name: "up", sql: "SELECT false" }] },
      { applicationChecks: [] },
      { encryption: "age" as const },
    ];
    const storages = [{ ...storage, kind: "nfs" } as const, { ...storage, copy: "off-site" } as const];
    const all = [
      base,
      ...changes.map((change) => logicalRestorePath({ ...inputs, ...change }, storage)),
      ...storages.map((other) => logicalRestorePath(inputs, other)),
    ].map((p) => p.fingerprint);
    assert.equal(new Set(all).size, all.length);
  });

  it("is the same whether an optional field is absent or undefined", () => {
    const checks = [{ name: "up", sql: "SELECT true", expect: undefined, command: undefined }];
    assert.equal(applicationChecksDigest("app", checks), applicationChecksDigest("app", inputs.applicationChecks));
  });
});

describe("a key that signs evidence", () => {
  it("is an Ed25519 private key, and its problem never shows it", () => {
    const keys = newKeys();
    assert.equal(signingKeyProblem(keys.privateKey), undefined);
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" });
    for (const wrong of [keys.publicKey, "hush", rsa.toString()]) {
      const problem = signingKeyProblem(wrong) ?? "";
      assert.match(problem, /make one with: openssl genpkey -algorithm ed25519/);
      assert.ok(!problem.includes(wrong));
    }
  });
});
