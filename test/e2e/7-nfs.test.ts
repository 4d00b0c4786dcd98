import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { labPaths } from "../../lab";
import { run } from "../../lab/run";
import { ID_PATTERN, layout, MANIFEST } from "../../model/layout";
import { STORAGE_FOLDERS } from "../../model/storage-access";
import { OWNER_FILE } from "../../model/storage-identity";
import { type FinishedJob, finishJob, type JobSpec, jobName, startJob } from "../../scripts/loop/jobs";
import { getObject, listObjects } from "../../scripts/loop/kubectl";
import { psql } from "../../scripts/loop/sample";
import { type Team, World } from "./support/world";

const TEAM: Team = {
  stack: "e2e-nfs",
  program: "program/nfs",
  database: "ledger",
  applicationRole: "ledger_app",
  check: "select count(*) > 0 from entries",
  drillNamespace: "e2e-nfs-drill",
  backup: "ledger-backup",
  drill: "ledger-drill",
  store: "ledger-store",
};

const ROLE = `do $$ begin create role ${TEAM.applicationRole} login; exception when duplicate_object then null; end $$`;
const SCHEMA = `
create table if not exists entries (id bigint primary key, note text not null);
insert into entries select n, md5(n::text) || md5((-n)::text) from generate_series(1, 20000) n on conflict do nothing;
grant select, insert, update, delete on entries to ${TEAM.applicationRole};
`;

interface Claim {
  spec: { volumeName: string };
  status: { phase: string };
}
interface Volume {
  spec: { hostPath?: { path: string }; local?: { path: string }; persistentVolumeReclaimPolicy: string };
}

/**
 * Backups on a volume, with everything real but the network: the lab's machines have no NFS, so that the volume is a
 * folder of the node, which a storage class makes as `nfs-backup` would.
 */
describe("backups on a volume", () => {
  let world: World;
  /** Where the node has the volume. */
  let folder: string;

  before(async () => {
    world = await World.open(TEAM);
    const exists = `select count(*) from pg_database where datname = '${TEAM.database}'`;
    if ((await psql(world.cluster, "postgres", exists)).trim() === "0")
      await psql(world.cluster, "postgres", `create database ${TEAM.database}`);
    await psql(world.cluster, TEAM.database, `${ROLE};${SCHEMA}`);
    await world.deploy();
    folder = await folderOf(world.target.namespace, `${TEAM.store}-writer`);
  });

  async function volumeOf(namespace: string, claimName: string): Promise<Volume> {
    const claim = await getObject<Claim>(namespace, "persistentvolumeclaim", claimName);
    assert.equal(claim?.status.phase, "Bound", `${namespace}/${claimName}`);
    const volume = await getObject<Volume>(namespace, "persistentvolume", claim.spec.volumeName);
    assert.ok(volume);
    return volume;
  }

  async function folderOf(namespace: string, claimName: string): Promise<string> {
    const { hostPath, local } = (await volumeOf(namespace, claimName)).spec;
    return (hostPath ?? local)?.path as string;
  }

  /** Runs `script` in a drill's pod, in place of the drill. */
  async function inDrillPod(script: string): Promise<FinishedJob> {
    const job = jobName(TEAM.drill, "probe");
    await startJob(TEAM.drillNamespace, TEAM.drill, job, (spec: JobSpec) => {
      for (const container of spec.template.spec.containers as { command?: string[]; args?: string[] }[]) {
        container.command = ["/bin/sh", "-c", script];
        container.args = [];
      }
    });
    return finishJob(TEAM.drillNamespace, job);
  }

  const ids = () =>
    readdirSync(join(folder, layout.backups("", world.target)))
      .filter((name) => ID_PATTERN.test(name))
      .sort();
  const manifests = () => ids().filter((id) => existsSync(join(folder, layout.backup("", world.target, id), MANIFEST)));

  it("are taken at deployment, and the deployment's drill passes and leaves its evidence there, too", async () => {
    const [id] = manifests().slice(-1);
    assert.ok(id, "there is a backup on the volume");
    const evidence = await world.evidence();
    assert.equal(evidence.passed, true);
    assert.equal(evidence.restorePath.storage.kind, "nfs");
    const files = readdirSync(join(folder, layout.evidence("", world.target, evidence.backup?.id ?? "")));
    assert.deepEqual(
      files.filter((file) => file.endsWith(".dsse.json")),
      files,
    );
    assert.ok(files.length > 0);
  });

  it("are drilled after each backup", async () => {
    const backup = await world.backUp("good");
    assert.ok(backup.succeeded, backup.logs);
    const drill = await world.drillAfter(manifests().at(-1) ?? "");
    assert.ok(drill.succeeded, drill.logs);
  });

  it("lie in one folder, which stays when claims are deleted; to evidence another claim leads, and to nothing else", async () => {
    const claims = [
      [world.target.namespace, "writer"],
      [world.target.namespace, "pruner"],
      [TEAM.drillNamespace, "reader"],
      [TEAM.drillNamespace, "evidence"],
    ] as const;
    for (const [namespace, use] of claims) {
      const expected = use === "evidence" ? join(folder, "evidence") : folder;
      assert.equal(await folderOf(namespace, `${TEAM.store}-${use}`), expected, use);
      const { spec } = await volumeOf(namespace, `${TEAM.store}-${use}`);
      assert.equal(spec.persistentVolumeReclaimPolicy, "Retain", use);
    }
  });

  it("cannot be written by drills, which write evidence and nothing else", async () => {
    const { storage, evidence } = STORAGE_FOLDERS;
    const probe = await inDrillPod(
      [
        `ls ${storage}/backups >/dev/null && echo "reads backups"`,
        `touch ${storage}/backups/forged && echo "writes backups"`,
        `touch ${evidence}/backups && echo "writes beside evidence"`,
        `ls ${evidence}/backups && echo "reads backups by evidence"`,
        `touch ${evidence}/evidence/probe && rm ${evidence}/evidence/probe && echo "writes evidence"`,
      ].join("; "),
    );
    assert.deepEqual(
      probe.logs.split("\n").filter((line) => /^(reads|writes) /.test(line)),
      // The first by the agent, the second by the signer.
      ["reads backups", "writes evidence"],
      probe.logs,
    );
  });

  it("are not taken where nothing says that the storage is mounted", async () => {
    const marker = join(folder, ".restorable-storage");
    renameSync(marker, `${marker}.away`);
    try {
      const before = ids();
      const backup = await world.backUp("unmounted");
      assert.equal(backup.succeeded, false);
      assert.match(backup.logs, /\.restorable-storage is missing: either the volume is not mounted there/);
      assert.deepEqual(ids(), before);
      const drill = await world.drill(undefined, "unmounted");
      assert.equal(drill.succeeded, false, "no drill passes by finding nothing");
      assert.match(drill.logs, /\.restorable-storage is missing/);
    } finally {
      renameSync(`${marker}.away`, marker);
    }
  });

  it("fail on a full volume, say so, and leave nothing that looks like one", async () => {
    const database = join(folder, layout.backups("", world.target));
    const before = manifests();
    // Mounted in the node's own view of its disk, which is the kubelet's: pods that start later have it, too.
    const { pid } = JSON.parse(readFileSync(join(labPaths.pidsDir, "kubelet.json"), "utf8")) as { pid: number };
    const onNode = (...argv: string[]) => run(["nsenter", "--target", `${pid}`, "--mount", "--", ...argv]);
    await onNode("mount", "-t", "tmpfs", "-o", "size=256k,uid=26,gid=26,mode=750", "tmpfs", database);
    try {
      const backup = await world.backUp("full");
      assert.equal(backup.succeeded, false);
      assert.match(
        backup.logs,
        /cannot store .*database\.dump on the volume at .*: the volume is full; free or add space/,
      );
      const left = await onNode("find", database, "-type", "f", "!", "-name", OWNER_FILE);
      assert.equal(left.trim(), "", "what was written is gone");
    } finally {
      await onNode("umount", database);
    }
    assert.deepEqual(manifests(), before);
  });

  it("leave no pod waiting for a volume", async () => {
    for (const namespace of [world.target.namespace, TEAM.drillNamespace]) {
      const pods = await listObjects<{ status: { phase: string }; metadata: { name: string } }>(
        namespace,
        "pods",
        "app.kubernetes.io/name=restorable",
      );
      const waiting = pods.filter(({ status }) => status.phase === "Pending");
      assert.deepEqual(
        waiting.map(({ metadata }) => metadata.name).filter((name) => name.startsWith("ledger")),
        [],
      );
    }
  });
});
