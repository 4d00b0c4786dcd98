import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import {
  drillStatement,
  ExternalRestoreDrill,
  evidenceId,
  externalRestorePath,
  PostgresCluster,
  readEvidence,
  signStatement,
} from "../../../components";
import { problem as awsScheduleProblem } from "../../../model/aws-schedule";
import { CHECKLIST_POINTS } from "../../../model/checklist";
import { type ExternalDrillDescriptor, externalDrillDescriptorSchema } from "../../../model/descriptor";
import { fingerprint } from "../../../model/restore-path";
import { judge } from "../../../model/verdict";
import { aTestimony, gateSettings } from "../../policy/support/evidence";
import { type RunOptions, refusal, run, UNKNOWN } from "./declare";
import { cluster, externalDrill } from "./examples";

const KEY = "restorable:index:ExternalRestoreDrill shop-restore";

const declare = (changes = {}, options: RunOptions = {}) =>
  run(() => new ExternalRestoreDrill("shop-restore", externalDrill(changes)), options);
const refused = (changes: object) => refusal(() => new ExternalRestoreDrill("shop-restore", externalDrill(changes)));
const problem = (...texts: string[]) =>
  `ExternalRestoreDrill "shop-restore" cannot be used as declared:\n${texts.map((text) => `  - ${text}`).join("\n")}`;
const outputsOf = async (changes = {}, options: RunOptions = {}) =>
  (await declare(changes, { preview: true, ...options })).registered[KEY] as Record<string, unknown>;
const descriptorOf = async (changes = {}, options: RunOptions = {}): Promise<ExternalDrillDescriptor> =>
  externalDrillDescriptorSchema.parse((await outputsOf(changes, options)).descriptor);
const withPath = (changes: object) => ({ restorePath: { ...externalDrill().restorePath, ...changes } });

describe("ExternalRestoreDrill", () => {
  it("declares nothing but itself", async () => {
    assert.deepEqual((await declare()).list(), [KEY]);
  });

  it("registers a descriptor that is plain and known at preview, with safe defaults", async () => {
    const { tool } = externalDrill().restorePath;
    const restorePath = {
      kind: "external",
      version: 1,
      engine: "zalando",
      postgresMajor: 17,
      backup: { method: "physical" },
      storage: { kind: "s3", copy: "outside" },
      restore: { procedure: "clone" },
      tool,
      checklist: CHECKLIST_POINTS,
      images: {},
    } as const;
    assert.deepEqual(await outputsOf(), {
      descriptor: {
        kind: "external-drill",
        version: 1,
        environment: "staging",
        stack: "staging",
        covers: ["urn:pulumi:staging::shop::kubernetes:acid.zalan.do/v1:postgresql::orders"],
        target: { namespace: "shop", cluster: "orders", database: "*" },
        restorePath,
        fingerprint: fingerprint({ ...restorePath, checklist: [...CHECKLIST_POINTS] }),
        checklist: CHECKLIST_POINTS,
        triggers: { afterBackup: false, schedule: "0 4 * * *", onDeployment: false },
        objectives: { rpoSeconds: 7200, rtoSeconds: 3600 },
        evidence: [],
        evidenceProblems: [],
      },
      fingerprint: fingerprint({ ...restorePath, checklist: [...CHECKLIST_POINTS] }),
      restorePathJson: externalRestorePath(externalDrill().restorePath).json,
    });
  });

  it("says all that it is told", async () => {
    const descriptor = await descriptorOf({
      stack: undefined,
      ...withPath({
        serverImage: "registry.example.com/spilo-17:4.0-p2",
        backupMethod: "snapshot",
        storageCopy: "inside",
      }),
      checklist: ["rows", "schema"],
      drillNamespace: "shop-drill",
      triggers: { schedule: "cron(0 5 ? * 1 *)", onDeployment: true },
    });
    assert.equal(descriptor.stack, "test");
    assert.deepEqual(descriptor.restorePath.images, { server: "registry.example.com/spilo-17:4.0-p2" });
    assert.deepEqual(descriptor.restorePath.backup, { method: "snapshot" });
    assert.deepEqual(descriptor.restorePath.storage, { kind: "s3", copy: "inside" });
    assert.deepEqual(descriptor.checklist, ["schema", "rows"]);
    assert.deepEqual(descriptor.restorePath.checklist, ["schema", "rows"]);
    assert.equal(descriptor.drillNamespace, "shop-drill");
    assert.deepEqual(descriptor.triggers, { afterBackup: false, schedule: "cron(0 5 ? * 1 *)", onDeployment: true });
  });

  it("keeps its fingerprint when times and what it covers change, and changes it with the restore path", async () => {
    const { fingerprint: first } = await descriptorOf();
    const same = {
      environment: "production",
      covers: ["urn:pulumi:production::shop::aws:rds/instance:Instance::orders"],
      triggers: { schedule: "0 5 * * *" },
      objectives: { rpo: "4h", rto: "2h" },
    };
    assert.equal((await descriptorOf(same)).fingerprint, first);
    assert.notEqual((await descriptorOf(withPath({ postgresMajor: 18 }))).fingerprint, first);
    assert.notEqual((await descriptorOf(withPath({ tool: { name: "other", version: "1" } }))).fingerprint, first);
  });

  it("looks for evidence in its files, and in a ConfigMap only when it is told which", async () => {
    const asked: unknown[] = [];
    const evidence: RunOptions["evidence"] = async (location) => {
      asked.push(location);
      return { evidence: [{ source: "file x", envelope: "{}" }], evidenceProblems: ["ConfigMap a/b: forbidden"] };
    };
    const descriptor = await descriptorOf({ evidence: ["evidence/orders.dsse.json"] }, { evidence });
    const files = ["evidence/orders.dsse.json"];
    const nowhere = { namespace: undefined, configMap: undefined, kubeContext: undefined };
    assert.deepEqual(asked, [{ ...nowhere, fingerprint: descriptor.fingerprint, files }]);
    assert.deepEqual(descriptor.evidence, [{ source: "file x", envelope: "{}" }]);
    assert.deepEqual(descriptor.evidenceProblems, ["ConfigMap a/b: forbidden"]);
    const evidenceConfigMap = { namespace: "shop-drill", name: "shop-evidence" };
    await descriptorOf({ evidenceConfigMap, kubeContext: "prod" }, { evidence });
    const there = { namespace: "shop-drill", configMap: "shop-evidence", kubeContext: "prod" };
    assert.deepEqual(asked[1], { ...there, fingerprint: descriptor.fingerprint, files: [] });
  });

  it("asks no cluster for the evidence of files", async () => {
    const before = process.env.KUBECONFIG;
    process.env.KUBECONFIG = "/there/is/none";
    try {
      const found = await readEvidence({ fingerprint: "a".repeat(64), files: [] });
      assert.deepEqual(found, { evidence: [], evidenceProblems: [] });
    } finally {
      if (before === undefined) delete process.env.KUBECONFIG;
      else process.env.KUBECONFIG = before;
    }
  });

  it("covers resources of the same program by their URNs, which are known at preview", async () => {
    const { registered } = await run(
      () => {
        const orders = new PostgresCluster("orders", cluster());
        return new ExternalRestoreDrill("shop-restore", externalDrill({ covers: [orders.urn] }));
      },
      { preview: true },
    );
    const { descriptor } = registered[KEY] as { descriptor: ExternalDrillDescriptor };
    assert.match(descriptor.covers.join(), /^urn:pulumi:test::restorable::restorable:index:PostgresCluster::orders$/);
  });

  it("leaves a URN that is unknown at preview unknown, and the rest of the descriptor known", async () => {
    const known = externalDrill().covers[0] as string;
    const unknown = pulumi.output(pulumi.unknown) as unknown as pulumi.Output<string>;
    const { descriptor } = (await outputsOf({ covers: [known, unknown] })) as { descriptor: ExternalDrillDescriptor };
    assert.deepEqual(descriptor.covers, [known, UNKNOWN]);
    assert.equal(descriptor.kind, "external-drill");
    assert.equal(descriptor.fingerprint, (await descriptorOf()).fingerprint);
  });

  it("counts evidence that was signed with the functions it is documented with", async () => {
    const folder = mkdtempSync(join(tmpdir(), "external-"));
    try {
      const { publicKey, privateKey } = generateKeyPairSync("ed25519");
      const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
      const now = new Date();
      const statement = drillStatement(
        {
          ...aTestimony(await descriptorOf(), now),
          drill: { ...aTestimony(await descriptorOf(), now).drill, id: evidenceId(now) },
        },
        "s3://backups/orders/basebackups_005/base_000000010000000000000042",
      );
      const file = join(folder, "orders.dsse.json");
      writeFileSync(file, JSON.stringify(signStatement(statement, pem)));
      const descriptor = await descriptorOf(
        { evidence: [file], objectives: { rpo: "26h", rto: "1h" } },
        { evidence: readEvidence },
      );
      const trusted = publicKey.export({ type: "spki", format: "pem" }).toString();
      const settings = gateSettings(
        { publicKey: trusted, privateKey: "" },
        { environment: "staging", previousEnvironment: "develop" },
      );
      const { standing, reasons } = judge(descriptor, settings, now);
      assert.deepEqual({ standing, reasons }, { standing: "proven", reasons: [] });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("has its evidence signed without loading Pulumi, which a script or a Lambda would wait for", () => {
    const file = join(__dirname, "../../../components/evidence.ts");
    const script = `require(${JSON.stringify(file)}); console.log(JSON.stringify(Object.keys(require.cache)))`;
    const { stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", "-e", script], { encoding: "utf8" });
    const loaded = JSON.parse(stdout || "[]") as string[];
    assert.ok(loaded.includes(file), stderr);
    assert.deepEqual(
      loaded.filter((path) => /@pulumi|@kubernetes|@aws-sdk/.test(path)),
      [],
    );
  });

  it("refuses to cover nothing, and what is no URN", () => {
    const aUrn = "must be the URN of a backup or a database, such as cluster.urn";
    assert.equal(refused({ covers: [] }), problem(`covers: must name at least one resource: each ${aUrn}`));
    assert.equal(
      refused({ covers: ["orders", undefined, "urn:pulumi:a::b::c"] }),
      problem(`covers.0: ${aUrn}`, `covers.1: ${aUrn}`, `covers.2: ${aUrn}`),
    );
  });

  it("refuses an Output that turns out to be no URN", async () => {
    const message = problem("covers.0: must be the URN of a backup or a database, such as cluster.urn");
    await assert.rejects(declare({ covers: [pulumi.output("orders")] }), (error: Error) => {
      // Pulumi puts before it where the Output was used.
      assert.ok(error.message.endsWith(message), error.message);
      return true;
    });
  });

  it("refuses a restore path in other words than those it compares", () => {
    const changes = {
      engine: "Crunchy PGO",
      postgresMajor: 9,
      backupMethod: "full",
      storageKind: "S3",
      storageCopy: "off-site",
      procedure: "restores the clone",
      tool: { name: "", version: "1 2" },
      serverImage: "postgres 17",
      image: "x",
    };
    const kebab =
      "must be lower-case words of at most 63 characters with hyphens between them, such as crunchy-pgo or aws-rds";
    const word = "must be one word of at most 63 letters, digits and . _ + -, such as pg_restore or restore-testing";
    assert.equal(
      refused(withPath(changes)),
      problem(
        `restorePath.engine: ${kebab}`,
        "restorePath.postgresMajor: must be at least 10",
        'restorePath.backupMethod: must be "logical" or "physical" or "snapshot"',
        `restorePath.storageKind: ${kebab}`,
        'restorePath.storageCopy: must be "inside" or "outside"',
        `restorePath.procedure: ${word}`,
        `restorePath.tool.name: ${word}`,
        'restorePath.tool.version: must be a version without spaces, such as "1.4.0" or the hash of a commit',
        "restorePath.serverImage: must be an image's reference, such as registry.example.com/postgresql:17.6 with or without @sha256:…",
        "restorePath.image: no such setting; look for a typing error",
      ),
    );
  });

  it("refuses a checklist without points, and points that there are not", () => {
    assert.equal(
      refused({ checklist: [] }),
      problem("checklist: must hold at least one point: a drill that checks nothing proves nothing"),
    );
    assert.equal(
      refused({ checklist: ["looks-good"] }),
      problem(`checklist.0: must be ${CHECKLIST_POINTS.map((point) => JSON.stringify(point)).join(" or ")}`),
    );
  });

  it("refuses a drill that would never run, and schedules that neither Kubernetes nor AWS would take", () => {
    const never =
      'triggers: the drill would never run: declare when the tool runs it, with onDeployment: true or a schedule, such as "0 4 * * *"';
    assert.equal(refused({ triggers: {} }), problem(never));
    for (const schedule of ["cron(0 5 * * *)", "rate(day)", "at(2026-11-21T12:00:00)"]) {
      const message = awsScheduleProblem(schedule);
      assert.ok(message);
      assert.equal(refused({ triggers: { schedule } }), problem(`triggers.schedule: ${message}`));
    }
    assert.equal(
      refused({ triggers: { schedule: "0 0 4 * * *" } }),
      problem(
        'triggers.schedule: "0 0 4 * * *" has 6 fields; a CronJob takes five fields (minute hour day month weekday): "0 2 * * *" (daily at 02:00)',
      ),
    );
  });

  it("refuses to restore beside the source", () => {
    assert.equal(
      refused({ drillNamespace: "shop" }),
      problem(
        'drillNamespace: "shop" is the namespace of the source database; a drill is cut off from its source by its own namespace: name another, such as "shop-drill"',
      ),
    );
  });

  it("refuses objectives that are no durations, and settings that it does not have", () => {
    assert.equal(
      refused({ objectives: { rpo: "2h", rto: "soon" }, signingKey: {} }),
      problem(
        'objectives.rto: "soon" is not a duration: write a whole number and a unit, such as 90s, 15m, 26h, 7d, 4w',
        "signingKey: no such setting; look for a typing error",
      ),
    );
  });
});
