import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { rehearsed } from "./corpus/parts/help";
import { AGENT } from "./corpus/parts/restorable";
import type { CorpusStack } from "./corpus/parts/stack";
import { AWS_STAND_IN } from "./support/aws-stand-in";
import { Engine } from "./support/engine";
import { newKeys, trusting } from "./support/evidence";
import { type Spoken, spokenIn } from "./support/policy-events";

/**
 * Publicly known ways to declare PostgreSQL with backups, each with the verdict that a careful reviewer gives. Pulumi's
 * real engine previews every one of them, and the pack must say exactly that.
 */
const CORPUS = join(__dirname, "corpus");
/** What is no stack: the parts of stacks, and charts for them. */
const NO_PRODUCTS = ["parts", "charts"];
/** More than the machine has processors would only take turns. */
const AT_ONCE = 2;

const files = readdirSync(CORPUS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !NO_PRODUCTS.includes(entry.name))
  .flatMap(({ name }) => readdirSync(join(CORPUS, name)).map((file) => join(CORPUS, name, file)))
  .sort();
const stacks = files.map((file) => ({ file, ...(require(file) as { default: CorpusStack }).default }));
const keys = newKeys();

describe("what is read out of a preview", () => {
  const output = (...events: object[]) => events.map((event) => JSON.stringify(event)).join("\n");
  const refused = { diagnosticEvent: { severity: "error", message: "preview failed\n" } };
  const end = { summaryEvent: {} };

  it("is each rule that spoke, once, by its level", () => {
    const said = (policyName: string, enforcementLevel: string) => ({
      policyEvent: { policyName, enforcementLevel, message: "Reason: …" },
    });
    const events = [said("b", "mandatory"), said("a", "mandatory"), said("b", "mandatory"), said("c", "advisory")];
    const { mandatory, advisory } = spokenIn({ code: 1, output: output(...events, refused, end) });
    assert.deepEqual([mandatory, advisory], [["a", "b"], ["c"]]);
  });

  it("is nothing when the program or the engine broke off: that is no refusal", () => {
    const broken = { diagnosticEvent: { severity: "error", message: "Running program failed" } };
    assert.throws(() => spokenIn({ code: 1, output: output(broken, refused, end) }), /Running program failed/);
    assert.throws(() => spokenIn({ code: 0, output: "no such plugin" }), /did not come to its end:\nno such plugin/);
  });
});

describe("the corpus, by Pulumi's real engine", () => {
  let engine: Engine;
  const folder = mkdtempSync(join(tmpdir(), "restorable-corpus-"));
  // Every preview loads the same packages: compiling them once saves a sixth of the time.
  const compiled = join(folder, "compiled");
  before(async function () {
    this.timeout(60_000);
    engine = await Engine.start("corpus.cjs", [AWS_STAND_IN]);
    for (const environment of ["develop", "staging", "production"]) await engine.ready(environment);
  });
  after(() => {
    engine?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const previews: Promise<Spoken>[] = [];
  /** The preview of the stack at `index`; those that come next begin at the same time. */
  function previewed(index: number): Promise<Spoken> {
    for (let next = index; next < Math.min(index + AT_ONCE, stacks.length); next++) {
      previews[next] ??= preview(next);
      // Whose turn it is will say what went wrong.
      previews[next]?.catch(() => {});
    }
    return previews[index] as Promise<Spoken>;
  }

  async function preview(index: number): Promise<Spoken> {
    const stack = stacks[index] as (typeof stacks)[number];
    const { file, environment, configuration = {} } = stack;
    const own = join(folder, `${index}`);
    mkdirSync(own);
    const shown = rehearsed(stack, { folder: own, keys });
    const evidence = stack.evidenceWithheld ? [] : shown;
    const gate = { environment, trustedKeys: trusting(keys), agentImages: [AGENT], evidence, ...stack.gate };
    const env = { CORPUS: JSON.stringify({ file, folder: own, keys }), NODE_COMPILE_CACHE: compiled };
    return spokenIn(await engine.previewEvents(environment, { "restore-gate": gate, ...configuration }, env));
  }

  for (const [index, stack] of stacks.entries()) {
    const { about, environment, refusedBy, advised = [] } = stack;
    const verdict = refusedBy.length === 0 ? "allows" : "refuses";
    it(`${verdict}, in ${environment} (${relative(CORPUS, stack.file)}): ${about}`, async () => {
      const { code, mandatory, advisory, text } = await previewed(index);
      assert.deepEqual(mandatory, [...refusedBy].sort(), text);
      assert.equal(code !== 0, refusedBy.length > 0, `the preview ended with ${code}:\n${text}`);
      if (refusedBy.length === 0 || stack.advised) assert.deepEqual(advisory, [...advised].sort(), text);
    }).timeout(120_000);
  }

  it("has at least 60 stacks, of which at least a third are fine as they are", () => {
    const fine = stacks.filter(({ refusedBy }) => refusedBy.length === 0);
    assert.ok(stacks.length >= 60, `there are ${stacks.length}`);
    assert.ok(fine.length * 3 >= stacks.length, `${fine.length} of ${stacks.length} are fine`);
  });
});
