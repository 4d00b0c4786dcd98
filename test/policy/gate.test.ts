import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TYPE_TOKENS } from "../../model/descriptor";
import { childrenOf } from "./support/children";
import { Engine, type Preview } from "./support/engine";
import {
  AGENT_IMAGE,
  aBackup,
  aCluster,
  aDrill,
  aRecord,
  aRestorePath,
  aStorage,
  aTestimony,
  aWaiver,
  forged,
  HOUR,
  newKeys,
  SERVER_IMAGE,
  sealed,
  sealedWaiver,
  TARGET,
  trusting,
} from "./support/evidence";
import type { DeclaredStack } from "./support/stack";

const keys = newKeys();
const people = newKeys();
const now = new Date();

const gate = (environment: string, changes: object = {}) => ({
  "restore-gate": {
    environment,
    trustedKeys: trusting(keys),
    waiverKeys: [people.publicKey],
    agentImages: [AGENT_IMAGE],
    ...changes,
  },
});

/** One of our components, and the children that make what it says true. */
const ours = (type: string, name: string, descriptor: Parameters<typeof childrenOf>[1]) => ({
  type,
  name,
  descriptor,
  children: childrenOf(name, descriptor),
});

/** Cluster, storage, backup and drill of `app/orders/orders` in `environment`, with these changes to the drill. */
function stackOf(
  environment: string,
  drill: Parameters<typeof aDrill>[1] = {},
): Required<Pick<DeclaredStack, "components">> {
  return {
    components: [
      { type: TYPE_TOKENS.cluster, name: "orders", descriptor: aCluster(environment) },
      { type: TYPE_TOKENS.storage, name: "orders-storage", descriptor: aStorage() },
      ours(TYPE_TOKENS.backup, "orders-backup", aBackup(environment)),
      ours(TYPE_TOKENS.drill, "orders-drill", aDrill(environment, drill)),
    ],
  };
}

const production = aDrill("production");
const good = aTestimony(production, now);
const withEvidence = (...envelopes: string[]) =>
  stackOf("production", { evidence: envelopes.map((envelope) => ({ source: "file evidence.json", envelope })) });

/** The line with which Pulumi begins what a policy says. */
const line = (level: "advisory" | "mandatory", policy: string) =>
  new RegExp(`\\[${level}\\] (\\[severity: \\w+\\] )? *${policy}  \\(`);

function assertRefused({ code, output }: Preview, policy: string, ...parts: (string | RegExp)[]): void {
  assert.notEqual(code, 0, `the preview passed:\n${output}`);
  assert.match(output, line("mandatory", policy), output);
  for (const part of [...parts, "Remedy: ", `Page: docs/policies/${policy}.md`])
    assert.ok(typeof part === "string" ? output.includes(part) : part.test(output), `${part} is not in:\n${output}`);
}

function assertAllowed({ code, output }: Preview): void {
  assert.equal(code, 0, output);
  assert.doesNotMatch(output, /\[mandatory\]|error:/);
}

describe("the gate, by Pulumi's real engine", () => {
  let engine: Engine;
  before(async function () {
    this.timeout(60_000);
    engine = await Engine.start();
  });
  after(() => engine?.stop());

  const drillInTheMessage = "(restorable:index:RestoreDrill: orders-drill)";

  describe("allows", () => {
    it("a stack whose restore path is proven, and says nothing", async () => {
      const preview = await engine.preview("production", withEvidence(sealed(good, keys)), gate("production"));
      assertAllowed(preview);
      assert.doesNotMatch(preview.output, /\[advisory\]/);
    });

    it("an unproven path in local, and shows that it is unproven", async () => {
      const preview = await engine.preview("local", stackOf("local"), gate("local"));
      assertAllowed(preview);
      assert.match(preview.output, line("advisory", "restore-path-unproven"));
      assert.match(preview.output, /app\/orders\/orders: allowed in local, the restore path is unproven\./);
    });

    it("a path in production that staging has proven", async () => {
      const preview = await engine.preview(
        "production",
        withEvidence(sealed(aTestimony(aDrill("staging"), now), keys)),
        gate("production"),
      );
      assertAllowed(preview);
      assert.match(preview.output, /proven in staging, not yet in production/);
    });

    it("a failing path under a waiver, and shows who, why and until when", async () => {
      const stack = withEvidence(sealed({ ...good, passed: false, failures: ["role app is missing"] }, keys));
      const waivers = [sealedWaiver(aWaiver("production", now), people)];
      const preview = await engine.preview("production", stack, gate("production", { waivers }));
      assertAllowed(preview);
      assert.match(preview.output, line("advisory", "restore-path-unproven"));
      assert.match(preview.output, /waived until .* by Ada Lovelace .*: the drill fails on a missing extension/);
    });

    it("a stack without any backup, without a configuration", async () => {
      assertAllowed(await engine.preview("production", { others: 1 }));
    });
  });

  describe("refuses", () => {
    it("a backup whose drill was removed", async () => {
      const { components } = withEvidence(sealed(good, keys));
      const stack = { components: components.filter((c) => c.name !== "orders-drill") };
      const preview = await engine.preview("production", stack, gate("production"));
      assertRefused(
        preview,
        "backup-has-restore-drill",
        "(restorable:index:LogicalBackup: orders-backup)",
        "app/orders/orders: this backup has no restore drill.",
      );
    });

    it("a raw CronJob that runs pg_dump, also with a part that is unknown, beside a fine stack", async () => {
      const stack = {
        ...withEvidence(sealed(good, keys)),
        cronJobs: [
          { name: "nightly-dump", image: "postgres:17", command: ["sh", "-c", "PGPASSWORD=hush pg_dump -Fc app"] },
          { name: "hourly-dump", image: "postgres:17", command: ["sh", "-c", "pg_dump -h {unknown}"] },
          { name: "vacuum", image: "postgres:17", command: ["psql", "-c", "VACUUM"] },
        ],
      };
      const preview = await engine.preview("production", stack, gate("production"));
      assertRefused(preview, "backup-has-restore-drill", /CronJob: nightly-dump\)/, "a CronJob that runs pg_dump");
      assert.match(
        preview.output,
        /CronJob: hourly-dump\)\n.*\n +default\/hourly-dump \(CronJob hourly-dump\): this may be a backup/,
      );
      assert.doesNotMatch(preview.output, /CronJob: vacuum\)|hush/);
    });

    it("an unproven path in production", async () => {
      const preview = await engine.preview("production", stackOf("production"), gate("production"));
      assertRefused(preview, "promotion-order", drillInTheMessage, "is unproven", "let the drill pass in staging");
    });

    const records: [string, string, RegExp][] = [
      ["stale", sealed(aTestimony(production, now, 27 * HOUR), keys), /the drill ended 1d 3h ago/],
      [
        "failing",
        sealed({ ...good, passed: false, failures: ["role app is missing"] }, keys),
        /failed: role app is missing/,
      ],
      [
        "edited by hand",
        forged(sealed({ ...good, passed: false }, keys), (text) => text.replace('"passed":false', '"passed":true')),
        /no trusted key signed it, or it was changed afterwards/,
      ],
      ["signed with an unknown key", sealed(good, newKeys()), /no trusted key signed it/],
      [
        "replayed from another cluster",
        sealed({ ...good, target: { ...TARGET, cluster: "orders-copy" } }, keys),
        /it is of another drill \(environment production, stack production, app\/orders-copy\/orders\)/,
      ],
      ["not JSON", "certainly restored", /it is not JSON/],
    ];
    for (const [what, envelope, reason] of records) {
      it(`evidence that is ${what}`, async () => {
        const preview = await engine.preview("production", withEvidence(envelope), gate("production"));
        assertRefused(preview, "restore-path-proven", drillInTheMessage, "rejected in production", reason);
      });
    }

    it("evidence for another restore path", async () => {
      const restorePath = aRestorePath({ applicationChecks: "c".repeat(64) });
      const stack = stackOf("production", { restorePath, evidence: [aRecord(good, keys)] });
      const preview = await engine.preview("production", stack, gate("production"));
      assertRefused(preview, "restore-path-proven", drillInTheMessage, /it is for another restore path/);
    });

    it("a missing and a malformed configuration", async () => {
      const stack = withEvidence(sealed(good, keys));
      assertRefused(
        await engine.preview("production", stack),
        "restore-path-proven",
        "restore-gate has no configuration: nobody said which environment this is",
      );
      const misspelt = gate("production", { maxEvidenceAgee: "1h" });
      const preview = await engine.preview("production", stack, misspelt);
      assertRefused(preview, "restore-path-proven", "maxEvidenceAgee: no such setting");
      const flat = await engine.preview("production", stack, gate("production", { trustedKeys: [keys.publicKey] }));
      assertRefused(flat, "restore-path-proven", "trustedKeys: is a list, and a key counts for one environment");
      const wrongType = await engine.preview("production", stack, gate("production", { trustedKeys: "x" }));
      assert.notEqual(wrongType.code, 0);
      assert.match(wrongType.output, /restore-gate: trustedKeys: /);
    });

    it("an expired waiver, and the deployment with it", async () => {
      const times = { notBefore: "2026-01-01T00:00:00Z", expires: "2026-01-03T00:00:00Z" };
      const waivers = [sealedWaiver(aWaiver("production", now, times), people)];
      const preview = await engine.preview("production", stackOf("production"), gate("production", { waivers }));
      assertRefused(
        preview,
        "waiver-is-valid",
        "Waiver 1 of the configuration does not hold.",
        /it expired at 2026-01-03/,
      );
    });
  });

  describe("what is unknown at preview", () => {
    const unknown = (path: string) => {
      const { components } = withEvidence(sealed(good, keys));
      return { components: components.map((c) => (c.name === "orders-drill" ? { ...c, unknown: path } : c)) };
    };

    it("is refused when it is a whole descriptor", async () => {
      const preview = await engine.preview("production", unknown("descriptor"), gate("production"));
      assertRefused(preview, "restore-path-proven", drillInTheMessage, "descriptor is unknown at preview");
      assertRefused(preview, "drill-is-isolated", drillInTheMessage);
      assertRefused(preview, "backup-has-restore-drill", "orders-backup)");
    });

    it("is refused when it is the evidence, where a naive policy lets the preview pass", async () => {
      const stack = unknown("descriptor.evidence");
      const preview = await engine.preview("production", stack, gate("production"));
      assertRefused(preview, "restore-path-proven", drillInTheMessage, "descriptor.evidence is unknown at preview");
      const naive = await engine.preview(
        "production",
        stack,
        undefined,
        await engine.otherPack("test/policy/programs/naive-pack.ts"),
      );
      assert.equal(naive.code, 0, naive.output);
      assert.match(naive.output, /\[advisory\] +naive-drill-has-evidence/);
    });
  });

  describe("and a resource of a million lines", () => {
    it("says all the same what is wrong with the others", async () => {
      const stack = { ...stackOf("production"), bigConfigMapLines: 1_000_000 };
      const preview = await engine.preview("production", stack, gate("production"));
      assertRefused(preview, "promotion-order", drillInTheMessage, "is unproven");
    });
  });

  describe("before an update", () => {
    const orders = {
      apiVersion: "postgresql.cnpg.io/v1",
      kind: "Cluster",
      name: "orders",
      namespace: TARGET.namespace,
      spec: { instances: 3, imageName: SERVER_IMAGE },
    };
    const CLUSTER = "kubernetes:postgresql.cnpg.io/v1:Cluster";
    const made = (folder: string) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((f) => f.endsWith(".yaml"));
    const folders: string[] = [];
    const renderTo = () => {
      const folder = mkdtempSync(join(tmpdir(), "restorable-rendered-"));
      folders.push(folder);
      return folder;
    };
    after(() => {
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    });

    it("stops an unproven database of production before anything is asked of its cluster", async () => {
      const up = await engine.up("hard-stop", { resources: [orders] }, gate("production"));
      assertRefused(
        up,
        "restore-gate",
        `(${CLUSTER}: orders)`,
        "app/orders: a CloudNativePG Cluster must not start",
        "the gate was given no evidence",
      );
      // The API server's port is closed: whoever asks it says so.
      assert.doesNotMatch(up.output, /unreachable|connection refused/);
      assert.ok(!up.made.includes(CLUSTER), up.made.join());
    });

    it("leaves nothing of it behind, where a pack with stack rules alone refuses it when it is already there", async () => {
      const [ours, late] = [renderTo(), renderTo()];
      const stopped = await engine.up(
        "hard-stop-rendered",
        { resources: [orders], renderTo: ours },
        gate("production"),
      );
      assertRefused(stopped, "restore-gate");
      assert.deepEqual([made(ours), stopped.made.includes(CLUSTER)], [[], false]);

      const naive = await engine.up(
        "naive",
        { resources: [orders], renderTo: late },
        undefined,
        await engine.otherPack("test/policy/programs/naive-pack.ts"),
      );
      assert.notEqual(naive.code, 0, naive.output);
      assert.match(naive.output, /\[mandatory\] +naive-database-is-proven/);
      assert.equal(made(late).length, 1);
      assert.ok(naive.made.includes(CLUSTER));
    });

    it("lets it start with evidence from a file, and not when the drill in it has failed", async () => {
      const folder = renderTo();
      const file = join(folder, "evidence.json");
      const up = (name: string) =>
        engine.up(name, { resources: [orders], renderTo: folder }, gate("production", { evidence: [`file:${file}`] }));
      writeFileSync(
        file,
        sealed({ ...good, stack: "hard-stop-file", passed: false, failures: ["role app is missing"] }, keys),
      );
      assertRefused(await up("hard-stop-file"), "restore-gate", "failed: role app is missing");
      assert.deepEqual(made(folder), []);
      writeFileSync(file, sealed({ ...good, stack: "hard-stop-file" }, keys));
      const started = await up("hard-stop-file");
      assert.doesNotMatch(started.output, line("mandatory", "restore-gate"));
      assert.equal(made(folder).length, 1, started.output);
    });

    it("is not silenced by what the caller's shell says of previews, and is silent in one", async () => {
      const before = process.env.PULUMI_DRY_RUN;
      process.env.PULUMI_DRY_RUN = "true";
      const shell = await Engine.start();
      try {
        assertRefused(await shell.up("hard-stop-shell", { resources: [orders] }, gate("production")), "restore-gate");
        const preview = await shell.preview("hard-stop-shell", { resources: [orders] }, gate("production"));
        assert.notEqual(preview.code, 0);
        assert.doesNotMatch(preview.output, line("mandatory", "restore-gate"));
      } finally {
        shell.stop();
        if (before === undefined) delete process.env.PULUMI_DRY_RUN;
        else process.env.PULUMI_DRY_RUN = before;
      }
    });
  });
});
