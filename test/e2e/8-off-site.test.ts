import assert from "node:assert/strict";
import type { DrillPredicate } from "../../model/evidence";
import { RUN_VARIABLES } from "../../model/job-config";
import { layout, MANIFEST } from "../../model/layout";
import { artifactKey } from "../../model/manifest";
import { type FinishedJob, finishJob, jobName, setVariable, startJob } from "../../scripts/loop/jobs";
import { kubectl } from "../../scripts/loop/kubectl";
import { psql } from "../../scripts/loop/sample";
import { type OffSite, openOffSite } from "./support/off-site";
import type { Store } from "./support/store";
import { type Team, World } from "./support/world";

const PREFIX = "copy/";
const COPIER = "e2e-copier";

const TEAM: Team = {
  stack: "e2e-off-site",
  database: "parcels",
  applicationRole: "parcels_app",
  check: "select count(*) > 0 from parcels",
  drillNamespace: "e2e-off-site-drill",
  backup: "parcels-backup",
  drill: "parcels-drill",
  store: "parcels-store",
};
const COPY = `${TEAM.backup}-copy`;

const ROLE = `do $$ begin create role ${TEAM.applicationRole} login; exception when duplicate_object then null; end $$`;
const SCHEMA = `
create table if not exists parcels (id bigint primary key, label text not null);
insert into parcels select n, md5(n::text) from generate_series(1, 20000) n on conflict do nothing;
grant select, insert, update, delete on parcels to ${TEAM.applicationRole};
`;

/** A second bucket with keys of its own: backups are copied to it, and drills restore the two in turn. */
describe("an off-site copy", () => {
  let world: World;
  let offSite: OffSite;
  let first: Store;

  before(async () => {
    world = await World.open(TEAM);
    await load();
    offSite = await openOffSite(world);
    first = await world.store();
    const { endpoint, bucket, region, reader } = world.s3;
    await world.secret(COPIER, {
      ACCESS_KEY_ID: reader.accessKeyId,
      ACCESS_SECRET_KEY: reader.secretAccessKey,
      BUCKET: bucket,
      ENDPOINT: endpoint,
      REGION: region,
    });
    await forgetEvidence();
    await world.deploy(settings());
    await forgetBackups();
    await forgetEvidence();
    const backup = await world.backUp("first");
    assert.ok(backup.succeeded, backup.logs);
    const drilled = await world.drillAfter((await first.newest(world.target)).id);
    assert.ok(drilled.succeeded, drilled.logs);
    assert.match(drilled.logs, /drilling the primary copy: it is its turn/);
    const copied = await copy("first");
    assert.ok(copied.succeeded, copied.logs);
  });

  const settings = () => ({
    copierSecret: COPIER,
    offSite: {
      bucket: offSite.bucket,
      writer: offSite.keys["off-site-writer"],
      reader: offSite.keys["off-site-reader"],
    },
  });
  const keyIn = (prefix: string, id: string, name: string) => layout.backup(prefix, world.target, id) + name;
  const forget = async (store: Store, prefix: string, id: string) => {
    for (const key of await store.list(layout.backup(prefix, world.target, id))) await store.remove(key);
  };
  const copiedIds = async () =>
    (await offSite.store.list(layout.backups(PREFIX, world.target)))
      .filter((key) => key.endsWith(MANIFEST))
      .map((key) => key.split("/").at(-2) as string)
      .sort();

  async function load(): Promise<void> {
    const exists = `select count(*) from pg_database where datname = '${TEAM.database}'`;
    if ((await psql(world.cluster, "postgres", exists)).trim() === "0")
      await psql(world.cluster, "postgres", `create database ${TEAM.database}`);
    await psql(world.cluster, TEAM.database, `${ROLE};${SCHEMA}`);
  }

  /** What an earlier run left, or the deployment, is neither copied nor drilled. */
  async function forgetBackups(): Promise<void> {
    for (const key of await offSite.store.list(PREFIX)) await offSite.store.remove(key);
    for (const id of await first.backupIds(world.target)) await forget(first, "", id);
  }

  /** Nor is it whose turn it is. */
  async function forgetEvidence(): Promise<void> {
    const map = ["-n", TEAM.drillNamespace, "patch", "configmap", `${TEAM.drill}-evidence`];
    await kubectl([...map, "--type=merge", "-p", '{"data":null}']).catch(() => undefined); // before the first deployment
  }

  async function copy(name: string): Promise<FinishedJob> {
    const job = jobName(COPY, name);
    await startJob(world.target.namespace, COPY, job, (spec) => {
      spec.backoffLimit = 0;
    });
    return finishJob(world.target.namespace, job);
  }

  /** The newest evidence of each copy, by what it says of itself, its signature verified. */
  async function evidence(): Promise<Partial<Record<"primary" | "off-site", DrillPredicate>>> {
    const said = (await world.allEvidence()).reverse();
    return Object.fromEntries(
      said.map((predicate) => [(predicate.restorePath.storage as { copy: string }).copy, predicate]),
    );
  }

  const corrupt = async (store: Store, key: string) => {
    const body = await store.read(key);
    const middle = Math.floor(body.length / 2);
    body[middle] = (body[middle] ?? 0) ^ 1;
    await store.write(key, body);
  };

  it("holds what the first holds, byte for byte, manifest and all", async () => {
    const ids = await copiedIds();
    assert.deepEqual(ids, await first.backupIds(world.target));
    assert.equal(ids.length, 1);
    const manifest = await first.manifest(world.target, ids[0] as string);
    const at = (prefix: string) => artifactKey(prefix, manifest, "database");
    assert.deepEqual(await offSite.store.read(at(PREFIX)), await first.read(at("")));
    const text = keyIn(PREFIX, manifest.id, MANIFEST);
    assert.deepEqual(await offSite.store.read(text), await first.read(keyIn("", manifest.id, MANIFEST)));
  });

  it("copies with a key that only reads, and leaves what is there already", async () => {
    const again = await copy("again");
    assert.ok(again.succeeded, again.logs);
    assert.match(again.logs, /0 backups copied, 1 there already/);
    assert.match(again.logs, /from the bucket backups at .* to the bucket off-site at/);
  });

  it("takes turns with the first in drills, with evidence of both", async () => {
    const backup = await world.backUp("turns");
    assert.ok(backup.succeeded, backup.logs);
    const { id } = await first.newest(world.target);
    const afterBackup = await world.drillAfter(id);
    assert.ok(afterBackup.succeeded, afterBackup.logs);
    // The drill before was the primary's: this one is the copy's, which does not have the new backup yet.
    assert.match(afterBackup.logs, /drilling the off-site copy: it is its turn/);
    assert.match(afterBackup.logs, new RegExp(`${id} is not in the off-site copy yet`));
    const next = await world.drill(undefined, "next");
    assert.match(next.logs, /drilling the primary copy: it is its turn/);
    const { primary, "off-site": other } = await evidence();
    assert.ok(primary?.passed && other?.passed);
    assert.equal(primary.backup?.id, id);
    assert.deepEqual([other.backup?.id], await copiedIds());
    assert.notEqual(primary.fingerprint, other.fingerprint);
    assert.equal(other.objectives.rpoSeconds, 52 * 3600);
  });

  it("is shown to the gate, which now has proof of both", async () => {
    const { code, output } = await world.preview(settings());
    assert.equal(code, 0, output);
    assert.doesNotMatch(output, /restore-path-unproven/);
  });

  it("is refused by the gate when nobody drills it", async () => {
    const { code, output } = await world.preview({ ...settings(), offSiteUndrilled: true });
    assert.notEqual(code, 0);
    assert.match(output, /databases\/pg\/parcels \(off-site copy\): this backup has no restore drill/);
  });

  it("fails its drill when it is corrupted, and the first copy stays proven", async () => {
    const copied = await copy("newest");
    assert.ok(copied.succeeded, copied.logs);
    const newest = (await copiedIds()).at(-1) as string;
    const manifest = await first.manifest(world.target, newest);
    await corrupt(offSite.store, artifactKey(PREFIX, manifest, "database"));
    const drilled = await world.drill(undefined, "corrupted-copy");
    assert.equal(drilled.succeeded, false);
    assert.match(drilled.logs, /drilling the off-site copy: it is its turn/);
    const next = await world.drill(undefined, "sound");
    assert.ok(next.succeeded, next.logs);
    assert.match(next.logs, /drilling the primary copy: it is its turn/);
    const { primary, "off-site": other } = await evidence();
    assert.equal(primary?.passed, true);
    assert.equal(other?.passed, false);
    assert.match(other?.failures.join("\n") ?? "", /artifact\.database: .*its content was changed or corrupted/);
    const { code, output } = await world.preview(settings());
    assert.notEqual(code, 0, "the gate refuses a copy that cannot be restored");
    assert.match(output, /\(off-site copy\): rejected in local/);
  });

  it("is whole again when the corrupted backup is deleted and copied anew", async () => {
    const newest = (await copiedIds()).at(-1) as string;
    await forget(offSite.store, PREFIX, newest);
    const copied = await copy("anew");
    assert.match(copied.logs, /1 backup copied, 1 there already/);
    const drilled = await world.drill(undefined, "whole", (spec) => {
      setVariable(spec, "signer", RUN_VARIABLES.copy, "off-site");
    });
    assert.ok(drilled.succeeded, drilled.logs);
    assert.match(drilled.logs, /drilling the off-site copy, as asked for/);
  });

  it("takes no backup that was corrupted before it was copied, and says so", async () => {
    const backup = await world.backUp("bad-source");
    assert.ok(backup.succeeded, backup.logs);
    const manifest = await first.newest(world.target);
    await world.drillAfter(manifest.id);
    await corrupt(first, manifest.artifacts.database.key);
    const before = await copiedIds();
    const copied = await copy("bad-source");
    assert.equal(copied.succeeded, false);
    assert.match(copied.logs, /1 backup could not be copied \(2 are there\)/);
    assert.match(
      copied.logs,
      /the source is not what its manifest says: .*database\.dump.* in the bucket backups .* its content was changed/,
    );
    assert.deepEqual(await copiedIds(), before);
    assert.deepEqual(await offSite.store.list(artifactKey(PREFIX, manifest, "database")), []);
    await forget(first, "", manifest.id);
  });

  it("keeps its keys out of logs and of what is declared in the cluster", async () => {
    const logs = await kubectl([
      ...[
        "-n",
        world.target.namespace,
        "logs",
        "-l",
        "app.kubernetes.io/component=copy",
        "--tail=-1",
        "--ignore-errors",
      ],
    ]);
    const jobs = await kubectl(["get", "jobs,cronjobs,pods,configmaps", "-A", "-o", "json"]);
    assert.ok(logs.length > 100);
    for (const { secretAccessKey } of Object.values(offSite.keys))
      for (const text of [logs, jobs, ...Object.values(world.stateFiles())]) assert.ok(!text.includes(secretAccessKey));
  });
});
