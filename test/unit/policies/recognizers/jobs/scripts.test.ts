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
});
