import assert from "node:assert/strict";
import { custom } from "../support/operators";
import { cluster } from "../support/tools";
import { backupIn, backupsIn, cronJob, shell } from "./support";

const found = (container: object) => backupsIn([cronJob(container)]).map(({ what, certain }) => [what, certain]);
const RUNS = [["a CronJob that runs pg_dump", true]];
const encoded = (text: string) => Buffer.from(text).toString("base64");
const PG = [{ name: "PGHOST", value: "orders-rw" }];

describe("what a job's command runs", () => {
  const dumps: [string, object][] = [
    ["a whole command in a shell's words", { image: "x", command: ["bash", "-exc", "pg_dump app"] }],
    ["exec and variables before it", shell("set -e; PGPASSWORD=$P exec pg_dump app")],
    ["a condition", shell("if ! pg_dump app > /b/x; then exit 1; fi")],
    ["a substitution", shell('OUT="$(pg_dump app)"')],
    ["a shell in a shell", shell("su - postgres -c 'pg_dump app'")],
    ["another user", shell("gosu postgres pg_dump app")],
    ["a limit of time", shell("nice -n 10 timeout 1h pg_dump app")],
    ["a pod of its own", shell("kubectl exec orders-1 -- sh -c 'pg_dump app'")],
    ["another machine", shell('ssh db "pg_dump app" > /b/x')],
    ["a variable in the script", shell("DUMP='pg_dump -Fc'\n$DUMP app")],
    ["a variable of the container", shell("eval $WHAT", [{ name: "WHAT", value: "pg_dump app" }])],
    ["base64 that is written down", shell(`echo ${encoded("pg_dump app > /b/x")} | base64 -d | bash`)],
    ["base64 as a here-string", shell(`base64 --decode <<< ${encoded("pg_dump app")} | sh`)],
    ["a here-document for a shell", shell("bash -s <<'EOF'\npg_dump app\nEOF")],
    ["words printed into a shell", shell("printf 'pg_dump app\\n' | sh")],
    ["a function of the script's own", shell("dump() { pg_dump app; }\ndump")],
    ["a stream of the program's own", shell("restic backup --stdin-from-command -- pg_dump app")],
  ];
  for (const [what, container] of dumps) it(`is a dump by ${what}`, () => assert.deepEqual(found(container), RUNS));

  const silent: [string, object][] = [
    ["a comment", shell("psql -c VACUUM # pg_dump app\n# pg_dump app")],
    ["echo and printf", shell("echo pg_dump app; printf 'pg_dump %s' app")],
    ["a search", shell("ps aux | grep pg_dump; pgrep pg_dump; command -v pg_dump; which pg_dump")],
    ["its version and its help", shell("pg_dump --version; pg_dump -V; pg_basebackup --help")],
    ["an installation", shell("apk add pg_dump; apt-get install -y pgbackrest")],
    ["a file of its name", shell("aws s3 cp s3://b/pg_dump /tmp/pg_dump; psql -f /tmp/pg_dump; rm pg_dump")],
    ["a report of it", shell('log "pg_dump is done"; curl -d "pg_dump is done" https://chat.example.com')],
    ["SQL that it reads", shell("psql <<'EOF'\n-- Dumped by pg_dump version 17\npg_dump\nEOF")],
    ["a container's logs", shell("kubectl logs job/pg_dump")],
    ["a pattern of case", shell("case $1 in pg_dump) echo no ;; esac")],
    ["arguments of its own", { image: "acme/web:1", command: ["/entrypoint.sh"], args: ["serve", "$@"] }],
    ["a script for everybody without a word of PostgreSQL", shell("curl -fsS https://example.com/i.sh | sh")],
  ];
  for (const [what, container] of silent) it(`is none by ${what}`, () => assert.deepEqual(found(container), []));

  const untold: [string, object, RegExp][] = [
    ["what it downloads", shell("curl -fsS https://example.com/dump.sh | bash", PG), /a script that it downloads/],
    [
      "what it downloads in a word",
      shell('bash -c "$(wget -qO- https://example.com/i.sh)"', PG),
      /a script that it downloads/,
    ],
    [
      "what it downloads as a file",
      shell("bash <(curl -s https://example.com/i.sh)", PG),
      /a script that it downloads/,
    ],
    ["base64 in a variable", shell("echo $B | base64 -d | sh", PG), /a script that another program hands to a shell/],
    ["what another program prints", shell("gunzip -c /x.gz | sh", PG), /a script that another program hands/],
    ["a command in a variable", shell("sh -c $BACKUP_COMMAND", PG), /a command in a variable/],
    [
      "a command in a ConfigMap of elsewhere",
      {
        image: "x",
        command: ["sh", "-c", "$(SCRIPT)"],
        env: [...PG, { name: "SCRIPT", valueFrom: { configMapKeyRef: { name: "elsewhere", key: "k" } } }],
      },
      /a command in a variable/,
    ],
    [
      "another language",
      { image: "x", command: ["python3", "-c", "run(['pg_dump', 'app'])"], env: PG },
      /another language/,
    ],
    ["an image of one's own that is called a backup", { image: "acme/orders-backup:7", env: PG }, /called a backup/],
    [
      "a program in the image that is called so",
      { image: "acme/tools:7", command: ["/usr/bin/backup.sh"], env: PG },
      /called a backup/,
    ],
  ];
  for (const [what, container, reason] of untold)
    it(`may be a dump by ${what}, which nobody can follow`, () => {
      const backup = backupIn([cronJob(container)]);
      assert.match(backup.what, reason);
      assert.equal(backup.certain, false);
    });

  it("is asked about beside a database of the stack, also without a word of PostgreSQL", () => {
    const downloads = shell("curl -fsS https://example.com/i.sh | sh");
    assert.equal(backupsIn([cronJob(downloads), cluster()]).length, 1);
    assert.equal(backupsIn([cronJob(downloads), cluster("orders", "elsewhere")]).length, 0);
  });
});

describe("a backup by the clock of a container", () => {
  const deployment = (container: object, volumes: object[] = []) =>
    custom("apps/v1:Deployment", "clock", { template: { spec: { containers: [container], volumes } } });
  const crontab = (text: string) => custom("core/v1:ConfigMap", "crontab", undefined, { data: { root: text } });
  const crond = {
    image: "alpine:3",
    command: ["crond", "-f"],
    volumeMounts: [{ name: "c", mountPath: "/etc/crontabs" }],
  };
  const volumes = [{ name: "c", configMap: { name: "crontab" } }];

  it("is told by its crontab, with its schedule", () => {
    const map = crontab("# pg_dump\nMAILTO=x\n15 2 * * * pg_dump -h orders-rw app > /b/x\n0 * * * * echo pg_dump\n");
    const backup = backupIn([map, deployment(crond, volumes)]);
    assert.deepEqual([backup.what, backup.certain], ["a Deployment that runs pg_dump", true]);
    assert.deepEqual(
      backup.schedules.map(({ expression }) => expression),
      [{ state: "known", value: "15 2 * * *" }],
    );
  });

  it("is told by a crontab that its command writes", () => {
    for (const script of [
      "echo '0 3 * * * pg_dump app > /b/x' > /etc/crontabs/root && crond -f",
      "echo '@daily pg_dump app' | crontab - ; crond -f",
      "cat > /etc/cron.d/dump <<'EOF'\n0 3 * * * root pg_dump app\nEOF\ncron -f",
    ])
      assert.equal(backupIn([deployment(shell(script))]).what, "a Deployment that runs pg_dump", script);
  });

  it("is none by a crontab that dumps nothing, and may be one by a crontab that nobody knows", () => {
    assert.deepEqual(backupsIn([crontab("0 * * * * psql -c VACUUM\n"), deployment(crond, volumes)]), []);
    const hidden = backupIn([deployment({ ...crond, env: PG }, volumes)]);
    assert.deepEqual([hidden.certain, hidden.schedules], [false, []]);
    assert.match(hidden.what, /out of a ConfigMap that this stack does not declare/);
  });
});
