import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { catalog } from "../../../lab/build/catalog";
import { isOlder } from "../../../lab/build/go";
import { filesBelow, inputsHash } from "../../../lab/build/inputs";

describe("the hash of a build's inputs", () => {
  it("is the same for the same inputs", () => {
    assert.equal(inputsHash(["go.mod", "a", "flags"]), inputsHash(["go.mod", "a", "flags"]));
  });

  it("changes with every input", () => {
    const base = ["go.mod", "module x", "-trimpath"];
    const hashes = base.map((_, i) => inputsHash(base.map((input, j) => (i === j ? `${input}!` : input))));
    assert.equal(new Set([inputsHash(base), ...hashes]).size, 4);
  });

  it("tells where one input ends and the next begins", () => {
    assert.notEqual(inputsHash(["ab", "c"]), inputsHash(["a", "bc"]));
  });

  it("changes with the order of inputs", () => {
    assert.notEqual(inputsHash(["a", "b"]), inputsHash(["b", "a"]));
  });
});

describe("the files below a folder", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lab-inputs-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("are listed with relative paths, in an order that does not depend on when they were made", () => {
    mkdirSync(join(folder, "sub"));
    for (const name of ["z", "sub/b", "a"]) writeFileSync(join(folder, name), name);
    assert.deepEqual(filesBelow(folder), [
      { path: "a", content: "a" },
      { path: "sub/b", content: "sub/b" },
      { path: "z", content: "z" },
    ]);
  });
});

describe("the catalog of tools", () => {
  it("names every tool and every binary once", () => {
    const names = catalog.map(({ name }) => name);
    const binaries = catalog.flatMap((tool) => Object.keys(tool.binaries));
    assert.equal(new Set(names).size, names.length);
    assert.equal(new Set(binaries).size, binaries.length);
  });
});

describe("comparing Go versions", () => {
  for (const [a, b, older] of [
    ["1.9", "1.26.4", true],
    ["1.26.4", "1.26.4", false],
    ["1.26.3", "1.26.4", true],
    ["1.27", "1.26.4", false],
    ["1.26.8", "1.26.4", false],
  ] as const) {
    it(`says that ${a} is ${older ? "" : "not "}older than ${b}`, () => assert.equal(isOlder(a, b), older));
  }
});
