import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { DrillPredicate } from "../../model/evidence";
import { type Facts, factsSchema } from "../../model/facts";
import type { Manifest } from "../../model/manifest";
import { dumpOf } from "./support/dump";
import {
  makeUnusualDatabases,
  SUPERUSER,
  SUPERUSERS,
  UNUSUAL_DATABASES,
  type UnusualDatabase,
  unsubscribe,
} from "./support/unusual-databases";
import { FAULTS, type Fault } from "./support/unusual-faults";
import { useSecret } from "./support/use-secret";
import { type Team, World } from "./support/world";

/** A backup with its facts, and what its drill says. */
interface Round {
  manifest: Manifest;
  facts: Facts["sections"];
  evidence: DrillPredicate;
  /** All that was stored but the dump, and all that was logged. */
  texts: string;
}

const teamOf = ({ kind, database, applicationRole, check }: UnusualDatabase): Team => ({
  ...{
    stack: "e2e-databases",
    program: "program/databases",
    cluster: "e2e-databases",
    store: "databases-store",
    database,
    applicationRole,
    check,
  },
  drillNamespace: "e2e-databases-drill",
  // Asking takes from the two cores what the Jobs need.
  pollMs: 1500,
  backup: `${kind.replaceAll("_", "-")}-backup`,
  drill: `${kind.replaceAll("_", "-")}-drill`,
});

const backUpAndDrill = async (world: World): Promise<Round> => {
  const backup = await world.backUp("good");
  assert.ok(backup.succeeded, backup.logs);
  const store = await world.store();
  const manifest = await store.newest(world.target);
  const drill = await world.drillAfter(manifest.id);
  assert.ok(drill.succeeded, drill.logs);
  const [facts, roles] = await Promise.all(
    [manifest.artifacts.facts, manifest.artifacts.roles].map(async ({ key }) => (await store.read(key)).toString()),
  );
  const evidence = await world.evidence();
  const { sections } = factsSchema.parse(JSON.parse(facts ?? ""));
  const texts = [facts, roles, JSON.stringify([manifest, evidence]), backup.logs, drill.logs].join("\n");
  return { manifest, evidence, facts: sections, texts };
};

/** Drills the backup with a dump in its place from which something is lost. */
const drillFault = async (world: World, manifest: Manifest, fault: Fault) => {
  const database = await dumpOf(world, fault);
  const forged = await (await world.store()).forge(manifest, { database: () => database });
  const { succeeded } = await world.drill(forged.id, "fault");
  const evidence = await world.evidence();
  assert.equal(evidence.backup?.id, forged.id);
  return { succeeded, evidence };
};

/** How many have their pods at one time: the lab has two cores. */
const AT_ONCE = 3;

/** Has `work` done for every kind, a few at a time, and gives what will come of each: its test tells of it. */
function started<T>(kinds: string[], work: (kind: string) => Promise<T>): Map<string, Promise<T>> {
  const queue = kinds.map((kind) => ({ kind, ...Promise.withResolvers<T>() }));
  const results = new Map(queue.map(({ kind, promise }) => [kind, promise]));
  for (const promise of results.values()) promise.catch(() => undefined);
  const workOff = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await work(next.kind).then(next.resolve, next.reject);
  };
  for (let i = 0; i < AT_ONCE; i++) void workOff();
  return results;
}

/** Every unusual kind of database, from the backup to the restored copy; and each is missed when it is not there. */
describe("an unusual database", () => {
  const worlds = new Map<string, World>();
  let rounds: Map<string, Promise<Round>>;
  const world = (kind: string) => worlds.get(kind) ?? assert.fail(`no world for ${kind}`);
  const round = (kind: string) => rounds.get(kind) ?? assert.fail(`no round for ${kind}`);

  before(async () => {
    for (const database of UNUSUAL_DATABASES) worlds.set(database.kind, await World.open(teamOf(database)));
    const [any] = worlds.values() as Iterable<World> as [World];
    const password = randomBytes(24).toString("base64url");
    await any.secret(SUPERUSER.secret, { username: SUPERUSER.role, password });
    const databases = UNUSUAL_DATABASES.map((database) => ({
      ...teamOf(database),
      ...(SUPERUSERS.includes(database.kind) ? { backupSecret: SUPERUSER.secret } : {}),
    }));
    // Not under the gate, which asks for drills at deployment: nobody can take 14 backups at once on two cores.
    await any.deploy({ databases }, false);
    await makeUnusualDatabases(any.cluster, password);
    // In the order of the tests, each of which waits for its own.
    const kinds = UNUSUAL_DATABASES.map(({ kind }) => kind);
    rounds = started(kinds, (kind) => backUpAndDrill(world(kind)));
  });

  after(() => unsubscribe(world("subscriptions").cluster));

  /** What is good of every kind, and what must be known of this one. */
  function holds(kind: string, what: string, inspect: (round: Round) => void): void {
    it(`with ${what} is backed up and passes its drill`, async () => {
      const found = await round(kind);
      const { evidence, manifest, facts } = found;
      assert.deepEqual(evidence.failures, []);
      assert.equal(evidence.passed, true);
      assert.equal(evidence.backup?.id, manifest.id);
      const { tables, rows } = manifest.contents;
      assert.deepEqual(evidence.contents, { tables, rows });
      assert.equal(evidence.compared?.rows, rows, "every row is compared");
      assert.equal(Object.keys(facts.rows).length, manifest.contents.tables);
      const unusual = evidence.checks.find(({ id }) => id === "health.what is unusual");
      assert.equal(unusual?.passed, true, "the application's role finds on the copy what is unusual");
      inspect(found);
    });
  }

  holds("large_objects", "large objects, with owners, grants and comments", ({ facts }) => {
    assert.match(facts.owners["large objects of db_lo_other"] ?? "", /^66, oids md5 /);
    assert.match(facts.owners["large objects of postgres"] ?? "", /^136, oids md5 /);
    assert.equal(facts.grants["large objects to db_lo_app"], "SELECT on 202, UPDATE (grantable) on 1");
    assert.match(facts.contents["large objects"] ?? "", /^[0-9a-f]{32}$/);
    assert.equal(Object.keys(facts.comments).filter((name) => name.startsWith("large object ")).length, 5);
  });

  holds(
    "partitions",
    "partitions of partitions, unlogged and foreign tables, generated and identity columns",
    ({ facts, texts }) => {
      const leaves = ["m_2025_ab_0", "m_2025_ab_1", "m_2025_other", "m_old", "m_rest"].map((leaf) => `p.${leaf}`);
      assert.equal(
        leaves.reduce((sum, leaf) => sum + Number(facts.rows[leaf]), 0),
        2000,
      );
      assert.ok(leaves.every((leaf) => facts.contents[leaf]));
      assert.match(facts.indexes["p.m_old_account_named_otherwise"] ?? "", /^part of p\.measurements_account /);
      assert.equal(facts.tables["p.scratch"], "table, unlogged");
      assert.equal(facts.rows["p.scratch"], "25");
      assert.match(facts.tables["p.far"] ?? "", /^foreign table, .*server remote schema_name=s, table_name=t/);
      assert.match(facts.tables["p.mixed_far"] ?? "", /^foreign table, inherits p\.mixed/);
      assert.equal(facts.rows["p.far"], undefined, "nobody asks the remote for rows");
      assert.match(facts.columns["p.accounts.gross"] ?? "", /generated stored net \* 1\.081/);
      assert.match(facts.columns["p.accounts.id"] ?? "", /identity always/);
      assert.match(facts.columns["p.measurements.id"] ?? "", /identity by default/);
      assert.ok(facts.types["user mapping for db_part_app on server remote"]);
      assert.doesNotMatch(texts, /far-away-sesame/);
    },
  );

  holds("policies", "row-level security, event triggers that refuse all DDL, rules and triggers", ({ facts }) => {
    assert.deepEqual(facts.rowSecurity, { "r.tenants": "enabled, forced", "r.forced_only": "disabled, forced" });
    assert.deepEqual(Object.keys(facts.policies).sort(), ["never_delete on r.tenants", "own on r.tenants"]);
    assert.equal(Object.keys(facts.eventTriggers).length, 4);
    assert.match(facts.triggers["r.open on_replica"] ?? "", /^on replicas /);
    assert.ok(facts.views["rule no_truncation on r.audit"]);
    assert.match(facts.indexes["statistics r.s_of_open"] ?? "", /^target 300 /);
    assert.equal(facts.rows["r.tenants"], "90", "all rows, whatever the policies show to whom");
  });

  holds("subscriptions", "publications and subscriptions", ({ facts, texts }) => {
    assert.deepEqual(Object.keys(facts.publications).sort(), [
      ...["db_sub_all", "db_sub_nothing", "db_sub_schema", "db_sub_some"],
      "subscription db_sub_far",
    ]);
    assert.match(facts.publications.db_sub_some ?? "", /via root s \. a \["id" , "v"\] \(id > 10\)/);
    assert.equal(
      facts.publications["subscription db_sub_far"],
      "to one and two, slot db_sub_far, binary, commit off, owner postgres",
    );
    assert.doesNotMatch(texts, /subscribed-sesame/);
  });

  const REFUSALS = {
    subscriptions: /would leave out 1 subscription \(db_sub_far\): only a superuser may dump them/,
    partitions: /would leave out 1 thing without a word: user mapping for db_part_app on server remote/,
  };

  for (const [kind, why] of Object.entries(REFUSALS)) {
    it(`with ${kind} that only a superuser can dump is refused to another role, and the log says why`, async () => {
      await round(kind);
      const refused = world(kind);
      const store = await refused.store();
      const before = await store.backupIds(refused.target);
      const backup = await refused.backUp("refused", (spec) => useSecret(spec, "source", refused.backupSecret));
      assert.equal(backup.succeeded, false);
      assert.match(backup.logs, why);
      assert.deepEqual(await store.backupIds(refused.target), before);
    });
  }

  it("is not read from a server that cannot prove who it is, and the log says why", async () => {
    await round("empty");
    const empty = world("empty");
    const store = await empty.store();
    const before = await store.backupIds(empty.target);
    const otherCluster = `${empty.outputs.clusterName}-ca`;
    const backup = await empty.backUp("unproven", (spec) => useSecret(spec, "server-ca", otherCluster));
    assert.equal(backup.succeeded, false);
    assert.match(
      backup.logs,
      /certificate.*; the authority of the backup's serverCa did not sign the server's certificate/,
    );
    assert.deepEqual(await store.backupIds(empty.target), before);
  });

  holds("tablespaces", "a tablespace of its own, and objects in another", ({ manifest }) => {
    assert.deepEqual(manifest.server.tablespaces, ["db Space 2", "db_space"]);
  });

  holds("collations", "ICU's locale, nondeterministic and tailored collations", ({ facts }) => {
    assert.equal(facts.types["collation c.blind"], "i, und-u-ks-level2, nondeterministic");
    assert.equal(facts.types["collation c.rules"], "i, und, rules & V << w <<< W");
    assert.match(facts.columns["c.words.blind"] ?? "", /collate c\.blind/);
    assert.match(facts.columns["c.words.word"] ?? "", /c\.word/);
    assert.ok(facts.contents["c.by_name_low"]);
  });

  holds("extensions", "extensions in schemas of their own", ({ facts }) => {
    assert.equal(Object.keys(facts.extensions).length, 15);
    assert.match(facts.extensions.pg_trgm ?? "", / in ext$/);
    assert.equal(facts.grants["function public.gen_salt(text) to db_ext_app"], "EXECUTE");
    assert.equal(facts.grants["function public.gen_salt(text) to PUBLIC"], undefined);
    assert.ok(facts.comments["extension hstore"]);
  });

  holds("odd_names", "mixed case and every character that needs quotes in its names", ({ manifest, facts }) => {
    assert.ok(manifest.artifacts.database.key.includes("/db%20Names%20%26%20%22%C3%9Cnusual%22%20100%25%2Fx.y%3Dz/"));
    assert.equal(facts.rows['"a.b".c'], "3");
    assert.equal(facts.rows['a."b.c"'], "5");
    assert.equal(facts.rows["a.__proto__"], "2");
    assert.ok(facts.roles['db Names & "Ünusual" 100%/x.y=z']);
    assert.match(facts.columns['"Schema With ""Quotes"""."table"."日本語"'] ?? "", /text/);
  });

  holds("latin1", "the encoding LATIN1", ({ manifest, facts }) => {
    assert.equal(manifest.server.encoding, "LATIN1");
    assert.equal(facts.rows['"Käse"."Größe"'], "250");
    assert.equal(facts.rows['"Käse".keyed'], "96");
    assert.ok(facts.functions['"Käse"."grüß"()']);
  });

  holds("sql_ascii", "the encoding SQL_ASCII and bytes that are no text", ({ manifest, facts }) => {
    assert.equal(manifest.server.encoding, "SQL_ASCII");
    assert.deepEqual(facts.rows, { "b.bytes": "250", "b.keyed": "4", 'b."ütf8"': "1" });
    assert.ok(facts.contents["b.keyed"]);
  });

  holds("types", "extreme values, wide rows, and a million rows in one table", ({ facts }) => {
    assert.equal(facts.rows["y.huge"], "1000000");
    assert.equal(facts.rows["y.no_column"], "4");
    assert.equal(facts.rows["y.no_key"], "10");
    assert.ok(facts.contents["y.extremes"]);
    assert.equal(Object.keys(facts.columns).filter((name) => name.startsWith("y.many_columns.")).length, 1501);
  });

  holds("many_tables", "5,000 tables", ({ manifest }) => {
    assert.deepEqual([manifest.contents.tables, manifest.contents.rows], [5000, 2]);
  });

  holds("no_public", "nothing in it, not even the schema public, called `.`", ({ manifest, facts }) => {
    assert.deepEqual(facts.schemas, {});
    assert.deepEqual([manifest.contents.tables, manifest.contents.rows], [0, 0]);
    assert.match(manifest.artifacts.database.key, /^backups\/[^/]+\/[^/]+\/%2E\//);
  });

  holds("empty", "no table in it, called `..`", ({ manifest, facts }) => {
    assert.deepEqual(facts.schemas, { public: "schema" });
    assert.deepEqual([manifest.contents.tables, manifest.contents.rows], [0, 0]);
    assert.match(manifest.artifacts.database.key, /^backups\/[^/]+\/[^/]+\/%2E\.\//);
  });

  describe("fails its drill when", () => {
    let drills: ReturnType<typeof started<Awaited<ReturnType<typeof drillFault>>>>;

    before(async () => {
      await Promise.allSettled(rounds.values());
      drills = started(Object.keys(FAULTS), async (kind) =>
        drillFault(world(kind), (await round(kind)).manifest, FAULTS[kind] as Fault),
      );
    });

    for (const [kind, fault] of Object.entries(FAULTS)) {
      it(fault.what, async () => {
        const { succeeded, evidence } = (await drills.get(kind)) ?? assert.fail(`no drill of ${kind}`);
        assert.equal(succeeded, false);
        assert.equal(evidence.passed, false);
        for (const [id, found] of Object.entries(fault.found)) {
          const check = evidence.checks.find((candidate) => candidate.id === id);
          assert.equal(check?.passed, false, `${id} should have failed:\n${evidence.failures.join("\n")}`);
          assert.match(check.actual, found);
        }
      });
    }
  });
});
