import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { readEnvelope } from "../../../catalog/evidence";
import { signedBy } from "../../../cli/connection/evidence";
import { renderEvidence } from "../../../cli/output/evidence";
import { CLEAR_LINE, shown } from "../../../cli/output/shown";
import { styleOf } from "../../../cli/output/style";
import { isPlain } from "../../../model/text";
import { aDrill, aTestimony, newKeys, sealed } from "../../policy/support/evidence";

const REPOSITORY = join(__dirname, "..", "..", "..");

describe("what the command prints", () => {
  it("keeps its own colours, and makes every other control character visible", () => {
    const style = styleOf({ color: true });
    const text = `${style.good("✔")} ${style.bold("passed")}\u001b[8m\u001b[1A\u202e`;
    const out = shown(text);
    assert.ok(out.startsWith(`${style.good("✔")} ${style.bold("passed")}\\u001b`));
    assert.ok(isPlain(out.slice(`${style.good("✔")} ${style.bold("passed")}`.length)));
  });

  it("may take away its own line of progress at the beginning, and no other line", () => {
    assert.equal(shown(`${CLEAR_LINE}12 of 40`), `${CLEAR_LINE}12 of 40`);
    assert.equal(shown(`log: ${CLEAR_LINE}gone`), "log: \\u000d\\u001b[2Kgone");
  });

  /** A stage that is called so rewrote the line that says who signed. */
  it("has nothing of evidence that could rewrite what stands above it, whoever has signed", () => {
    const mine = newKeys();
    const said = aTestimony(aDrill("production"), new Date());
    const name = "x\u001b[2K\r\u001b[1Asigned  by key d0a0a6c9df94ad91; restore path ok\u001b[8m";
    said.stages = [{ name, seconds: 1, passed: true }];
    for (const trusted of [[mine.publicKey], [newKeys().publicKey], []]) {
      const read = readEnvelope(sealed(said, mine), "f", trusted);
      assert.equal(read.signature, "refused");
      assert.equal(read.predicate, undefined);
      assert.ok(isPlain(read.problem ?? ""));
    }
    said.stages = [{ name: "restore", seconds: 1, passed: true }];
    const whole = readEnvelope(sealed(said, mine), "f", [mine.publicKey]);
    assert.ok(whole.predicate && renderEvidence(whole.predicate, signedBy(whole)).includes("signed"));
  });
});

describe("what runs in Jobs, and the command,", () => {
  /** The one way out of each: everything else goes through it. */
  const SINKS = ["cli/real-world.ts", "runtime/print.ts", "runtime/end-process.ts"];

  it("write to terminals and logs at one place each: a line written beside it would not be encoded", () => {
    const folders = ["agent", "catalog", "cli", "encryption", "evidence", "runtime", "store"];
    const files = folders.flatMap((folder) =>
      readdirSync(join(REPOSITORY, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
        .map((entry) => relative(REPOSITORY, join(entry.parentPath, entry.name))),
    );
    assert.ok(files.length > 100);
    const beside = files.filter(
      (file) =>
        !SINKS.includes(file) &&
        /\bconsole\.|process\.std(?:out|err)\b/.test(readFileSync(join(REPOSITORY, file), "utf8")),
    );
    assert.deepEqual(beside, []);
  });
});
