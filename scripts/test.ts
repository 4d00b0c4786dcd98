import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "./build";

/** Runs the suites named as arguments, one after the other, and ends with one line of counts over all of them. */
const SUITES: Record<string, string> = {
  unit: ".mocharc.json",
  policy: "test/policy/.mocharc.json",
  e2e: "test/e2e/.mocharc.json",
};

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  names: string[];
}

async function main(suites: string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "restorable-test-"));
  const total: Counts = { passed: 0, failed: 0, skipped: 0, names: [] };
  try {
    await build();
    for (const suite of suites) {
      const started = Date.now();
      console.log(`\n── ${suite} ──`);
      const counts = runSuite(suite, join(folder, suite));
      console.log(`── ${suite}: ${Math.round((Date.now() - started) / 1000)} s ──`);
      total.passed += counts.passed;
      total.failed += counts.failed;
      total.skipped += counts.skipped;
      total.names.push(...counts.names);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  for (const name of total.names) console.log(`skipped: ${name}`);
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

function runSuite(suite: string, countsFile: string): Counts {
  const config = SUITES[suite];
  if (!config) throw new Error(`no suite "${suite}"; there are ${Object.keys(SUITES).join(", ")}`);
  const { status } = spawnSync("mocha", ["--config", config, "--reporter", "test/reporter.cjs"], {
    stdio: "inherit",
    env: { ...process.env, RESTORABLE_TEST_COUNTS: countsFile, FORCE_COLOR: process.stdout.isTTY ? "1" : "0" },
  });
  const counts = readCounts(countsFile);
  // A suite that ended badly without a failed test (it could not load, or was killed) has failed as a whole.
  if (status !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

function readCounts(file: string): Counts {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Counts;
  } catch {
    return { passed: 0, failed: 1, skipped: 0, names: [] };
  }
}

main(process.argv.slice(2)).then((code) => process.exit(code));
