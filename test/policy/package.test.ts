import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Engine } from "./support/engine";

const root = join(__dirname, "../..");

/** The two packages as npm would publish them, installed into an empty folder: what a team has after `npm install`. */
describe("the packages on npm", function () {
  // Packing builds everything, and the packages that they need come from npm.
  this.timeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), "restorable-package-"));
  const inFolder = join(folder, "node_modules");
  let engine: Engine;

  function run(command: string, args: string[], cwd = folder): string {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
    assert.equal(status, 0, `${command} ${args.join(" ")}\n${stdout}\n${stderr}`);
    return stdout;
  }
  const evaluate = (script: string) => run(process.execPath, ["-e", script]).trim();

  before(async () => {
    engine = await Engine.start();
    const packed = join(folder, "packed");
    mkdirSync(packed);
    // The package's own prepack builds; the pack's package is made by the same build.
    run("npm", ["pack", "--silent", "--pack-destination", packed], root);
    run("npm", ["pack", "--silent", "--pack-destination", packed, join(root, "dist/policies")], root);
    const packages = readdirSync(packed).map((file) => join(packed, file));
    assert.equal(packages.length, 2);
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "shop", private: true }));
    run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", ...packages]);
  });
  after(() => {
    engine?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("hold the library, its types, the command and the documentation, and nothing of its making", () => {
    const files = readdirSync(join(inFolder, "restorable"), { recursive: true }).map(String);
    for (const file of ["LICENSE", "dist/lib/index.js", "dist/lib/index.js.map", "docs/components/restore-drill.md"])
      assert.ok(files.includes(file), file);
    assert.deepEqual(
      files.filter(
        (file) => /^(agent|test|lab|scripts|components)\b|\.test\.|tsconfig|\.ts$/.test(file) && !/\.d\.ts$/.test(file),
      ),
      [],
    );
  });

  it("give the components to a program, without @pulumi/aws", () => {
    assert.ok(!readdirSync(join(inFolder, "@pulumi")).includes("aws"));
    assert.equal(evaluate('console.log(typeof require("restorable").RestorablePostgres)'), "function");
    assert.equal(evaluate('console.log(typeof require("restorable/evidence").signStatement)'), "function");
  });

  it("say what to install when a program declares a bucket of AWS, which needs @pulumi/aws", () => {
    const script = `
      const pulumi = require("@pulumi/pulumi");
      pulumi.runtime.setMocks({ newResource: (args) => ({ id: args.name, state: args.inputs }), call: (args) => args.inputs });
      const { S3BackupStorage } = require("restorable");
      const account = { namespace: "shop", name: "shop-backup" };
      try {
        new S3BackupStorage("store", { bucket: "shop-backups", region: "eu-central-1", accountId: "123456789012",
          podIdentity: { clusterName: "shop" }, writers: [account], drills: [{ ...account, namespace: "shop-drill" }] });
      } catch (error) { console.log(error.message); }`;
    assert.match(evaluate(script), /hint: npm install @pulumi\/aws/);
  });

  it("have types that a program of either way to resolve modules compiles with", () => {
    const program =
      'import { LogicalBackup, type LogicalBackupArgs } from "restorable";\n' +
      'import { fingerprint } from "restorable/evidence";\n' +
      "export const declare = (args: LogicalBackupArgs) => new LogicalBackup('shop', args);\n" +
      "export { fingerprint };\n// @ts-expect-error: a backup has arguments\nnew LogicalBackup('shop', { schedule: 5 });\n";
    writeFileSync(join(folder, "program.ts"), program);
    const compiler = require.resolve("typescript/bin/tsc");
    const options = ["--noEmit", "--strict", "--skipLibCheck", "--typeRoots", "none", "--target", "es2022"];
    for (const modules of [
      ["--module", "node16", "--moduleResolution", "node16"],
      ["--module", "preserve", "--moduleResolution", "bundler"],
    ])
      run(process.execPath, [compiler, ...options, ...modules, "program.ts"]);
  });

  it("have a command that runs by itself", () => {
    const manifest = readFileSync(join(inFolder, "restorable/package.json"), "utf8");
    const { version } = JSON.parse(manifest) as { version: string };
    assert.equal(run(join(inFolder, ".bin/restorable"), ["--version"]).trim(), version);
  });

  it("have a pack that refuses a backup without a drill", async () => {
    const command = ["sh", "-c", "pg_dump shop > /backup/shop.sql"];
    const stack = { cronJobs: [{ name: "nightly", image: "postgres:17", command }] };
    const pack = join(inFolder, "restorable-policies/restorable-policies");
    const { code, output } = await engine.preview("production", stack, undefined, pack);
    assert.notEqual(code, 0, output);
    assert.match(output, /backup-has-restore-drill/);
    const [, page = ""] = /Page: (\S+)/.exec(output) ?? [];
    assert.ok(readdirSync(join(inFolder, "restorable-policies", page, "..")).length > 20, `${page} is in the package`);
  });
});
