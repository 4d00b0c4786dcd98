import assert from "node:assert/strict";
import { resource, UNKNOWN_STRING } from "../../stack";
import { ABSENT } from "../support/tools";
import { backupIn, backupsIn, cronJob } from "./support";

const scripts = (data: unknown, name: unknown = "scripts", namespace = "app") =>
  resource("kubernetes:core/v1:ConfigMap", "scripts", { metadata: { name, namespace }, data });
const mounting = (
  command: unknown,
  more: { volume?: object; from?: ReturnType<typeof resource>[]; env?: object[] } = {},
) => {
  const { volume = { configMap: { name: "scripts" } }, from = [], env = [] } = more;
  const container = {
    image: "registry.example.com/tools:1",
    command,
    env,
    volumeMounts: [{ name: "s", mountPath: "/scripts" }],
  };
  return cronJob(container, { pod: { volumes: [{ name: "s", ...volume }] }, from });
};
const DUMP = "#!/bin/sh\nset -eu\npg_dump -Fc -h orders-rw app | aws s3 cp - s3://b/app.dump\n";

describe("a script out of a ConfigMap of the stack", () => {
  it("tells what a job does: that it dumps, of which server, and where to", () => {
    const found = backupIn([scripts({ "nightly.sh": DUMP }), mounting(["/scripts/nightly.sh"])]);
    assert.deepEqual([found.what, found.certain], ["a CronJob that runs pg_dump", true]);
    assert.deepEqual(found.server?.name, { state: "known", value: "orders" });
    assert.deepEqual(
      found.stores.map(({ kind }) => kind),
      ["s3"],
    );
  });

  it("has the variables of the container that runs it", () => {
    const script = scripts({ "nightly.sh": "pgbackrest --stanza=db $WHAT" });
    const by = (value: string) =>
      backupsIn([script, mounting(["/scripts/nightly.sh"], { env: [{ name: "WHAT", value }] })]);
    assert.deepEqual(
      by("backup").map(({ what, certain }) => [what, certain]),
      [["a CronJob that runs pgbackrest", true]],
    );
    assert.deepEqual(by("info"), []);
  });

  it("is one that the command names, any in a folder that it names, or any without a command", () => {
    const both = scripts({ "dump.sh": DUMP, "vacuum.sh": "psql -c VACUUM" });
    const runs = (command: unknown) => backupsIn([both, mounting(command)]).length;
    assert.equal(runs(["/scripts/dump.sh"]), 1);
    assert.equal(runs(["sh", "-c", "cd /tmp; . /scripts/dump.sh"]), 1);
    assert.equal(runs(["run-parts", "/scripts"]), 1);
    assert.equal(runs(undefined), 1);
    assert.equal(runs(["/scripts/vacuum.sh"]), 0);
    assert.equal(runs(["node", "mail.js"]), 0);
  });

  it("is found in a projected volume, and by what the job was made from while its name is unknown", () => {
    const projected = { projected: { sources: [{ secret: { name: "s" } }, { configMap: { name: "scripts" } }] } };
    assert.equal(backupsIn([scripts({ "d.sh": DUMP }), mounting(["/scripts/d.sh"], { volume: projected })]).length, 1);
    const unnamed = scripts({ "d.sh": DUMP }, UNKNOWN_STRING);
    const volume = { configMap: { name: UNKNOWN_STRING } };
    assert.equal(backupsIn([unnamed, mounting(["/scripts/d.sh"], { volume, from: [unnamed] })]).length, 1);
    assert.equal(backupsIn([unnamed, mounting(["/scripts/d.sh"], { volume })]).length, 0);
  });

  it("is not one of another namespace, or of another name", () => {
    assert.deepEqual(backupsIn([scripts({ "d.sh": DUMP }, "scripts", "other"), mounting(["/scripts/d.sh"])]), []);
    assert.deepEqual(backupsIn([scripts({ "d.sh": DUMP }, "others"), mounting(["/scripts/d.sh"])]), []);
  });

  it("may be a backup when its text is unknown and its name hints at one", () => {
    const found = (name: string) => backupsIn([scripts({ [name]: UNKNOWN_STRING }), mounting([`/scripts/${name}`])]);
    assert.deepEqual(
      found("backup.sh").map(({ certain }) => certain),
      [false],
    );
    assert.deepEqual(found("mail.sh"), []);
  });

  it("is looked through for credentials, by where it stands", () => {
    const found = backupIn([scripts({ "d.sh": `PGPASSWORD=hush\n${DUMP}` }), mounting(["/scripts/d.sh"])]);
    assert.deepEqual(found.plainText, [{ path: "data.d.sh of the ConfigMap scripts" }]);
    assert.deepEqual(found.database, ABSENT);
  });

  it("is read out of a Secret and out of binaryData, too; compressed, nobody can follow it", () => {
    const encoded = Buffer.from(DUMP).toString("base64");
    const secret = (props: object) =>
      resource("kubernetes:core/v1:Secret", "scripts", { metadata: { name: "scripts", namespace: "app" }, ...props });
    const inSecret = mounting(["sh", "/scripts/d.sh"], { volume: { secret: { secretName: "scripts" } } });
    for (const props of [{ stringData: { "d.sh": DUMP } }, { data: { "d.sh": encoded } }]) {
      const found = backupIn([secret(props), inSecret]);
      assert.deepEqual([found.what, found.certain], ["a CronJob that runs pg_dump", true]);
      // A Secret is where credentials belong.
      assert.deepEqual(found.plainText, []);
    }
    const binary = (text: string) =>
      resource("kubernetes:core/v1:ConfigMap", "scripts", {
        metadata: { name: "scripts", namespace: "app" },
        binaryData: { "backup.sh": text },
      });
    const mounted = mounting(["/scripts/backup.sh"]);
    assert.equal(backupIn([binary(encoded), mounted]).certain, true);
    const compressed = backupIn([binary(Buffer.from([0x1f, 0x8b, 0, 0xff]).toString("base64")), mounted]);
    assert.match(compressed.what, /a file out of a ConfigMap that is no text/);
    assert.equal(compressed.certain, false);
  });

  it("may be a backup out of a Secret or a ConfigMap that others declare, when something hints at one", () => {
    for (const volume of [{ secret: { secretName: "elsewhere" } }, { configMap: { name: "elsewhere" } }]) {
      const found = backupIn([mounting(["sh", "/scripts/backup.sh"], { volume })]);
      assert.deepEqual([found.certain, /that this stack does not declare/.test(found.what)], [false, true]);
      assert.deepEqual(backupsIn([mounting(["sh", "/scripts/mail.sh"], { volume })]), []);
    }
  });

  it("is found under another name and at a path of its own", () => {
    const items = { configMap: { name: "scripts", items: [{ key: "d.sh", path: "nightly/dump.sh" }] } };
    assert.equal(
      backupsIn([scripts({ "d.sh": DUMP }), mounting(["/scripts/nightly/dump.sh"], { volume: items })]).length,
      1,
    );
    const container = {
      image: "x",
      command: ["/usr/local/bin/dump"],
      volumeMounts: [{ name: "s", mountPath: "/usr/local/bin/dump", subPath: "d.sh" }],
    };
    const pod = { volumes: [{ name: "s", configMap: { name: "scripts" } }] };
    assert.equal(backupsIn([scripts({ "d.sh": DUMP }), cronJob(container, { pod })]).length, 1);
  });

  it("is none when nothing runs it as a shell script", () => {
    const sql = "-- Dumped by pg_dump version 17\nSELECT 1;\n";
    const silent: [string, Record<string, string>, unknown][] = [
      ["SQL that psql loads", { "load.sql": sql }, ["psql", "-f", "/scripts/load.sql"]],
      ["a script that is only copied", { "d.sh": DUMP }, ["sh", "-c", "cp /scripts/d.sh /out"]],
      [
        "a script whose comments say it",
        { "d.sh": "#!/bin/sh\n# pg_dump is elsewhere\nvacuumdb app\n" },
        ["/scripts/d.sh"],
      ],
      ["files that an image may read", { "load.sql": sql, "notes.md": "pg_dump app" }, undefined],
    ];
    for (const [what, data, command] of silent)
      assert.deepEqual(backupsIn([scripts(data), mounting(command)]), [], what);
  });

  it("may be a backup in another language that names a program in quotes", () => {
    const script = (text: string) =>
      backupsIn([scripts({ "backup.py": text }), mounting(["python3", "/scripts/backup.py"])]);
    assert.deepEqual(
      script("subprocess.run(['pg_dump', 'app'])").map(({ certain }) => certain),
      [false],
    );
    assert.deepEqual(script("# subprocess.run(['pg_dump', 'app'])"), []);
    const itself = scripts({ backup: "#!/usr/bin/env python3\nrun(['pg_dump'])\n" });
    assert.equal(backupIn([itself, mounting(["/scripts/backup"])]).certain, false);
  });

  it("is found through a file that it runs itself, and does not go round in circles", () => {
    const chain = scripts({
      "a.sh": "#!/bin/sh\n. /scripts/b.sh\n",
      "b.sh": "/scripts/a.sh\ncat /scripts/c | sh\n",
      c: DUMP,
    });
    assert.equal(backupIn([chain, mounting(["/scripts/a.sh"])]).what, "a CronJob that runs pg_dump");
  });

  it("is the value of a variable out of a ConfigMap of the stack", () => {
    const env = [{ name: "SCRIPT", valueFrom: { configMapKeyRef: { name: "scripts", key: "d.sh" } } }];
    for (const command of [
      ["sh", "-c", "$(SCRIPT)"],
      ["sh", "-c", 'eval "$SCRIPT"'],
      ["bash", "-c", "$SCRIPT"],
    ])
      assert.equal(
        backupIn([scripts({ "d.sh": `${"# long\n".repeat(300)}${DUMP}` }), mounting(command, { env })]).certain,
        true,
        command.join(" "),
      );
  });
});
