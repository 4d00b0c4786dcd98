import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { SECRET_FOLDERS } from "../../model/job-config";
import { ARTIFACT_NAMES, type Manifest } from "../../model/manifest";
import { kubectl } from "../../scripts/loop/kubectl";
import { psql } from "../../scripts/loop/sample";
import { ageProgram } from "./support/age";
import { type Team, World } from "./support/world";

/** A team of its own, so that the others' backups stay as they are. */
const SEALED: Team = {
  stack: "e2e-sealed",
  database: "sealed",
  applicationRole: "sealed_app",
  check: "select count(*) > 0 from letters",
  drillNamespace: "e2e-sealed-drill",
  backup: "sealed-backup",
  drill: "sealed-drill",
  store: "sealed-store",
};

const SCHEMA = `
  do $$ begin if not exists (select from pg_roles where rolname = 'sealed_app') then create role sealed_app login; end if; end $$;
  create table letters (id int primary key, content text not null);
  insert into letters select n, 'the words of letter ' || n from generate_series(1, 500) n;
  grant select, insert, update, delete on letters to sealed_app;`;

/** Backups that are encrypted before they leave the agent, from the deployment to the restored copy. */
describe("an encrypted backup", () => {
  let world: World;
  let old: { secret: string; recipient: string };
  let current: { secret: string; recipient: string };
  let first: Manifest;

  const keyPair = async () => {
    const secret = await generateX25519Identity();
    return { secret, recipient: await identityToRecipient(secret) };
  };
  const decryption = async () =>
    (await world.evidence()).checks.find((check) => check.id === "artifact.decryption") ?? assert.fail("no such check");

  before(async () => {
    world = await World.open(SEALED);
    [old, current] = [await keyPair(), await keyPair()];
    const there = `select count(*) from pg_database where datname = '${SEALED.database}'`;
    if ((await psql(world.cluster, "postgres", there)).trim() === "0") {
      await psql(world.cluster, "postgres", `create database ${SEALED.database} template template0 locale 'C'`);
      await psql(world.cluster, SEALED.database, SCHEMA);
    }
    await world.deploy({ encryption: { recipients: [old.recipient], identities: `# the first\n${old.secret}\n` } });
  });

  it("passes its drill, and the evidence names the key that opened it", async () => {
    const backup = await world.backUp("sealed");
    assert.ok(backup.succeeded, backup.logs);
    first = await (await world.store()).newest(world.target);
    const drill = await world.drillAfter(first.id);
    assert.ok(drill.succeeded, drill.logs);
    const evidence = await world.evidence();
    assert.equal(evidence.passed, true);
    assert.equal(evidence.backup?.id, first.id);
    assert.equal(evidence.contents.rows, 500);
    assert.equal((await decryption()).actual, `3 objects opened with the recovery key ${old.recipient}`);
    assert.ok(evidence.stages.some((stage) => stage.name === "decrypt" && stage.passed));
  });

  it("shows nothing in the store: neither dump nor roles nor facts", async () => {
    assert.deepEqual(first.encryption, { scheme: "age", recipients: [old.recipient] });
    const store = await world.store();
    for (const name of ARTIFACT_NAMES) {
      const { key, bytes } = first.artifacts[name];
      assert.match(key, /\.age$/);
      const content = await store.read(key);
      assert.equal(content.length, bytes);
      assert.ok(content.subarray(0, 22).equals(Buffer.from("age-encryption.org/v1\n")), key);
      for (const text of ["PGDMP", "sealed_app", "letters"]) assert.ok(!content.includes(text), `${text} in ${key}`);
    }
  });

  it("opens by hand with Debian's age and the identity alone", async () => {
    const age = await ageProgram("age");
    const identity = join(world.folder, "identity.txt");
    writeFileSync(identity, `${old.secret}\n`, { mode: 0o600 });
    const open = async (name: (typeof ARTIFACT_NAMES)[number]) => {
      const input = await (await world.store()).read(first.artifacts[name].key);
      return execFileSync(age, ["--decrypt", "--identity", identity], { input });
    };
    assert.ok((await open("database")).subarray(0, 5).equals(Buffer.from("PGDMP")));
    assert.match((await open("roles")).toString(), /CREATE ROLE "sealed_app";/);
  });

  it("fails its drill with another identity, and the evidence says which keys there are and which are needed", async () => {
    const stranger = await keyPair();
    await world.secret("stranger", { "identity.txt": stranger.secret }, SEALED.drillNamespace);
    const drill = await world.drill(first.id, "stranger", (spec) => {
      const { volumes } = spec.template.spec as unknown as {
        volumes: { name: string; secret?: { secretName: string } }[];
      };
      for (const volume of volumes)
        if (volume.name === "identity" && volume.secret) volume.secret.secretName = "stranger";
    });
    try {
      assert.equal(drill.succeeded, false);
      assert.equal((await world.evidence()).passed, false);
      const { passed, actual } = await decryption();
      assert.equal(passed, false);
      assert.match(actual, /cannot be decrypted: none of the 1 identity given opens it/);
      for (const text of [stranger.recipient, old.recipient]) assert.ok(actual.includes(text));
      assert.ok(drill.logs.includes(actual), drill.logs);
      assert.ok(!drill.logs.includes(stranger.secret));
    } finally {
      // The gate would stop the deployments that follow.
      assert.ok((await world.drill(first.id, "again")).succeeded);
    }
  });

  it("still opens after a rotation while the identity file keeps the old line, along the same restore path", async () => {
    const identities = `# since the rotation\n${current.secret}\n# before it\n${old.secret}\n`;
    await world.deploy({ encryption: { recipients: [current.recipient], identities } });
    const newest = await (await world.store()).newest(world.target);
    assert.deepEqual(newest.encryption, { scheme: "age", recipients: [current.recipient] });
    assert.equal(newest.fingerprint, first.fingerprint);
    for (const [backup, { recipient }] of [
      [first, old],
      [newest, current],
    ] as const) {
      const drill = await world.drill(backup.id, "rotated");
      assert.ok(drill.succeeded, drill.logs);
      assert.ok((await decryption()).actual.endsWith(recipient));
    }
  });

  it("keeps identities out of state, logs, ConfigMaps, Jobs and evidence, and away from who backs up", async () => {
    const labels = ["-l", "app.kubernetes.io/name=restorable", "--tail=-1", "--ignore-errors"];
    const texts = {
      maps: await kubectl(["get", "configmaps", "-A", "-o", "json"]),
      jobs: await kubectl(["get", "jobs,cronjobs,pods", "-A", "-o", "json"]),
      logs: await kubectl(["-n", SEALED.drillNamespace, "logs", ...labels]),
      evidence: await world.envelope(),
      ...world.stateFiles(),
    };
    for (const [where, text] of Object.entries(texts))
      for (const { secret } of [old, current]) assert.ok(!text.includes(secret), `an identity stands in ${where}`);
    const cronJob = await kubectl(["-n", world.target.namespace, "get", "cronjob", SEALED.backup, "-o", "json"]);
    assert.ok(!cronJob.includes(SECRET_FOLDERS.identity));
  });
});
