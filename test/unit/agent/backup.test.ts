import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beginDump, clientEnvironment, connectionString, dumpProblem } from "../../../agent/backup/dump";
import { manifestOf, writeManifest } from "../../../agent/backup/manifest";
import { previousBackup } from "../../../agent/backup/previous";
import { roleNameHint, snapshotRoles } from "../../../agent/backup/roles";
import { checkRights, checkVersions } from "../../../agent/backup/source";
import { Warnings } from "../../../agent/backup/warnings";
import { drillJobName, drillJob as jobOf } from "../../../agent/cluster/start-drill";
import type { Manifest } from "../../../model/manifest";
import { backupJob, manifest, memoryStore } from "./jobs";
import { recordingClient } from "./recording-client";

const ended = (code: number | null, signal: NodeJS.Signals | null = null, stderr = "") => ({ code, signal, stderr });
const magic = Buffer.from("PGDMP");
const silent = () => undefined;

describe("a backup", () => {
  describe("of pg_dump's output", () => {
    it("is good only after exit code 0 and an archive's beginning", () => {
      assert.equal(dumpProblem(ended(0), 100, magic), undefined);
    });

    it("is none when pg_dump was killed in the middle", () => {
      assert.equal(
        dumpProblem(ended(null, "SIGKILL"), 12_300_000, magic),
        "pg_dump was ended by signal SIGKILL after 12.3 MB; nothing was stored as a backup: " +
          "it may have run out of memory: raise the Job's memory limit",
      );
    });

    it("is none when pg_dump failed, and repeats its reason", () => {
      const problem = dumpProblem(ended(1, null, "pg_dump: error: no space\n"), 0, Buffer.alloc(0));
      assert.match(problem ?? "", /exit code 1 after 0 B; nothing was stored as a backup: pg_dump: error: no space$/);
    });

    it("is none when pg_dump succeeded and wrote nothing, or something else", () => {
      assert.match(dumpProblem(ended(0), 0, Buffer.alloc(0)) ?? "", /are no archive/);
      assert.match(dumpProblem(ended(0), 9, Buffer.from("--\n-- P")) ?? "", /are no archive/);
    });

    it("fails the stream itself when pg_dump cannot run", async () => {
      const path = process.env.PATH;
      process.env.PATH = "/nowhere";
      try {
        const source = { host: "h", port: 1, database: "d", user: "u", password: "p" };
        await assert.rejects(async () => {
          for await (const chunk of await beginDump(source, { major: 17, snapshot: "s", compressionLevel: 3 }))
            void chunk;
        }, /pg_dump was ended by exit code 127 .* pg_dump could not be started/);
      } finally {
        process.env.PATH = path;
      }
    });
  });

  describe("of pg_dump's warnings", () => {
    /** Runs dump() with a shell script in the place of pg_dump, and gives its warnings. */
    async function warningsOf(script: string): Promise<string[]> {
      const folder = await mkdtemp(join(tmpdir(), "restorable-pg-dump-"));
      const path = process.env.PATH;
      try {
        await writeFile(join(folder, "pg_dump"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
        process.env.PATH = `${folder}:${path}`;
        const warnings: string[] = [];
        const source = { host: "h", port: 1, database: "d", user: "u", password: "p" };
        const warn = (line: string) => warnings.push(line);
        for await (const chunk of await beginDump(source, { major: 17, snapshot: "s", compressionLevel: 3, warn }))
          void chunk;
        return warnings;
      } finally {
        process.env.PATH = path;
        await rm(folder, { recursive: true });
      }
    }

    it("tells each line of one that ended well", async () => {
      const warnings = await warningsOf("printf PGDMP; printf 'warning: one\\n\\nwarning: two\\n' >&2");
      assert.deepEqual(warnings, ["warning: one", "warning: two"]);
    });

    it("has nothing to tell when pg_dump said nothing", async () => {
      assert.deepEqual(await warningsOf("printf PGDMP"), []);
    });

    it("does not take an error for a warning", async () => {
      await assert.rejects(warningsOf("printf PGDMP; echo 'error: three' >&2; exit 1"), /exit code 1 .*error: three/);
    });
  });

  describe("by a role without all rights", () => {
    async function refused(catalog: RegExp, found: object, message: RegExp): Promise<void> {
      const me: [RegExp, object[]] = [/current_user AS user/, [{ user: "backup" }]];
      await assert.rejects(checkRights(recordingClient([me, [catalog, [found]]]).client), message);
    }

    it("is refused where there are subscriptions: pg_dump would leave them out with no more than a warning", async () => {
      const message =
        /the backup role backup cannot back up everything: pg_dump would leave out 1 subscription \(far\): only a superuser may dump them; declare them outside the database, or back up as a superuser$/;
      await refused(/pg_subscription/, { name: "far", count: "1" }, message);
    });

    it("is refused where large objects may not be read, and says what can be kept up", async () => {
      const message =
        /9 large objects \(17, …\), which pg_read_all_data does not cover: let a superuser say.* SET lo_compat_privileges = on; or GRANT SELECT/;
      await refused(/pg_largeobject_metadata/, { name: "17", count: "9" }, message);
    });

    it("is let through where nothing is hidden from it", async () => {
      await checkRights(recordingClient().client);
    });
  });

  describe("of the roles", () => {
    it("says what to do about a name in another encoding than the database's", () => {
      const stderr = 'ERROR:  invalid byte sequence for encoding "UTF8": 0xc0 0x20';
      assert.match(roleNameHint(stderr), /rename that role, .* to plain ASCII/);
      assert.equal(roleNameHint("ERROR:  permission denied"), "");
    });
  });

  describe("as a process", () => {
    const source = { host: "h", port: 5432, database: "it's", user: "u", password: "sesame" };

    it("gives the password in the environment, never as an argument", () => {
      assert.doesNotMatch(connectionString(source), /sesame/);
      assert.equal(clientEnvironment(source, 17).PGPASSWORD, "sesame");
    });

    it("asks the server for no proof without an authority, and for all of it with one", () => {
      assert.doesNotMatch(connectionString(source), /ssl/);
      const authority = { pem: "-----BEGIN CERTIFICATE-----", file: "/ca/ca.crt" };
      assert.match(connectionString({ ...source, authority }), /sslmode='?verify-full'? sslrootcert='?\/ca\/ca\.crt/);
    });

    it("quotes names in the connection string", () => {
      assert.match(connectionString(source), /dbname='it\\'s'/);
    });
  });

  describe("of a server", () => {
    const source = { major: 17, version: "17.6" };

    it("is refused when the server is not of the declared major version", () => {
      assert.throws(() => checkVersions(source, 16, { text: "17.6", major: 17 }), /declared for 16/);
    });

    it("is refused when pg_dump is older than the server", () => {
      assert.throws(
        () => checkVersions(source, 17, { text: "16.10", major: 16 }),
        /pg_dump 16\.10 is older than the server, 17\.6.*client programs/,
      );
    });
  });

  describe("and its roles", () => {
    const sections = (roles: string[], roleSettings = {}) => ({
      roles: Object.fromEntries(roles.map((role) => [role, "login"])),
      memberships: {},
      roleSettings,
    });

    it("fail it when a role of the snapshot is gone", () => {
      assert.throws(() => snapshotRoles(sections(["a", "b"]), sections(["a"])), /the role b was dropped/);
    });

    it("take the settings of this database from the snapshot, all others from the script", () => {
      const inSnapshot = sections([], {
        "role a: x": "old",
        "role a in this database: y": "dump",
        "in this database: z": "dump",
      });
      const inScript = sections([], { "role a: x": "script", "role a in this database: y": "later" });
      assert.deepEqual(snapshotRoles(inSnapshot, inScript).roleSettings, {
        "role a: x": "script",
        "role a in this database: y": "dump",
        "in this database: z": "dump",
      });
    });
  });

  describe("and the one before", () => {
    const folder = "backups/app/orders/shop/";
    const SERVER = manifest.server.systemIdentifier ?? "";
    const text = (id: string, change: Partial<Manifest> = {}) => JSON.stringify({ ...manifest, id, ...change });
    const previous = (objects: Record<string, string>) =>
      previousBackup(memoryStore(objects), backupJob, SERVER, "20261121T020000Z-0001", silent);

    it("is the newest with a manifest, of those that are older", async () => {
      const found = await previous({
        [`${folder}20261120T000000Z-0001/manifest.json`]: text("20261120T000000Z-0001"),
        [`${folder}20261121T000000Z-0001/manifest.json`]: text("20261121T000000Z-0001"),
        [`${folder}20261121T010000Z-0001/database.dump`]: "",
        [`${folder}20261121T030000Z-0001/manifest.json`]: text("20261121T030000Z-0001"),
      });
      assert.equal(found?.id, "20261121T000000Z-0001");
      assert.equal(found?.snapshot.at, manifest.snapshot.at);
    });

    it("is not one whose manifest is damaged", async () => {
      const found = await previous({
        [`${folder}20261120T000000Z-0001/manifest.json`]: text("20261120T000000Z-0001"),
        [`${folder}20261121T000000Z-0001/manifest.json`]: '{"version": 1,',
      });
      assert.equal(found?.id, "20261120T000000Z-0001");
    });

    it("is not one of another stack or environment under the same name", async () => {
      const found = await previous({
        [`${folder}20261120T000000Z-0001/manifest.json`]: text("20261120T000000Z-0001"),
        [`${folder}20261121T000000Z-0001/manifest.json`]: text("20261121T000000Z-0001", { environment: "production" }),
        [`${folder}20261121T000000Z-0002/manifest.json`]: text("20261121T000000Z-0002", { stack: "other" }),
      });
      assert.equal(found?.id, "20261120T000000Z-0001");
    });

    it("is not one of another server, and is one of a version that did not know its server", async () => {
      const other = { server: { ...manifest.server, systemIdentifier: "1" } };
      const unknown = { server: { ...manifest.server, systemIdentifier: undefined } };
      const found = await previous({
        [`${folder}20261120T000000Z-0001/manifest.json`]: text("20261120T000000Z-0001", unknown),
        [`${folder}20261121T000000Z-0001/manifest.json`]: text("20261121T000000Z-0001", other),
      });
      assert.equal(found?.id, "20261120T000000Z-0001");
    });

    it("may not be there", async () => {
      assert.equal(await previous({}), undefined);
    });
  });

  describe("and its manifest", () => {
    /** A store that holds the objects of the manifest. */
    const stored = () =>
      memoryStore(Object.fromEntries(Object.values(manifest.artifacts).map(({ key }) => [key, "abc"])));
    const taken = {
      id: manifest.id,
      startedAt: new Date(manifest.startedAt),
      source: {
        ...manifest.server,
        systemIdentifier: "7431234567890123456",
        tablespaces: [],
        standby: false,
        clockAhead: 0,
      },
      snapshot: { id: "s", ...manifest.snapshot },
      pgDump: "17.6",
      previous: manifest.previous,
      contents: manifest.contents,
      artifacts: manifest.artifacts,
    };

    it("says until when it must be kept", () => {
      const made = manifestOf(backupJob, taken, new Date("2026-11-21T02:05:00Z"));
      assert.equal(made.keepUntil, "2026-11-22T02:05:00.000Z");
    });

    it("is read back, and counts when an answer was lost but the object is there", async () => {
      const store = stored();
      const losing = {
        ...store,
        putText: async (key: string, text: string) => {
          await store.putText(key, text);
          throw new Error("connection reset");
        },
      };
      await writeManifest(losing, "", manifest);
    });

    it("fails the backup when it reads differently", async () => {
      const store = stored();
      const stale = { ...store, readText: async () => JSON.stringify({ ...manifest, environment: "other" }) };
      await assert.rejects(writeManifest(stale, "", manifest), /reads differently from what was written/);
    });

    it("is not written when an object of it was removed or replaced while the backup ran", async () => {
      const key = manifest.artifacts.roles.key;
      for (const [text, what] of [
        [undefined, "is not there any more"],
        ["other", "has 5 bytes, and 3 were stored"],
      ]) {
        const store = stored();
        if (text === undefined) delete store.objects[key];
        else store.objects[key] = text;
        await assert.rejects(writeManifest(store, "", manifest), new RegExp(`${key} in the store ${what}: `));
        assert.ok(!Object.keys(store.objects).some((name) => name.endsWith("manifest.json")));
      }
    });

    it("holds pg_dump's warnings without data, at most twenty", () => {
      const said: string[] = [];
      const warnings = new Warnings((line) => said.push(line));
      assert.equal(warnings.forManifest(), undefined);
      warnings.add('pg_dump: warning: invalid input syntax for type integer: "4242"');
      for (let line = 0; line < 30; line++) warnings.add(`pg_dump: warning: table ${line}`);
      const made = manifestOf(backupJob, { ...taken, warnings: warnings.forManifest() });
      assert.equal(made.warnings?.length, 20);
      assert.equal(made.warnings?.[0], "pg_dump: warning: invalid input syntax for type integer: (value left out)");
      assert.equal(said.length, 31);
      assert.doesNotMatch(said.join(), /4242/);
    });

    it("holds each warning once, however often a backup that gave way looked", () => {
      const said: string[] = [];
      const warnings = new Warnings((line) => said.push(line));
      for (let attempt = 0; attempt < 30; attempt++) warnings.add("the index public.orders_pkey is not valid");
      warnings.add("a partition's detaching is pending");
      assert.deepEqual(warnings.forManifest(), [
        "the index public.orders_pkey is not valid",
        "a partition's detaching is pending",
      ]);
      assert.equal(said.length, 2);
    });
  });

  describe("starts its drill as a Job", () => {
    const cronJob = {
      metadata: { uid: "u" },
      spec: {
        schedule: "0 2 * * *",
        jobTemplate: {
          metadata: { labels: { app: "drill" } },
          spec: {
            template: {
              spec: { containers: [{ name: "drill", env: [{ name: "RESTORABLE_TRIGGER", value: "schedule" }] }] },
            },
          },
        },
      },
    };

    it("that names the backup and why it runs", () => {
      const job = jobOf(cronJob, "app-drill", "shop-drill", manifest.id);
      assert.deepEqual(job.spec?.template.spec?.containers[0]?.env, [
        { name: "RESTORABLE_BACKUP_ID", value: manifest.id },
        { name: "RESTORABLE_TRIGGER", value: "after-backup" },
      ]);
      assert.deepEqual(job.metadata?.labels, { app: "drill" });
      assert.equal(job.metadata?.annotations?.["cronjob.kubernetes.io/instantiate"], "manual");
    });

    it("whose name is a DNS label of at most 63 characters", () => {
      const name = drillJobName("a-very-long-name-of-a-cron-job-that-has-fifty-two-ch", "20261121T021500Z-9f3a");
      assert.equal(name, "a-very-long-name-of-a-cron-job-that-has-f-20261121t021500z-9f3a");
      assert.ok(name.length <= 63);
      assert.match(name, /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
    });

    it("unless the CronJob is not a drill's", () => {
      const other = structuredClone(cronJob);
      other.spec.jobTemplate.spec.template.spec.containers = [];
      assert.throws(() => jobOf(other, "app-drill", "x", manifest.id), /no container named drill/);
    });
  });
});
