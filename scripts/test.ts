import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensurePackages, inLab, labEnv, labTools } from "../lab";
import { ageProgram } from "../test/e2e/support/age";
import { cosign } from "../test/e2e/support/cosign";
import { build } from "./build";

/** Runs the suites named as arguments, one after the other, and ends with one line of counts over all of them. */
const SUITES: Record<string, string> = {
  unit: ".mocharc.json",
  policy: "test/policy/.mocharc.json",
  e2e: "test/e2e/.mocharc.json",
};

/** The end-to-end tests run on the lab, inside its network, with the `local` stack deployed: `make up` sees to that. */
async function prepareLab(): Promise<void> {
  // The lab's network leads nowhere else: what tests need from outside is fetched before it is entered.
  await Promise.all([cosign(), ageProgram("age")]);
  const { KUBECONFIG: _, ...env } = process.env;
  const { status } = spawnSync(process.execPath, ["--import", "tsx", join(__dirname, "up.ts")], {
    stdio: "inherit",
    env,
  });
  if (status !== 0) throw new Error("make up failed: there is no lab to test on");
}

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
      const counts = await runSuite(suite, join(folder, suite)).catch((error: Error): Counts => {
        console.error(error.message);
        return { passed: 0, failed: 1, skipped: 0, names: [] };
      });
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

async function runSuite(suite: string, countsFile: string): Promise<Counts> {
  const config = SUITES[suite];
  if (!config) throw new Error(`no suite "${suite}"; there are ${Object.keys(SUITES).join(", ")}`);
  // Some unit tests ask a PostgreSQL server. Elsewhere than on Debian they say themselves what they lack.
  if (suite === "unit" && existsSync("/etc/debian_version") && process.getuid?.() === 0)
    await ensurePackages(["postgresql"]);
  // The policy tests run the real engine, which the lab builds.
  if (suite === "policy") await labTools();
  const onLab = suite === "e2e";
  if (onLab) await prepareLab();
  const mocha = [
    process.execPath,
    require.resolve("mocha/bin/mocha.js"),
    "--config",
    config,
    "--reporter",
    "test/reporter.cjs",
  ];
  const [file, ...args] = (onLab ? inLab(mocha) : mocha) as [string, ...string[]];
  const env = onLab ? { ...labEnv(), RESTORABLE_LAB: "1" } : process.env;
  const color = process.stdout.isTTY ? { FORCE_COLOR: "1" } : {};
  const { status } = spawnSync(file, args, {
    stdio: "inherit",
    env: { ...env, ...color, RESTORABLE_TEST_COUNTS: countsFile },
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
