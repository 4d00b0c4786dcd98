import { strict as assert } from "node:assert";
import { parseSettings } from "../../../model/settings";

const good = () => ({
  environment: "staging",
  name: "shop",
  namespace: "shop",
  images: { server: "registry.example.com/postgresql:17.6", agent: "registry.example.com/agent:0.1.0" },
  postgres: { major: 17, storage: { size: "20Gi" } },
  databases: [
    {
      name: "shop",
      owner: "shop_owner",
      roles: [{ name: "shop_app", access: "read-write" }],
      applicationRole: "shop_app",
      checks: [{ name: "works", sql: "select true" }],
    },
  ],
  backup: { schedule: "0 * * * *", rpo: "2h", retention: "14d" },
  drill: { namespace: "shop-drill", rto: "1h", apiServerCidrs: ["10.0.0.5/32"] },
  storage: {
    kind: "s3-compatible",
    endpoint: "https://s3.example.com",
    bucket: "shop-backups",
    region: "eu-central-1",
  },
  access: { host: "127.0.0.1" },
});
type Good = ReturnType<typeof good>;

/** The problems of the good settings after `change`. */
function problems(change: (settings: Good & Record<string, unknown>) => void): string[] {
  const settings = good();
  change(settings);
  try {
    parseSettings(settings, undefined, "staging");
  } catch (error) {
    const [subject, ...lines] = (error as Error).message.split("\n");
    assert.equal(subject, "the settings of stack staging (restorable:settings) cannot be used as declared:");
    return lines.map((line) => line.replace(/^ {2}- /, ""));
  }
  return [];
}

describe("a stack's settings", () => {
  it("are accepted when they are right, with what every part of the program reads filled in", () => {
    const settings = parseSettings(good(), undefined, "staging");
    assert.equal(settings.backup.deadline, "1h");
    assert.equal(settings.drill.afterBackup, true);
    assert.deepEqual(settings.access, { host: "127.0.0.1", port: 5432 });
  });

  it("take images from the command line, which win", () => {
    const { images, ...rest } = good();
    const given = { server: "lab/postgresql:17.6", agent: "lab/agent:1" };
    assert.deepEqual(parseSettings(rest, given, "local").images, given);
    assert.deepEqual(parseSettings({ ...rest, images }, { agent: given.agent }, "local").images, {
      ...images,
      agent: given.agent,
    });
  });

  it("are refused with every contradiction at once", () => {
    assert.deepEqual(
      problems((s) => {
        s.environment = "production";
        Object.assign(s.postgres, { instances: 2, major: 16 });
        Object.assign(s.backup, { rpo: "1h", retention: "30m" });
        s.drill.namespace = "shop";
        s.storage.endpoint = "http://s3.example.com";
        s.storage.bucket = "Shop";
      }),
      [
        'storage.bucket: "Shop" is refused by S3: only lower-case letters, digits, dots and hyphens, beginning and ending with a letter or digit',
        'images.server: "registry.example.com/postgresql:17.6" is PostgreSQL 17 by its tag, but postgresMajor is 16; they must agree',
        "postgres.instances: 2 in production: with synchronous replication, writes stop as soon as one of fewer than three instances is away; declare at least 3",
        'backup.rpo: the schedule "0 * * * *" cannot meet a recovery point objective of 1h: up to 1h pass between runs and a run may take 1h, 2h in all; run it more often, shorten the deadline, or raise the objective',
        'backup.retention: "30m" is shorter than the time between two backups (up to 1h): the last backup would go before the next one is there; keep backups for at least 1h',
        'drill.namespace: "shop" is the namespace of the source database; a drill is cut off from its source by its own namespace: name another, such as "shop-drill"',
        'storage.endpoint: "http://s3.example.com" would send backups and keys unencrypted; use https://, or say allowInsecure: true where the network is your own, as in a lab',
      ],
    );
  });

  const cases: [string, (s: Good & Record<string, unknown>) => void, string[]][] = [
    [
      "six cron fields, which belong to CloudNativePG",
      (s) => {
        s.backup.schedule = "0 0 2 * * *";
      },
      [
        'backup.schedule: "0 0 2 * * *" has 6 fields; a CronJob takes five fields (minute hour day month weekday): "0 2 * * *" (daily at 02:00)',
      ],
    ],
    [
      "a cron macro",
      (s) => {
        s.backup.schedule = "@hourly";
      },
      ['backup.schedule: "@hourly" is a macro; write the 5 fields out: "0 2 * * *" (daily at 02:00)'],
    ],
    [
      "a schedule for drills that is none",
      (s) => {
        Object.assign(s.drill, { schedule: "0 25 * * 0" });
      },
      [
        'drill.schedule: "0 25 * * 0" is not a cron schedule ("25" is none of the hours (0 to 23)); for example "0 2 * * *" (daily at 02:00)',
      ],
    ],
    [
      "drills that would never run",
      (s) => {
        Object.assign(s.drill, { afterBackup: false, onDeployment: false });
      },
      [
        'drill: the drill would never run: declare afterBackup: true, onDeployment: true, or a schedule, such as "0 4 * * 0"',
      ],
    ],
    [
      "a retention shorter than the time between drills",
      (s) => {
        Object.assign(s.drill, { afterBackup: false, schedule: "0 4 1 * *" });
      },
      [
        'backup.retention: "14d" is shorter than the time between two restore drills (up to 31d): every drilled backup would be gone before the next drill; keep backups for at least 31d or drill more often',
      ],
    ],
    [
      "a time zone that does not exist",
      (s) => {
        Object.assign(s.backup, { timeZone: "Europe/Zurch" });
      },
      ['backup.timeZone: "Europe/Zurch" is not an IANA time zone, such as UTC or Europe/Zurich'],
    ],
    [
      "an engine that is not known",
      (s) => {
        Object.assign(s.postgres, { engine: "crunchy" });
      },
      ['postgres.engine: must be "cloudnative-pg"'],
    ],
    [
      "names that become a CronJob's and are too long",
      (s) => {
        s.name = "the-shop-of-the-whole-group-in-every-country";
      },
      [
        'databases.0.name: makes the CronJob name "the-shop-of-the-whole-group-in-every-country-shop-backup" of 56 characters; Kubernetes allows 52 (it appends 11 to name the Jobs): shorten it by 4',
        'databases.0.name: makes the CronJob name "the-shop-of-the-whole-group-in-every-country-shop-drill" of 55 characters; Kubernetes allows 52 (it appends 11 to name the Jobs): shorten it by 3',
      ],
    ],
    [
      "an application role that nobody declares",
      (s) => {
        for (const database of s.databases) database.applicationRole = "shop_ap";
      },
      [
        'databases.0.applicationRole: "shop_ap" is no role of this database; declare it in roles, or name one of shop_owner, shop_app',
      ],
    ],
    [
      "a role of two databases",
      (s) => {
        s.databases.push({ ...(s.databases[0] as Good["databases"][0]), name: "audit" });
      },
      [
        'databases.1.owner: "shop_owner" is declared at databases.0.owner already; a role belongs to the whole cluster',
        'databases.1.roles.0.name: "shop_app" is declared at databases.0.roles.0.name already; a role belongs to the whole cluster',
      ],
    ],
    [
      "a typing error in a setting's name",
      (s) => {
        Object.assign(s.backup, { retentoin: "3d" });
      },
      ["backup.retentoin: no such setting; look for a typing error"],
    ],
    [
      "images that nobody gave",
      (s) => {
        Object.assign(s, { images: undefined });
      },
      ["images: is missing; give an object"],
    ],
  ];
  for (const [what, change, expected] of cases)
    it(`are refused for ${what}`, () => assert.deepEqual(problems(change), expected));
});
