import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import ts from "typescript";

const root = join(__dirname, "../..");
const PAGES = globSync(["*.md", "docs/**/*.md", "lab/*.md", "test/**/*.md", "examples/**/*.md"], { cwd: root }).sort();
const textOf = (page: string) => readFileSync(join(root, page), "utf8");

/** GitHub's rule for the anchor of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");

const anchorsIn = (text: string) =>
  [...text.matchAll(/^#+ +(.*)$/gm)].map(([, heading = ""]) =>
    anchorOf(heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")),
  );

/** Outside code, where brackets mean something else. */
const proseOf = (text: string) => text.replace(/```[\s\S]*?```/g, "").replace(/`[^`\n]*`/g, "");

describe("the documentation", () => {
  it("has no link into nothing", () => {
    const broken = PAGES.flatMap((page) =>
      [...proseOf(textOf(page)).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) => {
        if (/^[a-z]+:/.test(link)) return [];
        const [path = "", anchor] = link.split("#");
        const file = path === "" ? page : normalize(join(dirname(page), path));
        if (!existsSync(join(root, file))) return [`${page}: ${link}`];
        const missing = anchor !== undefined && file.endsWith(".md") && !anchorsIn(textOf(file)).includes(anchor);
        return missing ? [`${page}: ${link}: no such heading`] : [];
      }),
    );
    assert.deepEqual(broken, []);
  });

  it("can be reached from its index, every page of it", () => {
    const reached = new Set<string>();
    const queue = ["README.md"];
    for (let page = queue.pop(); page; page = queue.pop()) {
      if (reached.has(page) || !existsSync(join(root, page)) || !page.endsWith(".md")) continue;
      reached.add(page);
      for (const [, link = ""] of proseOf(textOf(page)).matchAll(/\]\(([^)#\s]+)/g))
        if (!/^[a-z]+:/.test(link)) queue.push(normalize(join(dirname(page), link)));
    }
    const docs = PAGES.filter((page) => page.startsWith("docs/"));
    assert.deepEqual(
      docs.filter((page) => !reached.has(page)),
      [],
    );
  });

  it("shows programs that compile", function () {
    this.timeout(120_000);
    const programs = new Map<string, string>();
    for (const page of PAGES)
      for (const [index, [, code = ""]] of [...textOf(page).matchAll(/^```ts\n([\s\S]*?)^```/gm)].entries())
        if (/^import /m.test(code)) programs.set(join(root, `${page}.${index}.ts`), code);
    assert.ok(programs.size >= 3, `${programs.size} programs`);
    assert.deepEqual(problemsIn(programs), []);
  });
});

/** What the compiler says of `programs`, which import the library by its name, as a team's program does. */
function problemsIn(programs: Map<string, string>): string[] {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root);
  const paths = { restorable: ["./components/index.ts"], "restorable/evidence": ["./components/evidence.ts"] };
  const host = ts.createCompilerHost({ ...options, paths });
  const { readFile, fileExists } = host;
  host.readFile = (file) => programs.get(file) ?? readFile.call(host, file);
  host.fileExists = (file) => programs.has(file) || fileExists.call(host, file);
  const program = ts.createProgram([...programs.keys()], { ...options, paths }, host);
  return [...programs.keys()].flatMap((file) => {
    const source = program.getSourceFile(file);
    return [...program.getSemanticDiagnostics(source), ...program.getSyntacticDiagnostics(source)].map(
      ({ messageText, start = 0 }) => {
        const line = (source?.getLineAndCharacterOfPosition(start).line ?? 0) + 1;
        return `${file.slice(root.length + 1)}:${line}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
      },
    );
  });
}
