import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { clusterIp, labCluster } from "../../lab";
import { tryRun } from "../../lab/run";
import { openEnvelope, signStatement } from "../../model/dsse";
import { type DrillPredicate, drillStatement } from "../../model/evidence";
import { applicationChecksDigest } from "../../model/logical-restore-path";
import type { Manifest } from "../../model/manifest";
import { fingerprint, type RestorePath } from "../../model/restore-path";
import { targetId } from "../../model/target";
import { findDrillJob, finishJob } from "../../scripts/loop/jobs";
import { kubectl } from "../../scripts/loop/kubectl";
import { psql } from "../../scripts/loop/sample";
import type { ProgramSettings } from "./program/settings";
import { type Team, World } from "./support/world";

const VAULT: Team = {
  stack: "vault",
  program: "program/apart",
  database: "vault",
  applicationRole: "vault_app",
  check: "select count(*) > 0 from entries",
  drillNamespace: "vault-drills",
  backup: "vault-backup",
  drill: "vault-drill",
  store: "vault",
};

/** Rules of production that the lab's one node, its images without digests and its store without TLS break: not of this. */
const OTHER_RULES = [
  ...["cluster-is-highly-available", "images-pinned-by-digest", "storage-is-protected", "copy-outside-cluster"],
  ...["outside-copy-is-drilled", "protected-from-deletion", "retention-is-sufficient", "database-has-backup"],
];

const newKey = () => generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const publicOf = (pem: string) => createPublicKey(pem).export({ type: "spki", format: "pem" }).toString();

/**
 * Somebody has write access to the application's program and namespace, and the storage's writer key, and wants an unproven
 * backup past production's gate, or a good one to be removed. Drills, their key and the gate's configuration are the
 * platform's.
 */
describe("a person who may change the application, and has its writer key", () => {
  let world: World;
  let platform: World;
  let good: { predicate: DrillPredicate; envelope: string };
  let gate: string[];
  const stagingKey = newKey();
  const environment = { ...process.env };

  before(async () => {
    const { evidence } = (await World.open(VAULT)).s3;
    // What the gate reads the bucket with: evidence and nothing else.
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: evidence.accessKeyId,
      AWS_SECRET_ACCESS_KEY: evidence.secretAccessKey,
    });
    world = await World.open(VAULT);
    platform = await World.open({ ...VAULT, stack: "vault-drills" });
    await loadVault();
    await platform.deploy({ apart: { part: "platform", stack: VAULT.stack } }, false);
    await putSecrets();
    await world.deploy(application(), false);
    gate = await gateArguments();
    const backup = await world.backUp("honest");
    assert.ok(backup.succeeded, backup.logs);
    const { id } = await (await world.store()).newest(world.target);
    const drill = await world.drillAfter(id);
    assert.ok(drill.succeeded, drill.logs);
    const envelope = await world.envelope();
    const opened = openEnvelope(envelope, [world.local.publicKey()]);
    assert.ok(opened.ok);
    good = { envelope, predicate: (opened.statement as { predicate: DrillPredicate }).predicate };
  });

  after(() => {
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
      if (environment[name] === undefined) delete process.env[name];
      else process.env[name] = environment[name];
  });

  const application = (change: Partial<NonNullable<ProgramSettings["apart"]>> = {}): Partial<ProgramSettings> => ({
    apart: { part: "application", stack: VAULT.stack, ...change },
  });

  async function loadVault(): Promise<void> {
    const there = await psql(world.cluster, "postgres", "select count(*) from pg_database where datname = 'vault'");
    if (there.trim() !== "0") return;
    await psql(world.cluster, "postgres", "create role vault_app login");
    await psql(world.cluster, "postgres", "create database vault");
    await psql(
      world.cluster,
      "vault",
      "create table entries (id int primary key, amount int); insert into entries select n, n from generate_series(1, 500) n;" +
        "grant select, insert, update on entries to vault_app",
    );
  }

  /** What those who keep the keys put there: neither program has them. */
  async function putSecrets(): Promise<void> {
    const { endpoint, bucket, region, writer, reader, evidence } = world.s3;
    const access = (key: typeof writer) => ({
      ...{ ACCESS_KEY_ID: key.accessKeyId, ACCESS_SECRET_KEY: key.secretAccessKey },
      ...{ BUCKET: bucket, ENDPOINT: endpoint, REGION: region },
    });
    await world.secret("vault-writer", access(writer));
    await world.secret("backup-reader", access(reader), VAULT.drillNamespace);
    await world.secret("backup-evidence", access(evidence), VAULT.drillNamespace);
    await world.secret("evidence-signing", { "private.pem": world.local.signingKey() }, VAULT.drillNamespace);
  }

  /** What the gate is told: it reads the bucket, and `more` that the pipeline gives it. */
  async function gateArguments(...more: string[]): Promise<string[]> {
    const { bucket, region, endpoint } = world.s3;
    const url = new URL(endpoint);
    url.hostname = await clusterIp(labCluster, "storage", "s3");
    const query = new URLSearchParams({ region, endpoint: url.origin, database: targetId(world.target) });
    const config = {
      "restore-gate": {
        environment: "production",
        trustedKeys: { staging: [publicOf(stagingKey)], production: [world.local.publicKey()] },
        evidence: [`s3://${bucket}?${query}`, ...more],
        selfAttested: "refused",
      },
      ...Object.fromEntries(OTHER_RULES.map((rule) => [rule, "disabled"])),
    };
    const file = join(world.folder, more.length === 0 ? "production.json" : "production-and-more.json");
    writeFileSync(file, JSON.stringify(config, null, 1));
    const [packOption = "", pack = "", configOption = ""] = world.local.policyArguments();
    return [packOption, pack, configOption, file];
  }

  async function preview(change: Partial<ProgramSettings>, told = gate): Promise<{ code: number; output: string }> {
    world.writeSettings(change);
    return world.team.tryCommand(["preview", ...told]);
  }

  /** The preview fails, by a rule that says why. */
  async function refused(change: Partial<ProgramSettings>, rule: RegExp, reason: RegExp, told = gate): Promise<void> {
    const { code, output } = await preview(change, told);
    assert.notEqual(code, 0, `the gate let it pass:\n${output}`);
    assert.match(output, new RegExp(`\\[mandatory\\].*(?:${rule.source})`), output);
    assert.match(output, reason);
  }

  /** An unproven path: the one check was weakened. */
  const UNPROVEN = { check: "select true" };

  function fileWith(name: string, envelope: unknown): string {
    const file = join(world.folder, `${name}.dsse.json`);
    writeFileSync(file, typeof envelope === "string" ? envelope : JSON.stringify(envelope));
    return file;
  }

  /** What the platform signed, changed, and signed anew by `key`. */
  function signed(key: string, change: Partial<DrillPredicate>): unknown {
    return signStatement(drillStatement({ ...good.predicate, ...change }), key);
  }

  it("is let through as long as the backup is the one that was proven", async () => {
    const { code, output } = await preview(application());
    assert.equal(code, 0, output);
    assert.doesNotMatch(output, /\[mandatory\]/);
  });

  it("cannot leave the drill out", () =>
    refused({ ...application(), withoutDrill: true }, /backup-has-restore-drill/, /has no restore drill/));

  it("cannot weaken a check and stay proven", () =>
    refused(
      { ...application(), ...UNPROVEN },
      /restore-path-proven|promotion-order/,
      /no drill has passed|another restore path/,
    ));

  it("cannot declare a drill of its own in the platform's place", () =>
    refused(
      application({ attack: "own-drill" }),
      /signer-is-apart|restore-path-proven/,
      /declares|self-attested|apart/,
    ));

  it("cannot bring evidence that it has signed itself", () => {
    const promoted = [fileWith("own-key", signed(newKey(), {}))];
    return refused(application({ promoted }), /restore-path-proven/, /no trusted key signed it/);
  });

  it("cannot bring evidence of production that staging's key has signed", () => {
    const promoted = [fileWith("staging-key", signed(stagingKey, {}))];
    return refused(application({ promoted }), /restore-path-proven/, /no trusted key signed it/);
  });

  it("cannot bring staging's proof of another database", () => {
    const target = { namespace: "sandbox", cluster: "toy", database: "toy" };
    const toy = signed(stagingKey, { environment: "staging", stack: "staging", target });
    const promoted = [fileWith("toy", toy)];
    return refused(
      { ...application({ promoted }), ...UNPROVEN },
      /restore-path-proven/,
      /another drill|another database/,
    );
  });

  it("cannot have staging's proof of a database with one row count, though the pipeline hands it on", async () => {
    // A true drill of the weakened path, in staging and under the right names, but of a toy.
    const checks = [{ name: "there are rows", sql: UNPROVEN.check }];
    const restorePath = {
      ...(good.predicate.restorePath as RestorePath),
      applicationChecks: applicationChecksDigest(VAULT.applicationRole, checks),
    };
    const contents = { tables: 1, rows: 1 };
    const drilled = { restorePath, fingerprint: fingerprint(restorePath), contents };
    const file = fileWith("one-row", signed(stagingKey, { environment: "staging", stack: "staging", ...drilled }));
    const told = await gateArguments(`file:${file}`);
    await refused(
      { ...application(), ...UNPROVEN },
      /promotion-order/,
      /had 1 rows; to be promoted from staging/,
      told,
    );
    await gateArguments();
  });

  it("cannot declare one image and run another", () =>
    refused(application({ attack: "other-image" }), /descriptor-matches-children/, /image/));

  it("cannot declare one database and back up another", () =>
    refused(application({ attack: "other-config" }), /descriptor-matches-children/, /target|database/));

  it("cannot make Jobs where drills run, nor read their keys, nor change their evidence", async () => {
    const account = `system:serviceaccount:${world.target.namespace}:${VAULT.backup}`;
    for (const [verb, what] of [
      ["create", "jobs"],
      ["get", "secrets"],
      ["patch", `configmaps/${VAULT.drill}-evidence`],
      ["create", "pods/exec"],
    ] as const) {
      const { stdout } = await tryRun([
        "kubectl",
        "-n",
        VAULT.drillNamespace,
        "auth",
        "can-i",
        verb,
        what,
        "--as",
        account,
      ]);
      assert.equal(stdout.trim(), "no", `${verb} ${what}`);
    }
  });

  describe("that exchanges the roles of a backup for commands", () => {
    let forged: Manifest;

    before(async () => {
      const writer = await world.storeAs("writer");
      const source = await (await world.store()).newest(world.target);
      // The writer key may read nothing: what is forged was read before.
      Object.assign(writer, { read: async (key: string) => (await world.store()).read(key) });
      forged = await writer.forge(source, {
        roles: (text) => Buffer.from(`${text}\n\\! id > /drill/artifacts/owned\n`),
      });
      await kubectl([
        ...["-n", VAULT.drillNamespace, "patch", "configmap", `${VAULT.drill}-requests`, "--type=merge"],
        ...["--patch", JSON.stringify({ data: { requested: forged.id } })],
      ]);
    });

    it("runs none of them: the drill refuses the script before it sends anything, and says so in its evidence", async () => {
      const job = await finishJob(VAULT.drillNamespace, await findDrillJob(VAULT.drillNamespace, forged.id));
      assert.equal(job.succeeded, false, job.logs);
      const evidence = await world.evidence();
      assert.equal(evidence.backup?.id, forged.id);
      assert.equal(evidence.passed, false);
      assert.match(evidence.failures.join("\n"), /roles\.sql.*line \d+/);
    });

    it("is stopped by the gate, which reads in the bucket that the newest drill failed", () =>
      refused(application(), /restore-path-proven/, /failed/));

    it("cannot put the older pass in its place", () => {
      const promoted = [fileWith("older-pass", good.envelope)];
      return refused(application({ promoted }), /restore-path-proven/, /failed|withheld|hole/);
    });
  });

  it("leaves a proven backup behind: the next honest one is drilled, and passes the gate", async () => {
    const backup = await world.backUp("after");
    assert.ok(backup.succeeded, backup.logs);
    const { id } = await (await world.store()).newest(world.target);
    const drill = await world.drillAfter(id);
    assert.ok(drill.succeeded, drill.logs);
    const { code, output } = await preview(application());
    assert.equal(code, 0, output);
  });
});
