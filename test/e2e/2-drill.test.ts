import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { tryRun } from "../../lab/run";
import { kubectl, listObjects, type Pod } from "../../scripts/loop/kubectl";
import { psql } from "../../scripts/loop/sample";
import { eventually } from "../../scripts/loop/settled";
import { logsIn, volumesOf } from "./support/leftovers";
import { answers } from "./support/probe";
import { World } from "./support/world";

/** What starts drills runs all the time, and is no drill. */
const isStarter = ({ metadata }: Pod) => metadata.labels?.["app.kubernetes.io/component"] === "drill-starter";

/** Another team's stack, deployed by the real engine on the running cluster: its database is the hard one. */
describe("a drill", () => {
  let world: World;
  let backupId: string;

  before(async () => {
    world = await World.open();
    await world.loadTorture();
    await world.deploy();
  });

  it("passes for a schema with all that dump and restore tools stumble over, right after its backup", async () => {
    const backup = await world.backUp("good");
    assert.ok(backup.succeeded, backup.logs);
    const manifest = await (await world.store()).newest(world.target);
    backupId = manifest.id;
    assert.match(backup.logs, new RegExp(`backup ${backupId} is stored`));
    const lacking = (manifest.warnings ?? []).filter((line) => line.startsWith("not backed up, as notBackedUp says: "));
    assert.equal(lacking.length, 1);
    assert.match(lacking[0] ?? "", /user mapping for torture_app on server elsewhere/);
    const drill = await world.drillAfter(backupId);
    assert.ok(drill.succeeded, drill.logs);
    const evidence = await world.evidence();
    assert.equal(evidence.passed, true);
    assert.equal(evidence.drill.trigger, "after-backup");
    assert.equal(evidence.backup?.id, backupId);
    // The RTO counts from the request, by the API server's clock: scheduling and images are in it.
    assert.equal(evidence.conditions?.from, "request");
    assert.ok(evidence.measured.rtoSeconds >= (evidence.conditions?.waitedSeconds ?? Number.POSITIVE_INFINITY));
    assert.deepEqual(evidence.backup?.warnings, manifest.warnings);
    assert.ok(evidence.notCompared?.includes("role-passwords"));
  });

  it("is all that a backup can have: its account may ask for it, and has no other right in the drills' namespace", async () => {
    const account = `system:serviceaccount:${world.target.namespace}:${World.backup}`;
    const may = async (verb: string, what: string, name = "") => {
      const question = ["auth", "can-i", verb, name === "" ? what : `${what}/${name}`, "--as", account];
      const { stdout } = await tryRun(["kubectl", "-n", World.drillNamespace, ...question]);
      return stdout.trim() === "yes";
    };
    const requests = `${World.drill}-requests`;
    assert.equal(await may("patch", "configmaps", requests), true);
    for (const [verb, what, name] of [
      ["create", "jobs", ""],
      ["create", "pods", ""],
      ["get", "secrets", ""],
      ["get", "cronjobs", World.drill],
      ["get", "configmaps", requests],
      ["update", "configmaps", requests],
      ["patch", "configmaps", `${World.drill}-evidence`],
      ["patch", "configmaps", ""],
    ] as const)
      assert.equal(await may(verb, what, name), false, `${verb} ${what} ${name}`);
  });

  it("is started by an id and by nothing else that a request may hold", async () => {
    const jobs = async () =>
      (await listObjects<Pod>(World.drillNamespace, "jobs")).map((job) => job.metadata.name).sort();
    const before = await jobs();
    const ask = (requested: string) =>
      kubectl([
        ...["-n", World.drillNamespace, "patch", "configmap", `${World.drill}-requests`, "--type=merge"],
        ...["--patch", JSON.stringify({ data: { requested } })],
      ]);
    await ask(`${backupId}; touch /tmp/x`);
    const log = () => kubectl(["-n", World.drillNamespace, "logs", `deployment/${World.drill}-starter`]);
    const refused = async () => (/what is asked for is no backup's id/.test(await log()) ? true : undefined);
    await eventually("the starter to refuse the request", refused, 60);
    // The id of a backup whose drill was started before.
    await ask(backupId);
    await sleep(3000);
    assert.deepEqual(await jobs(), before);
  });

  it("restores exactly what was there: the evidence counts the source's rows", async () => {
    const count =
      "select sum((xpath('/row/c/text()', query_to_xml(format('select count(*) as c from only %I.%I', schemaname, tablename), false, true, '')))[1]::text::bigint) from pg_tables where schemaname in ('torture', 'Odd Schema', 'public')";
    const rows = Number((await psql(world.cluster, World.database, count)).trim());
    assert.equal((await world.evidence()).contents.rows, rows);
  });

  it("cannot reach the source, which answers to others", async () => {
    const host = `${world.target.cluster}-rw.${world.target.namespace}.svc.cluster.local`;
    assert.equal(await answers(world.target.namespace, host, 5432), true, "the control: from its own namespace");
    assert.equal(await answers(World.drillNamespace, host, 5432), false, "from the drills' namespace");
    const isolation = (await world.evidence()).checks.filter((check) => check.point === "isolation");
    assert.ok(isolation.length > 0 && isolation.every((check) => check.passed));
  });

  it("leaves nothing behind: no running pod, no claim, no folder on the node's disk", async () => {
    await sleep(3000);
    const pods = await listObjects<Pod>(World.drillNamespace, "pods");
    assert.deepEqual(
      pods
        .filter((pod) => !["Succeeded", "Failed"].includes(pod.status.phase) && !isStarter(pod))
        .map((pod) => pod.metadata.name),
      [],
    );
    assert.deepEqual(await listObjects(World.drillNamespace, "persistentvolumeclaims"), []);
    assert.deepEqual(volumesOf(pods), []);
  });

  it("reads with a key that can neither write nor delete, and writes evidence with one that can do nothing else", async () => {
    const manifest = await (await world.store()).manifest(world.target, backupId);
    const key = manifest.artifacts.roles.key;
    for (const [user, allowed] of [
      ["reader", ["read"]],
      ["evidence", ["write evidence"]],
    ] as const) {
      const store = await world.storeAs(user);
      const attempts = {
        read: () => store.read(key),
        write: () => store.write(`${key}.forged`, "x"),
        delete: () => store.remove(key),
        "write evidence": () => store.write("evidence/e2e/probe", "x"),
      };
      const succeeded: string[] = [];
      for (const [name, attempt] of Object.entries(attempts)) {
        await attempt().then(
          () => succeeded.push(name),
          () => {},
        );
      }
      assert.deepEqual(succeeded, allowed, user);
    }
    await (await world.store()).read(key);
  });

  it("keeps secrets out of state, logs, ConfigMaps and evidence", async () => {
    const logs = logsIn(world.target.namespace, World.drillNamespace);
    const maps = await kubectl(["get", "configmaps", "-A", "-o", "json"]);
    const jobs = await kubectl(["get", "jobs,cronjobs,pods", "-A", "-o", "json"]);
    const texts = { logs, maps, jobs, evidence: await world.envelope(), ...world.stateFiles() };
    // Of the backup and of the drill: there is something to look through.
    for (const said of [`backup ${backupId} is stored`, `of backup ${backupId}, primary copy`])
      assert.ok(texts.logs.includes(said), `the logs do not say "${said}"`);
    for (const [where, text] of Object.entries(texts))
      for (const secret of world.secrets())
        assert.ok(!text.includes(secret), `a secret stands in plain text in ${where}`);
  });
});
