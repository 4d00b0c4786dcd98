import assert from "node:assert/strict";
import { known } from "../../../../../policies/known";
import { aBucket } from "../../facts";
import { UNKNOWN_STRING } from "../../stack";
import { ABSENT } from "../support/tools";
import { backupIn, cronJob, scripted, shell } from "./support";

const DAY = 86_400;
const keep = (script: string, env: unknown[] = []) => {
  const { count, seconds } = scripted(script, env).retention;
  return [count, seconds];
};

describe("what a backup job keeps", () => {
  const said: [string, unknown[], [number | undefined, number | undefined]][] = [
    ["pg_dump app; find /b -mtime +14 -delete", [], [undefined, 14 * DAY]],
    ["pg_dump app", [{ name: "BACKUP_KEEP_DAYS", value: "30" }], [undefined, 30 * DAY]],
    ["pg_dump app", [{ name: "RETENTION_DAYS", value: "7" }], [undefined, 7 * DAY]],
    ["wal-g backup-push /d; wal-g delete retain FULL 7 --confirm", [], [7, undefined]],
    ["wal-g backup-push /d; wal-g delete retain 5 --confirm", [], [5, undefined]],
    ["barman-cloud-backup s3://b m; barman-cloud-backup-delete -r 'REDUNDANCY 3' s3://b m", [], [3, undefined]],
    [
      "barman-cloud-backup s3://b m; barman-cloud-backup-delete -r 'RECOVERY WINDOW OF 30 DAYS' s3://b m",
      [],
      [undefined, 30 * DAY],
    ],
    [
      "barman-cloud-backup s3://b m; barman-cloud-backup-delete -r 'recovery window of 4 weeks' s3://b m",
      [],
      [undefined, 28 * DAY],
    ],
    ["pg_dump app | restic backup --stdin; restic forget --keep-last 5", [], [5, undefined]],
    ["pg_dump app | restic backup --stdin; restic forget --keep-daily=14 --keep-weekly 8", [], [14, 56 * DAY]],
    ["pgbackrest --repo1-retention-full=4 backup", [], [4, undefined]],
    ["pgbackrest backup --repo1-retention-full=14 --repo1-retention-full-type=time", [], [undefined, 14 * DAY]],
    ["pgbackrest backup", [{ name: "PGBACKREST_REPO1_RETENTION_FULL", value: "4" }], [4, undefined]],
    ["pg_dump app; find /b -mtime +$DAYS -delete", [{ name: "DAYS", value: "21" }], [undefined, 21 * DAY]],
    ["pg_dump app", [], [undefined, undefined]],
    ["pg_dump app", [{ name: "RETENTION_DAYS", value: "many" }], [undefined, undefined]],
  ];
  for (const [script, env, [count, seconds]] of said)
    it(`is ${count ?? "?"} backups or ${seconds === undefined ? "?" : seconds / DAY} days by ${script} ${JSON.stringify(env)}`, () => {
      const reading = (value?: number) => (value === undefined ? ABSENT : known(value));
      assert.deepEqual(keep(script, env), [reading(count), reading(seconds)]);
    });

  it("is unknown where the number is", () => {
    for (const value of [{ value: UNKNOWN_STRING }, { valueFrom: { configMapKeyRef: { name: "c", key: "k" } } }])
      assert.equal(keep("pg_dump app", [{ name: "BACKUP_KEEP_DAYS", ...value }])[1]?.state, "unknown");
    const env = [
      { name: "PGBACKREST_REPO1_RETENTION_FULL", value: "4" },
      { name: "PGBACKREST_REPO1_RETENTION_FULL_TYPE", value: UNKNOWN_STRING },
    ];
    assert.deepEqual(
      keep("pgbackrest backup", env).map((reading) => reading?.state),
      ["unknown", "unknown"],
    );
  });

  it("stands elsewhere for tools with a configuration of their own, unless the job says it", () => {
    assert.equal(scripted("pgbackrest backup").retention.elsewhere, true);
    assert.equal(scripted("barman backup main").retention.elsewhere, true);
    assert.equal(scripted("pgbackrest --repo1-retention-full=4 backup").retention.elsewhere, false);
    assert.equal(scripted("pg_dump app").retention.elsewhere, false);
  });

  it("is what the bucket's lifecycle leaves where the job deletes nothing itself", () => {
    const kept = (script: string, expirySeconds = known(90 * DAY) as ReturnType<typeof aBucket>["expirySeconds"]) =>
      backupIn([cronJob(shell(script))], { buckets: [aBucket({ expirySeconds })] }).retention;
    const dump = "pg_dump app | aws s3 cp - s3://backups/x";
    assert.deepEqual(kept(dump).seconds, known(90 * DAY));
    // A bucket without an expiry keeps everything.
    assert.deepEqual(kept(dump, ABSENT).seconds, known(Number.POSITIVE_INFINITY));
    assert.equal(kept(dump, { state: "unknown", path: "expiry" }).seconds.state, "unknown");
    assert.deepEqual(kept(`${dump}; wal-g delete retain FULL 3`, ABSENT).seconds, ABSENT);
    assert.deepEqual(kept("pg_dump app | aws s3 cp - s3://others/x").seconds, ABSENT);
  });
});
