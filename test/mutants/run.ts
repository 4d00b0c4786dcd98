import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { MUTANTS } from "./all";
import type { Mutant } from "./mutant";

/**
 * Makes each error of this folder's lists in a copy of the code, one after the other, and runs the tests that must notice
 * it. Mutants are kept by hand instead of being generated: each is a false green or a lost backup that has a name.
 * Ends with exit code 1 when one survives, cannot be made, or when the tests fail without any.
 *
 *   make test-mutants [ONLY=retention]   only mutants whose file or description holds the word
 */
const root = join(__dirname, "../..");
const FOLDERS = ["agent", "catalog", "encryption", "evidence", "model", "policies", "runtime", "store", "test"];
const BESIDE = ["components", "cli", "lab", "scripts", "stacks", "node_modules", "package.json", "tsconfig.json"];
/** A mutant may make a test wait for ever. */
const PATIENCE_MS = 180_000;

async function main(only = ""): Promise<number> {
  const chosen = MUTANTS.filter(({ file, forbids }) => `${file} ${forbids}`.includes(only));
  const queue = [...chosen];
  const survivors: string[] = [];
  const started = Date.now();
  const workers = Math.min(availableParallelism(), 4);
  const copies = Array.from({ length: workers }, copyOfCode);
  try {
    if (!(await passes(copies[0] as string, [...new Set(chosen.flatMap(({ tests }) => tests))]))) {
      console.error("the tests fail without any mutant: repair them first");
      return 1;
    }
    await Promise.all(
      copies.map(async (copy) => {
        for (let mutant = queue.shift(); mutant; mutant = queue.shift()) {
          const problem = await survives(mutant, copy);
          if (problem) survivors.push(`${mutant.file}: ${mutant.forbids}\n    ${problem}`);
          console.log(`${problem ? "✖ survives" : "✔ killed  "}  ${mutant.file}: ${mutant.forbids}`);
        }
      }),
    );
  } finally {
    for (const copy of copies) rmSync(copy, { recursive: true, force: true });
  }
  if (survivors.length > 0) console.error(`\nsurvivors:\n  ${survivors.join("\n  ")}`);
  const seconds = Math.round((Date.now() - started) / 1000);
  console.log(`\n${chosen.length} mutants, ${survivors.length} survived (${seconds} s)`);
  return survivors.length === 0 && chosen.length > 0 ? 0 : 1;
}

function copyOfCode(): string {
  const copy = mkdtempSync(join(tmpdir(), "restorable-mutants-"));
  for (const folder of FOLDERS) cpSync(join(root, folder), join(copy, folder), { recursive: true });
  for (const name of BESIDE) symlinkSync(join(root, name), join(copy, name));
  return copy;
}

/** Why the mutant is not killed; undefined when a test failed because of it. */
async function survives({ file, was, becomes, tests }: Mutant, copy: string): Promise<string | undefined> {
  const path = join(copy, file);
  const code = readFileSync(path, "utf8");
  const places = code.split(was).length - 1;
  if (places !== 1) return `what it changes is there ${places} times: ${was}`;
  writeFileSync(
    path,
    code.replace(was, () => becomes),
  );
  try {
    return (await passes(copy, tests)) ? `these tests pass with it: ${tests.join(", ")}` : undefined;
  } finally {
    writeFileSync(path, code);
  }
}

async function passes(copy: string, tests: string[]): Promise<boolean> {
  const mocha = [
    require.resolve("mocha/bin/mocha.js"),
    "--no-config",
    "-n",
    "import=tsx",
    "--timeout",
    "60000",
    "--bail",
  ];
  const files = tests.map((test) => join(copy, "test/unit", test));
  const child = spawn(process.execPath, [...mocha, "--reporter", "dot", ...files], {
    cwd: copy,
    stdio: "ignore",
    timeout: PATIENCE_MS,
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code === 0));
  });
}

main(process.argv[2]).then((code) => process.exit(code));
