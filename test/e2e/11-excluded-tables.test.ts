import assert from "node:assert/strict";
import type { BackupJob } from "../../model/job-config";
import type { Manifest } from "../../model/manifest";
import { fingerprint } from "../../model/restore-path";
import type { FinishedJob, JobSpec } from "../../scripts/loop/jobs";
import { getObject, kubectl, listObjects, type Pod } from "../../scripts/loop/kubectl";
import { psql } from "../../scripts/loop/sample";
import { dumpOf } from "./support/dump";
import { type Team, World } from "./support/world";

/** A team of its own, which has no use for the rows of its sessions after a disaster, nor for its log. */
const PARTIAL: Team = {
  stack: "e2e-partial",
  database: "partial",
  applicationRole: "partial_app",
  check: "select count(*) > 0 from orders",
  drillNamespace: "e2e-partial-drill",
  backup: "partial-backup",
  drill: "partial-drill",
  store: "partial-store",
};
const BY_HAND = "partial_by_hand";

const SCHEMA = `
  do $$ begin if not exists (select from pg_roles where rolname = 'partial_app') then create role partial_app login; end if; end $$;
  create table customers (id serial primary key, name text not null);
  create table orders (id serial primary key, customer int not null references customers, at timestamptz default now());
  create table sessions (id serial primary key, customer int references customers, token text);
  create materialized view active as select count(*) as sessions from sessions;
  insert into customers (name) select 'customer ' || n from generate_series(1, 100) n;
  insert into orders (customer) select n % 100 + 1 from generate_series(1, 400) n;
  insert into sessions (customer, token) select n % 100 + 1, md5(n::text) from generate_series(1, 300) n;
  create schema "odd.audit";
  create table "odd.audit"."Log" (id bigint generated always as identity, at date not null, what text) partition by range (at);
  create table "odd.audit".log_2025 partition of "odd.audit"."Log" for values from ('2025-01-01') to ('2026-01-01');
  create table "odd.audit".log_2026 partition of "odd.audit"."Log" for values from ('2026-01-01') to ('2027-01-01');
  create index on "odd.audit"."Log" (what);
  insert into "odd.audit"."Log" (at, what) select date '2025-06-01' + n, 'entry ' || n from generate_series(1, 500) n;
  create view "odd.audit".newest as select * from "odd.audit"."Log" order by at desc limit 10;
  create publication partial_log for table customers, "odd.audit"."Log";
  comment on table "odd.audit"."Log" is 'left out';
  grant select, insert, update, delete on customers, orders, sessions to partial_app;
  grant usage on schema "odd.audit" to partial_app;
  grant select on "odd.audit"."Log" to partial_app;`;

const LEFT_OUT = { excludeTables: ['"odd.audit".*'], excludeTableData: ["public.sessions"] };

/** Backups that leave tables, or their rows, out; and databases that no backup covers. */
describe("a backup without some tables", () => {
  let world: World;
  let good: Manifest;

  before(async () => {
    world = await World.open(PARTIAL);
    const there = `select count(*) from pg_database where datname = '${PARTIAL.database}'`;
    if ((await psql(world.cluster, "postgres", there)).trim() === "0") {
      await psql(world.cluster, "postgres", `create database ${PARTIAL.database} template template0 locale 'C'`);
      await psql(world.cluster, PARTIAL.database, SCHEMA, ["--single-transaction"]);
    }
    await world.deploy(LEFT_OUT);
  });

  after(() => psql(world.cluster, "postgres", `drop database if exists ${BY_HAND}`));

  it("passes its drill, and manifest, evidence and report say what is missing", async () => {
    const backup = await world.backUp("good");
    assert.ok(backup.succeeded, backup.logs);
    good = await (await world.store()).newest(world.target);
    const names = ['"odd.audit"."Log"', '"odd.audit".newest'];
    assert.deepEqual(good.excluded, { tables: names, tableData: ["public.sessions"] });
    const { tables, rows } = good.contents;
    assert.deepEqual({ tables, rows }, { tables: 3, rows: 500 });
    const drill = await world.drillAfter(good.id);
    assert.ok(drill.succeeded, drill.logs);
    assert.match(drill.logs, /without the tables "odd\.audit"\."Log", .*; without the rows of public\.sessions/);
    assert.match(drill.logs, /PASSED: this backup can be restored, without what it leaves out\./);
    const evidence = await world.evidence();
    assert.equal(evidence.passed, true);
    assert.deepEqual(evidence.contents, { tables: 3, rows: 500 });
    assert.deepEqual(evidence.excluded?.tables, { count: 2, names });
    assert.deepEqual(evidence.excluded?.tableData, { count: 1, names: ["public.sessions"] });
  });

  it("holds none of what it leaves out, and all of the rest", async () => {
    const key = good.artifacts.facts.key;
    const facts = (await (await world.store()).read(key)).toString();
    assert.ok(!facts.includes('odd.audit\\".\\"Log') && !facts.includes("log_2025"), "no fact of the log");
    const options = ["--exclude-table-and-children", '"odd.audit"."Log"', "--exclude-table", '"odd.audit".newest'];
    const byHand = await dumpOf(world, { options: [...options, "--exclude-table-data", "public.sessions"] });
    const size = good.artifacts.database.bytes;
    assert.ok(Math.abs(byHand.length - size) < 500, `${byHand.length} and ${size} bytes`);
  });

  it("fails its drill when a table that it keeps lost its rows in between", async () => {
    const options = [
      ...["--exclude-table-and-children", '"odd.audit"."Log"', "--exclude-table", '"odd.audit".newest'],
      ...["--exclude-table-data", "public.sessions", "--exclude-table-data", "public.orders"],
    ];
    const forged = await (await world.store()).forge(good, { database: () => dumpOf(world, { options }) });
    try {
      const drill = await world.drill(forged.id, "emptied");
      assert.equal(drill.succeeded, false);
      const failed = (await world.evidence()).checks.filter((check) => !check.passed);
      const rows = failed.find((check) => check.id === "rows.rows");
      assert.match(rows?.actual ?? "", /changed: public\.orders \(expected 400, found 0\)/);
      assert.ok(failed.some((check) => check.id === "health.there are rows" || check.point === "health"));
    } finally {
      const store = await world.store();
      for (const { key } of Object.values(forged.artifacts)) await store.remove(key);
      await store.remove(`${forged.artifacts.database.key.replace(/[^/]+$/, "")}manifest.json`);
      // The gate would stop the deployments that follow.
      assert.ok((await world.drill(good.id, "again")).succeeded);
    }
  });

  describe("is refused, before anything is dumped,", () => {
    const refused: [string, Partial<typeof LEFT_OUT>, RegExp][] = [
      [
        "when a pattern matches nothing",
        { excludeTables: ["public.sesions"] },
        /public\.sesions in excludeTables matches no/,
      ],
      [
        "when a foreign key leads to what is left out",
        { excludeTables: ["public.customers"] },
        /the foreign key orders_customer_fkey of public\.orders refers to public\.customers, which excludeTables/,
      ],
      [
        "when a foreign key leads to rows that are left out",
        { excludeTableData: ["public.customers"] },
        /the foreign key orders_customer_fkey of public\.orders refers to rows of public\.customers/,
      ],
      [
        "when a view needs what is left out",
        { excludeTables: ["public.sessions"] },
        /the materialized view public\.active needs the table public\.sessions, .*: name it in excludeTables, too/,
      ],
    ];
    for (const [when, patterns, message] of refused) {
      it(when, async () => {
        const before = await (await world.store()).backupIds(world.target);
        const backup = await backUpWith("refused", (config) => {
          config.restorePath.backup = { ...withoutPatterns(config), ...patterns };
          config.fingerprint = fingerprint(config.restorePath);
        });
        assert.equal(backup.succeeded, false);
        assert.match(backup.logs, message);
        assert.match(backup.logs, /nothing was backed up/);
        assert.equal(await exitCodeOf(backup), 2);
        assert.deepEqual(await (await world.store()).backupIds(world.target), before);
      });
    }
  });

  describe("with a database beside it that somebody made by hand", () => {
    const coverage = { include: ["partial*"], exclude: [], declared: [] as string[] };

    it("is stored and drilled all the same, and ends with 4, naming that database", async () => {
      await psql(world.cluster, "postgres", `create database ${BY_HAND}`);
      const backup = await backUpWith("stray", (config) => {
        config.coverage = coverage;
      });
      assert.equal(backup.succeeded, false);
      assert.match(backup.logs, new RegExp(`is good, but 1 database of \\S+ has no backup: "${BY_HAND}"; declare`));
      assert.equal(await exitCodeOf(backup), 4);
      const stored = await (await world.store()).newest(world.target);
      assert.match(backup.logs, new RegExp(`backup ${stored.id} is stored`));
      const drill = await world.drillAfter(stored.id);
      assert.ok(drill.succeeded, drill.logs);
    });

    it("succeeds once that database is declared elsewhere", async () => {
      const backup = await backUpWith("declared", (config) => {
        config.coverage = { ...coverage, declared: [BY_HAND] };
      });
      assert.ok(backup.succeeded, backup.logs);
      assert.match(backup.logs, /✔ coverage/);
    });
  });

  const withoutPatterns = ({ restorePath }: BackupJob): BackupJob["restorePath"]["backup"] => {
    const { excludeTables: _, excludeTableData: __, ...rest } = restorePath.backup;
    return rest;
  };

  /** Takes a backup with other settings than those deployed. */
  async function backUpWith(name: string, change: (config: BackupJob) => void): Promise<FinishedJob> {
    const { namespace } = world.target;
    let map = "";
    const volumeOf = (spec: JobSpec) => {
      const { volumes } = spec.template.spec as unknown as {
        volumes: { name: string; configMap?: { name: string } }[];
      };
      return volumes.find((volume) => volume.name === "config")?.configMap ?? assert.fail("the Job has no config");
    };
    const cronJob = await getObject<{ spec: { jobTemplate: { spec: JobSpec } } }>(namespace, "cronjob", PARTIAL.backup);
    const deployed = volumeOf(cronJob?.spec.jobTemplate.spec ?? assert.fail("there is no CronJob")).name;
    const found = await getObject<{ data: Record<string, string> }>(namespace, "configmap", deployed);
    const config = JSON.parse(found?.data["config.json"] ?? "{}") as BackupJob;
    change(config);
    map = `${PARTIAL.backup}-${name}`;
    const object = {
      ...{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: map, namespace } },
      data: { "config.json": JSON.stringify(config) },
    };
    await kubectl(["apply", "-f", "-"], { input: JSON.stringify(object) });
    try {
      return await world.backUp(name, (spec) => {
        volumeOf(spec).name = map;
      });
    } finally {
      await kubectl(["-n", namespace, "delete", "configmap", map, "--ignore-not-found"]);
    }
  }

  async function exitCodeOf({ name }: FinishedJob): Promise<number | undefined> {
    type Ended = Pod & { status: { containerStatuses?: { state: { terminated?: { exitCode: number } } }[] } };
    const [pod] = await listObjects<Ended>(world.target.namespace, "pods", `job-name=${name}`);
    return pod?.status.containerStatuses?.[0]?.state.terminated?.exitCode;
  }
});
