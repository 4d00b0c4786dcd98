import assert from "node:assert/strict";
import { fingerprint } from "../../../model/restore-path";
import type { Analysis } from "../../../policies/analysis";
import { isStackOf, judgementOf } from "../../../policies/judgement";
import { known, unknown } from "../../../policies/known";
import { readSettings, UNCONFIGURED } from "../../../policies/settings";
import { uncovered } from "../../../policies/stack/coverage";
import { indexStack } from "../../../policies/stack/index-stack";
import { aCluster, anExternalRestorePath, aRecord, aTestimony, newKeys } from "../../policy/support/evidence";
import { anExternalDrill, drill, FAILED, GATE, keys, NOW, proven, TARGET_OTHER, unproven, waived } from "./drills";
import { aBackup, aDatabase, BACKUP_URN, DATABASE_URN, type Facts, indexOf } from "./facts";
import { component, UNKNOWN_STRING } from "./stack";

const analysis = (index: Analysis["index"], settings: object = GATE): Analysis => ({
  index,
  gate: readSettings(settings),
  now: NOW,
  spoken: [],
  shown: [],
});
const judged = (resources: Parameters<typeof indexStack>[0], settings?: object) =>
  judgementOf(analysis(indexStack(resources), settings));

describe("the judgement of a stack", () => {
  it("has a verdict for each drill, with its target and URN", () => {
    const stack = [drill(proven()), drill(unproven("production", { target: TARGET_OTHER }), "audit-drill")];
    const { drills, strayWaivers } = judged(stack);
    assert.deepEqual(
      drills.map((one) =>
        "dishonest" in one ? one.dishonest : [one.urn, one.id, one.verdict.standing, one.verdict.decision],
      ),
      [
        [stack[0]?.urn, "app/orders/orders", "proven", "allow"],
        [stack[1]?.urn, "app/orders/audit", "unproven", "reject"],
      ],
    );
    assert.deepEqual(strayWaivers, []);
  });

  it("is made once for a stack, however many rules ask", () => {
    const shared = analysis(indexStack([drill(proven())]));
    assert.equal(judgementOf(shared), judgementOf({ ...shared, spoken: [{ rule: "another" }] }));
  });

  it("is none without a configuration", () => {
    assert.deepEqual(judgementOf({ ...analysis(indexStack([drill(proven())])), gate: UNCONFIGURED }), {
      drills: [],
      strayWaivers: [],
    });
  });

  it("has no verdict on a drill that cannot be relied on, and every reason why", () => {
    const cases: [unknown, string[]][] = [
      [UNKNOWN_STRING, ["descriptor is unknown at preview"]],
      [undefined, ["it registered no descriptor"]],
      [
        { ...unproven("staging"), fingerprint: "f".repeat(64), stack: "other" },
        [
          "its fingerprint is not that of the restore path it declares",
          "it declares environment staging; this gate is configured for production",
          "it declares stack other, which is not the one that deploys it",
        ],
      ],
    ];
    for (const [descriptor, reasons] of cases) {
      const [one] = judged([drill(descriptor)]).drills;
      assert.deepEqual(one && "dishonest" in one ? one.dishonest : one, reasons);
    }
  });

  it("does not rely on a drill when it cannot be told what its cluster runs", () => {
    const [one] = judged([drill(proven()), component("cluster", "c", UNKNOWN_STRING)]).drills;
    assert.deepEqual(one && "dishonest" in one ? one.dishonest : one, [
      "whether it drills what runs cannot be told: of cluster c, descriptor is unknown at preview",
    ]);
  });

  it("does not rely on a drill of another engine, version or image than its cluster has", () => {
    const cluster = component(
      "cluster",
      "c",
      aCluster("production", { engine: "patroni", postgresMajor: 18, image: "x" }),
    );
    const [one] = judged([drill(proven()), cluster]).drills;
    assert.deepEqual(one && "dishonest" in one ? one.dishonest.length : one, 3);
  });

  it("prints what a program says of itself on one line, whatever is in it", () => {
    const [one] = judged([drill(unproven("production", { stack: "a\n[mandatory] b" }))]).drills;
    assert.deepEqual(one && "dishonest" in one ? one.dishonest : one, [
      "it declares stack a [mandatory] b, which is not the one that deploys it",
    ]);
  });
});

const URN = "urn:pulumi:production::shop::restorable:index:ExternalRestoreDrill::e";

describe("the judgement of a drill that another tool runs", () => {
  const facts = (changes: Partial<Facts> = {}): Facts => {
    const declared = anExternalDrill([DATABASE_URN], { stack: "production" });
    const evidence = [aRecord(aTestimony(declared, NOW), keys)];
    const urn = URN;
    return {
      drills: [{ urn, name: "e", descriptor: { ...declared, evidence } }],
      databases: [aDatabase()],
      ...changes,
    };
  };
  const of = (given: Facts) => {
    const [one] = judgementOf(analysis(indexOf(given))).drills;
    return one && "dishonest" in one ? one.dishonest : one?.verdict.standing;
  };
  const covering = (covers: string[], given: Facts): Facts => ({
    ...given,
    drills: facts().drills?.map((d) => ({ ...d, descriptor: { ...d.descriptor, covers } as never })),
  });

  it("counts for the server that it drills", () => {
    assert.equal(of(facts()), "proven");
    assert.equal(of(covering([BACKUP_URN], { backups: [aBackup()] })), "proven");
  });

  it("does not count for a backup of which nothing says whose it is, and says how to say it", () => {
    const backup = aBackup({ server: undefined, databaseUrns: [], id: "app/dump (CronJob dump)" });
    const [one] = judgementOf(analysis(indexOf(covering([BACKUP_URN], { backups: [backup] })))).drills;
    assert.deepEqual(one && "dishonest" in one ? [one.dishonest, one.remedies] : one, [
      ["it covers app/dump (CronJob dump), and nothing says of which server that is a backup"],
      [
        "say which server it is of: by its host in plain text, or by the annotation restorable/server: namespace/name on the resource that makes the backup",
      ],
    ]);
  });

  it("does not prove five servers at once: of a backup of several it proves the one that it drills", () => {
    const billing = aDatabase({ urn: "billing", id: { namespace: known("app"), name: known("billing") } });
    const both = aBackup({ server: undefined, databaseUrns: [DATABASE_URN, "billing"] });
    const stack = covering([BACKUP_URN], { backups: [both], databases: [aDatabase(), billing] });
    assert.equal(of(stack), "proven");
    assert.deepEqual(uncovered(both, indexOf(stack)), ["billing"]);
    const other = aBackup({ server: undefined, databaseUrns: ["billing"] });
    assert.deepEqual(of(covering([BACKUP_URN], { backups: [other], databases: [billing] })), [
      "it covers app/orders (ScheduledBackup nightly), a backup of app/billing, and drills app/orders",
    ]);
  });

  it("does not count for another version or engine than the server runs, where both are known", () => {
    const running = (changes: Parameters<typeof aDatabase>[0]) => of(facts({ databases: [aDatabase(changes)] }));
    const image = (tag: string) => ({
      images: [{ path: "spec.imageName", image: known(`registry/postgresql:${tag}`) }],
    });
    assert.deepEqual(running(image("13.4")), ["it drills PostgreSQL 17, and app/orders runs 13"]);
    assert.equal(running(image("17")), "proven");
    assert.equal(running(image("latest")), "proven");
    assert.equal(running({ images: [{ path: "spec.imageName", image: unknown("spec.imageName") }] }), "proven");
    const drilling = (engine: string, changes: Parameters<typeof aDatabase>[0] = {}) => {
      const restorePath = anExternalRestorePath({ engine });
      const declared = anExternalDrill([DATABASE_URN], {
        stack: "production",
        restorePath,
        fingerprint: fingerprint(restorePath),
      });
      const evidence = [aRecord(aTestimony(declared, NOW), keys)];
      return of(
        facts({
          databases: [aDatabase(changes)],
          drills: [{ urn: URN, name: "e", descriptor: { ...declared, evidence } }],
        }),
      );
    };
    for (const engine of ["postgresql", "postgres", "cloudnative-pg", "cnpg", "patroni", "in-house"])
      assert.equal(drilling(engine), "proven", engine);
    for (const engine of ["mysql", "mariadb", "crunchy-pgo", "zalando", "aws-rds", "stackgres"])
      assert.deepEqual(drilling(engine), [`it drills engine ${engine}, and app/orders is a CloudNativePG Cluster`]);
    assert.equal(drilling("rds-postgresql", { product: "AWS Aurora" }), "proven");
  });

  it("does not count for another server that it says it covers, nor for one that is unknown", () => {
    const billing = aDatabase({ id: { namespace: known("app"), name: known("billing") } });
    assert.deepEqual(of(facts({ databases: [billing] })), ["it covers app/billing, and drills app/orders"]);
    const hidden = aDatabase({ id: { namespace: known("app"), name: unknown("metadata.name") } });
    assert.match(
      String(of(facts({ databases: [hidden] }))),
      /^it covers app\/\?, of which is unknown at preview whether/,
    );
  });
});

describe("the judgement and waivers", () => {
  it("has with each drill the waiver that is for it, and every one that does not hold by its position", () => {
    const stack = [
      drill(proven("production", {}, FAILED)),
      drill(unproven("production", { target: TARGET_OTHER }), "audit"),
    ];
    const good = waived().waivers;
    const stray = waived({ target: { ...TARGET_OTHER, database: "nobody" } }).waivers;
    const forgedOne = waived({}, newKeys()).waivers;
    const { drills, strayWaivers } = judged(stack, { ...GATE, waivers: [...stray, ...good, ...forgedOne] });
    assert.deepEqual(
      drills.map((one) => ("waiver" in one ? one.waiver?.waiver.person : undefined)),
      ["Ada Lovelace <ada@example.com>", undefined],
    );
    assert.deepEqual(
      strayWaivers.map(({ position }) => position),
      [0, 2],
    );
    assert.match(
      strayWaivers[0]?.problem ?? "",
      /^it is for app\/orders\/nobody, which no drill of this stack is for$/,
    );
  });
});

describe("a stack's name", () => {
  const urn = "urn:pulumi:production::shop::restorable:index:RestoreDrill::d";
  for (const name of ["production", "shop/production", "acme/shop/production"])
    it(`may be written ${name}`, () => assert.equal(isStackOf(urn, name), true));
  const others = [
    "",
    "/",
    "staging",
    "production/",
    "/production",
    "//production",
    "other/production",
    "acme/other/production",
    "a/acme/shop/production",
    "shop/production/x",
  ];
  for (const name of others) it(`is not "${name}"`, () => assert.equal(isStackOf(urn, name), false));
});
