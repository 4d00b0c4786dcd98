import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fetchArtifacts } from "../../../agent/drill/artifacts";
import { Checks, messageWithoutValues, withoutValues } from "../../../agent/drill/checks";
import { checkSection, sequencesBehind } from "../../../agent/drill/compare";
import { type Copy, copiesOf } from "../../../agent/drill/copies";
import { predicateOf } from "../../../agent/drill/evidence";
import { isolated, judge } from "../../../agent/drill/isolation";
import { measuredRpo, missedObjectives } from "../../../agent/drill/objectives";
import { evidencePatch, isNewer } from "../../../agent/drill/publish";
import {
  attempts,
  firstError,
  hint,
  isDeadlock,
  withoutBootstrapRole,
  withoutEventTriggers,
} from "../../../agent/drill/restore";
import { fromTheFuture, mismatch, readRunVariables, selectBackup } from "../../../agent/drill/select";
import { initdbArguments, postgresArguments } from "../../../agent/drill/server";
import { summaryOf } from "../../../agent/drill/summary";
import { CHECKLIST_POINTS } from "../../../model/checklist";
import { openEnvelope, signStatement } from "../../../model/dsse";
import { drillStatement, statementSchema } from "../../../model/evidence";
import { ReportedError } from "../../../runtime/errors";
import { NotFoundError } from "../../../store/errors";
import { drillJob, manifest, memoryStore } from "./jobs";

const silent = () => undefined;
const [primary] = copiesOf(drillJob) as [Copy];

describe("a drill", () => {
  describe("selects a backup", () => {
    const folder = "backups/app/orders/shop/";
    const text = (id: string) => JSON.stringify({ ...manifest, id });
    const older = { [`${folder}20261120T000000Z-0001/manifest.json`]: text("20261120T000000Z-0001") };
    const newer = { [`${folder}20261121T000000Z-0001/manifest.json`]: text("20261121T000000Z-0001") };

    it("and not one from the future, of which no time that is measured would be true", () => {
      const now = new Date("2026-11-21T02:10:00Z");
      assert.equal(fromTheFuture(manifest, now), undefined);
      assert.equal(fromTheFuture(manifest, new Date("2026-11-21T01:55:00Z")), undefined);
      const later = "2027-11-21T02:05:00.000Z";
      for (const change of [
        { completedAt: later },
        { snapshot: { at: later, lsn: "0/1" } },
        { id: "20271121T020000Z-0001" },
      ])
        assert.match(
          fromTheFuture({ ...manifest, ...change }, now) ?? "",
          /^the backup 202\d{5}T020000Z-0001 is from the future: it says 2027-11-21.*take a new backup, and remove this one by hand$/,
        );
    });

    it("the newest one with a manifest", async () => {
      const found = await selectBackup(memoryStore({ ...older, ...newer }), drillJob, undefined, silent);
      assert.equal(found.id, "20261121T000000Z-0001");
    });

    it("and mentions an unfinished one that is newer", async () => {
      const notes: string[] = [];
      const unfinished = { [`${folder}20261122T000000Z-0001/database.dump`]: "" };
      await selectBackup(memoryStore({ ...older, ...unfinished }), drillJob, undefined, (line) => notes.push(line));
      assert.deepEqual(notes, [
        "note: 20261122T000000Z-0001 has no manifest: that backup is under way or did not end well, and does not count",
      ]);
    });

    it("the one that was asked for", async () => {
      const store = memoryStore({ ...older, ...newer });
      assert.equal((await selectBackup(store, drillJob, "20261120T000000Z-0001", silent)).id, "20261120T000000Z-0001");
    });

    it("and fails when the one asked for has no manifest, naming it", async () => {
      await assert.rejects(
        selectBackup(memoryStore(older), drillJob, "20261121T000000Z-0009", silent),
        /20261121T000000Z-0009 has no manifest \(backups\/app\/orders\/shop\/20261121T000000Z-0009\/manifest\.json\)/,
      );
    });

    it("and fails when there is none at all", async () => {
      await assert.rejects(
        selectBackup(memoryStore({}), drillJob, undefined, silent),
        /no backup to drill: there is nothing/,
      );
    });

    it("and fails when the newest manifest is damaged, instead of taking an older one", async () => {
      const store = memoryStore({ ...older, [`${folder}20261121T000000Z-0001/manifest.json`]: "{" });
      await assert.rejects(selectBackup(store, drillJob, undefined, silent), /is not JSON: it was damaged or cut off/);
    });

    it("and does not take another database's for its own", async () => {
      const store = memoryStore({ "backups/app/orders/shop_audit/20261120T000000Z-0001/manifest.json": "{}" });
      await assert.rejects(selectBackup(store, drillJob, undefined, silent), /no backup to drill/);
    });

    it("by variables that must make sense", () => {
      assert.deepEqual(readRunVariables({}), { backupId: undefined, trigger: "schedule" });
      assert.throws(() => readRunVariables({ RESTORABLE_TRIGGER: "whim" }), /must be one of after-backup/);
      assert.throws(() => readRunVariables({ RESTORABLE_BACKUP_ID: "../x" }), /looks like 20261121T021500Z-9f3a/);
    });
  });

  describe("takes a backup for its own", () => {
    it("when target and restore path are those declared", () => {
      assert.equal(mismatch(manifest, drillJob), undefined);
    });

    it("not when it was copied from another database", () => {
      const other = { ...manifest, target: { ...manifest.target, cluster: "audit" } };
      assert.match(mismatch(other, drillJob) ?? "", /of app\/audit\/shop, not of app\/orders\/shop/);
    });

    it("not when another restore path took it, and says what differs", () => {
      const restorePath = { ...manifest.restorePath, images: { ...manifest.restorePath.images, server: "old" } };
      const problem = mismatch({ ...manifest, restorePath, fingerprint: "0".repeat(64) }, drillJob);
      assert.match(problem ?? "", /images\.server \(was "old", is "registry\/postgres@sha256:1"\) differ/);
    });
  });

  describe("checks isolation", () => {
    const quick = { attempts: 2, pauseMs: 10 };

    it("and fails when the source can be reached, also when tried again", async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await new Promise((resolve) => server.once("listening", resolve));
      const { port } = server.address() as { port: number };
      assert.deepEqual(await isolated("127.0.0.1", port, quick), { passed: false, actual: "connected" });
      await new Promise((resolve) => server.close(resolve));
    });

    it("and passes when a network policy takes hold a moment later", async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await new Promise((resolve) => server.once("listening", resolve));
      const { port } = server.address() as { port: number };
      server.once("connection", () => server.close());
      assert.equal((await isolated("127.0.0.1", port, quick)).passed, true);
    });

    it("and passes when there is no way or no address", () => {
      const failed = (code: string) => judge(Object.assign(new Error(code), { code }));
      assert.equal(failed("EHOSTUNREACH").passed, true);
      assert.match(failed("ENOTFOUND").actual, /no address/);
    });

    it("and fails for what it does not know", () => {
      assert.equal(judge(Object.assign(new Error("odd"), { code: "EODD" })).passed, false);
    });
  });

  describe("fetches the stored objects", () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), "drill-"));
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));

    const key = "backups/app/orders/shop/20261121T020000Z-0001/manifest.json";
    const fetching = async (
      found: { bytes: number; sha256: string } | Error,
      refusal = /is not what its manifest says/,
      there: Record<string, string> = { [key]: "{}" },
    ) => {
      const checks = new Checks();
      const store = {
        ...memoryStore(there),
        async download(key: string, file: string) {
          await writeFile(file, "{}");
          if (!key.endsWith("database.dump")) return { bytes: 3, sha256: "b".repeat(64) };
          if (found instanceof Error) throw found;
          return found;
        },
      };
      await assert.rejects(fetchArtifacts(store, "", manifest, checks, folder), refusal);
      const [failed] = checks.failed;
      return `${failed?.expected} | ${failed?.actual}`;
    };

    it("and sees that one was cut off", async () => {
      assert.match(
        await fetching({ bytes: 1, sha256: "c".repeat(64) }),
        /database\.dump with 3 bytes.*\| 1 bytes.*2 bytes are missing/,
      );
    });

    it("and sees that one was changed at the same length", async () => {
      assert.match(await fetching({ bytes: 3, sha256: "c".repeat(64) }), /content was changed or corrupted/);
    });

    it("and sees that one is missing", async () => {
      assert.match(await fetching(new NotFoundError("there is no such object")), /there is no such object/);
    });

    it("and blames nobody when the backup was pruned meanwhile: its manifest is gone, too", async () => {
      const refusal = /the backup 20261121T020000Z-0001 was removed while it was fetched, by pruning or by hand/;
      assert.match(await fetching(new NotFoundError("there is no such object"), refusal, {}), /no such object/);
    });

    it("and says nothing against the backup when a storage is away or the drill's disk is full", async () => {
      for (const why of ["the connection was refused", "it cannot be written to /work: the disk is full"]) {
        const refusal = new RegExp(`^ReportedError: cannot fetch it: ${why}$`);
        assert.match(await fetching(new ReportedError(`cannot fetch it: ${why}`), refusal), new RegExp(why));
      }
    });
  });

  describe("restores", () => {
    it("all of roles.sql but the line that creates the bootstrap superuser", () => {
      const script =
        "CREATE ROLE app;\nCREATE ROLE postgres;\nALTER ROLE postgres WITH SUPERUSER;\nCREATE ROLE postgres2;";
      assert.equal(
        withoutBootstrapRole(script, "postgres"),
        "CREATE ROLE app;\nALTER ROLE postgres WITH SUPERUSER;\nCREATE ROLE postgres2;",
      );
      assert.equal(withoutBootstrapRole('CREATE ROLE "Über";\nx', "Über"), "x");
    });

    it("and reports the first error alone, without the data that follows it", () => {
      const stderr =
        'pg_restore: connecting\npg_restore: error: COPY failed for table "t": ERROR:  duplicate key value violates unique constraint "t_pkey"\nDETAIL:  Key (email)=(ada@example.org) already exists.\nCONTEXT:  COPY t, line 2';
      assert.equal(
        firstError(stderr),
        'pg_restore: error: COPY failed for table "t": ERROR:  duplicate key value violates unique constraint "t_pkey"',
      );
    });

    it("and leaves a value out of an error's message", () => {
      assert.equal(
        withoutValues('ERROR:  invalid input syntax for type integer: "4111 1111"'),
        "ERROR:  invalid input syntax for type integer: (value left out)",
      );
      assert.equal(withoutValues('ERROR:  role "app" does not exist'), 'ERROR:  role "app" does not exist');
    });

    it("and tells of refused values and of the application's own exceptions no more than the SQLSTATE", () => {
      const thrown = (code: string, message: string) => Object.assign(new Error(message), { code });
      const told = (code: string) =>
        messageWithoutValues(thrown(code, 'value "4111 1111" is out of range for type int'));
      assert.match(told("22003"), /^a value was refused \(SQLSTATE 22003/);
      assert.match(told("P0001"), /^the application's own code raised an exception \(SQLSTATE P0001/);
      for (const code of ["22003", "P0001"]) assert.doesNotMatch(told(code), /4111/);
      assert.equal(
        messageWithoutValues(thrown("42501", "permission denied for table t")),
        "permission denied for table t",
      );
      assert.equal(messageWithoutValues("no error object"), "no error object");
    });

    it("with one process alone after several have locked each other out, and not after another error", () => {
      assert.deepEqual(attempts(4), [4, 1]);
      assert.deepEqual(attempts(1), [1]);
      assert.ok(isDeadlock("pg_restore: error: could not execute query: ERROR:  deadlock detected\nDETAIL: …"));
      assert.ok(!isDeadlock('ERROR:  relation "deadlock detected" does not exist'));
    });

    it("while no event trigger fires, which could forbid it or write into the copy", () => {
      assert.equal(withoutEventTriggers(17), "-c event_triggers=off");
      assert.equal(withoutEventTriggers(16), "-c session_replication_role=replica");
      assert.ok(postgresArguments(17, {}, 2).includes("event_triggers=off"));
      assert.ok(!postgresArguments(16, {}, 2).includes("event_triggers=off"), "16 does not know the setting");
    });

    it("into a server that connects to no publisher, whatever a subscription says", () => {
      assert.ok(postgresArguments(17, {}, 2).includes("max_logical_replication_workers=0"));
    });

    it("into a server of the source's encoding, in which roles of other encodings keep their bytes", () => {
      for (const encoding of ["SQL_ASCII", "LATIN1"])
        assert.ok(initdbArguments({ ...manifest.server, encoding }).includes(`--encoding=${encoding}`));
    });

    it("and says what to do about a missing extension, library, role or tablespace", () => {
      assert.match(
        hint('ERROR:  extension "postgis" is not available', manifest),
        /postgis is not in .*registry\/postgres/,
      );
      assert.match(hint('ERROR: x must be loaded via "shared_preload_libraries"', manifest), /serverParameters/);
      assert.match(hint('ERROR:  role "gone" does not exist', manifest), /role gone is not in roles\.sql/);
      assert.match(
        hint('ERROR:  tablespace "fast" does not exist', manifest),
        /own tablespace, fast, .* cannot have before PostgreSQL 15: .* SET TABLESPACE pg_default/,
      );
      assert.match(hint("something else", manifest), /Take a new backup/);
    });

    it("into a server that listens on no address, with the source's superuser", () => {
      assert.ok(postgresArguments(17, {}, 2).includes("listen_addresses="));
      assert.ok(initdbArguments(manifest.server).includes("--username=postgres"));
      assert.ok(!initdbArguments(manifest.server).includes("--no-data-checksums"));
      assert.ok(initdbArguments({ ...manifest.server, major: 18 }).includes("--no-data-checksums"));
    });

    it("with the team's server parameters, which win", () => {
      const settings = postgresArguments(17, { shared_buffers: "1GB" }, 2).filter((a) =>
        a.startsWith("shared_buffers="),
      );
      assert.deepEqual(settings, ["shared_buffers=1GB"]);
    });
  });

  describe("compares", () => {
    it("a section, and names what is lost", () => {
      const checks = new Checks();
      const expected = { "table public.hosts to app": "SELECT, UPDATE", "table public.hosts to owner": "SELECT" };
      checkSection(checks, "grants", expected, { "table public.hosts to app": "SELECT" });
      const [result] = checks.results;
      assert.equal(result?.id, "access.grants");
      assert.equal(result?.passed, false);
      assert.match(result?.expected ?? "", /^2 entries, sha256 [0-9a-f]{16}…$/);
      assert.match(
        result?.actual ?? "",
        /missing: table public\.hosts to owner; changed: table public\.hosts to app \(expected SELECT, UPDATE, found SELECT\)/,
      );
    });

    it("sequences by who would give a number out again", () => {
      const behind = (recorded: string, restored: string) =>
        sequencesBehind({ s: recorded }, { s: restored }).changed.length > 0;
      assert.equal(behind("10, called, by 1", "10, called, by 1"), false);
      assert.equal(behind("10, called, by 1", "11, called, by 1"), false);
      assert.equal(behind("10, called, by 1", "9, called, by 1"), true);
      assert.equal(behind("10, called, by 1", "10, not called, by 1"), true);
      assert.equal(behind("10, called, by 1", "11, not called, by 1"), false);
      assert.equal(behind("98, called, by -2", "96, called, by -2"), false);
      assert.equal(behind("98, called, by -2", "100, called, by -2"), true);
      assert.equal(behind("5, called, by 1, cycles", "1, called, by 1, cycles"), false);
      assert.deepEqual(sequencesBehind({ s: "1, called, by 1" }, {}).missing, ["s"]);
    });
  });

  describe("measures", () => {
    it("the RPO from the snapshot of the backup before", () => {
      assert.equal(measuredRpo(manifest, "primary", new Date()), 3890);
      assert.equal(measuredRpo({ ...manifest, previous: undefined }, "primary", new Date()), 290);
    });

    it("the RPO of the off-site copy from its newest backup's snapshot until the drill: copying may have stopped", () => {
      assert.equal(measuredRpo(manifest, "off-site", new Date("2026-11-22T02:00:10Z")), 86_400);
      const [missed] = missedObjectives({ rpoSeconds: 86_400, rtoSeconds: 1 }, drillJob.objectives, "off-site");
      assert.match(missed ?? "", /^RPO: expected at most 1h; measured 1d from .* in the off-site copy until the drill/);
    });

    it("and names the objectives that were missed", () => {
      assert.deepEqual(missedObjectives({ rpoSeconds: 3600, rtoSeconds: 600 }, drillJob.objectives, "primary"), []);
      const missed = missedObjectives({ rpoSeconds: 3601, rtoSeconds: 4000 }, drillJob.objectives, "primary");
      assert.match(missed[0] ?? "", /^RPO: expected at most 1h; measured 1h 1s/);
      assert.match(missed[1] ?? "", /^RTO: expected at most 10m; measured 1h 6m/);
    });
  });

  describe("gives evidence", () => {
    const allPassed = () => {
      const checks = new Checks();
      for (const point of CHECKLIST_POINTS) checks.add(`${point}.all`, point, true, "x", "x");
      return checks;
    };
    const outcome = (checks: Checks, change = {}) => ({
      drillId: "20261121T030000Z-0002",
      trigger: "schedule" as const,
      startedAt: new Date("2026-11-21T03:00:00Z"),
      finishedAt: new Date("2026-11-21T03:01:00Z"),
      manifest: { ...manifest, previous: undefined },
      checks,
      stages: { done: [], failed: undefined },
      error: undefined,
      rtoSeconds: 42,
      contents: { tables: 2, rows: 10 },
      ...change,
    });

    it("that passed when every point passed and the objectives are met", () => {
      const predicate = predicateOf(drillJob, primary, outcome(allPassed()));
      assert.equal(predicate.passed, true);
      assert.deepEqual(predicate.failures, []);
      statementSchema.parse(drillStatement(predicate));
    });

    it("that names what the backup left out, and does not call the rest everything", () => {
      const excluded = { tables: ["audit.log"], tableData: ["public.sessions"] };
      const changed = outcome(allPassed(), { manifest: { ...manifest, previous: undefined, excluded } });
      const predicate = predicateOf(drillJob, primary, changed);
      statementSchema.parse(drillStatement(predicate));
      assert.deepEqual(predicate.excluded?.tables, { count: 1, names: ["audit.log"] });
      const summary = summaryOf(predicate).join("\n");
      assert.match(summary, /without the table audit\.log; without the rows of public\.sessions: the backup leaves/);
      assert.match(summary, /PASSED: this backup can be restored, without what it leaves out\.$/);
      const whole = predicateOf(drillJob, primary, outcome(allPassed()));
      assert.ok(!("excluded" in JSON.parse(JSON.stringify(whole))));
      assert.match(summaryOf(whole).join("\n"), /PASSED: this backup can be restored\.$/);
    });

    it("that failed when a point has no result, whatever else passed", () => {
      const checks = new Checks();
      for (const point of CHECKLIST_POINTS.slice(1)) checks.add(point, point, true, "x", "x");
      const predicate = predicateOf(drillJob, primary, outcome(checks));
      assert.equal(predicate.passed, false);
      assert.match(predicate.failures[0] ?? "", /artifact\.not-reached/);
    });

    it("that failed when an objective was missed", () => {
      const predicate = predicateOf(drillJob, primary, outcome(allPassed(), { rtoSeconds: 601 }));
      assert.equal(predicate.passed, false);
      assert.match(predicate.failures[0] ?? "", /^RTO/);
    });

    it("with every point when it broke off, and without a backup when there was none", () => {
      const stages = { done: [], failed: "select" };
      const broken = outcome(new Checks(), { manifest: undefined, error: "no backup to drill", stages });
      const predicate = predicateOf(drillJob, primary, broken);
      assert.equal(predicate.passed, false);
      assert.deepEqual(predicate.failures, ["no backup to drill"]);
      assert.deepEqual([...new Set(predicate.checks.map((check) => check.point))].sort(), [...CHECKLIST_POINTS].sort());
      assert.ok(predicate.checks.every((check) => check.actual === "not reached: select failed"));
      assert.equal(statementSchema.parse(drillStatement(predicate)).subject.length, 1);
      assert.match(summaryOf(predicate).join("\n"), /of no backup.*FAILED/s);
    });

    it("whose signature verifies", () => {
      const { privateKey, publicKey } = generateKeyPairSync("ed25519");
      const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
      const envelope = signStatement(drillStatement(predicateOf(drillJob, primary, outcome(allPassed()))), pem);
      const opened = openEnvelope(JSON.stringify(envelope), [
        publicKey.export({ type: "spki", format: "pem" }).toString(),
      ]);
      assert.equal(opened.ok, true);
    });

    const pem = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const mine = predicateOf(drillJob, primary, outcome(allPassed()));
    const at = (finishedAt: Date) =>
      JSON.stringify(
        signStatement(drillStatement(predicateOf(drillJob, primary, outcome(allPassed(), { finishedAt }))), pem),
      );

    it("that does not overwrite newer evidence, but does overwrite what nobody can read", () => {
      assert.equal(isNewer(at(new Date("2026-11-21T03:02:00Z")), mine), true);
      assert.equal(isNewer(at(new Date("2026-11-21T02:02:00Z")), mine), false);
      assert.equal(isNewer("{}", mine), false);
      assert.equal(isNewer(undefined, mine), false);
    });

    it("that overwrites what a wrong clock dated into the future, pass or failure", () => {
      const future = { finishedAt: new Date("2027-11-21T03:01:00Z") };
      const failed = predicateOf(drillJob, primary, outcome(allPassed(), { ...future, error: "broken" }));
      assert.equal(isNewer(at(future.finishedAt), mine), false);
      assert.equal(isNewer(JSON.stringify(signStatement(drillStatement(failed), pem)), mine), false);
    });

    it("keeps the evidence of ten restore paths, the newest, and its own", () => {
      const present = Object.fromEntries(
        Array.from({ length: 12 }, (_, day) => [`path-${day}`, at(new Date(Date.UTC(2026, 9, day + 1)))]),
      );
      assert.deepEqual(evidencePatch(present, "path-0", "new", mine), {
        "path-0": "new",
        "path-1": null,
        "path-2": null,
      });
      assert.equal(evidencePatch({ own: at(new Date("2026-11-21T03:02:00Z")) }, "own", "older", mine), undefined);
    });
  });

  it("gives checks of the same name different ids", () => {
    const checks = new Checks();
    checks.add("health.a", "health", true, "x", "x");
    checks.add("health.a", "health", true, "x", "x");
    assert.deepEqual(
      checks.results.map((result) => result.id),
      ["health.a", "health.a-2"],
    );
  });

  it("counts a check that throws as failed, with the error as what was found", async () => {
    const checks = new Checks();
    const result = await checks.try("x", "health", "y", () => Promise.reject(new Error("broken")));
    assert.equal(result.passed, false);
    assert.equal(result.actual, "broken");
  });
});
