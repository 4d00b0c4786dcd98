import assert from "node:assert/strict";
import { commandsIn } from "../../../../../policies/recognizers/shared/shell";

const words = (script: string) => commandsIn(script).map((command) => command.words);

describe("the commands in a shell script", () => {
  const cases: [string, string, string[][]][] = [
    ["one line", "pg_dump -Fc app", [["pg_dump", "-Fc", "app"]]],
    ["what shells separate commands by", "a; b && c || d & e\nf", [["a"], ["b"], ["c"], ["d"], ["e"], ["f"]]],
    ["a comment, which is none", "# pg_dump app\na # pg_dump app\nb#c", [["a"], ["b#c"]]],
    ["quotes, in which nothing ends", `a 'b; c # d' "e && f"`, [["a", "b; c # d", "e && f"]]],
    ["a line that goes on", "a \\\n  b \\\r\n  c\n d", [["a", "b", "c"], ["d"]]],
    ["Windows' line ends", "a b\r\nc\r\n", [["a", "b"], ["c"]]],
    [
      "a substitution, before what it is a word of",
      'echo "$(pg_dump app)"',
      [
        ["pg_dump", "app"],
        ["echo", "$(pg_dump app)"],
      ],
    ],
    ["backticks", "echo `date`", [["date"], ["echo", "$(date)"]]],
    [
      "a substitution with parentheses and quotes in it",
      `a $(b "c)" (d)) e`,
      [["b", "c)"], ["d"], ["a", `$(b "c)" (d))`, "e"]],
    ],
    ["Kubernetes' reference to a variable, which is no command", "a $(PGHOST)", [["a", "$(PGHOST)"]]],
    ["arithmetic, which is none either", "a $((1 + 1))", [["a", "$((1 + 1))"]]],
    ["a parameter with a default", `a \${B:-c d}`, [["a", `\${B:-c d}`]]],
    ["redirections, of which none is a word", "a 2>&1 > b < c >> d", [["a"]]],
    ["a here-document, which is no command", "cat <<EOF\npg_dump app\nEOF\na", [["cat"], ["a"]]],
    ["an indented here-document", "cat <<-'EOF'\n\tpg_dump\n\tEOF\na", [["cat"], ["a"]]],
    [
      "the patterns of case, which are none",
      "case $1 in\npg_dump) a ;;\n*) b ;;\nesac",
      [["case", "$1", "in"], ["a"], ["b"], ["esac"]],
    ],
    ["a subshell and a group", "(a; b); { c; }", [["a"], ["b"], ["{", "c"], ["}"]]],
    ["nothing", "  \n# nothing\n", []],
  ];
  for (const [what, script, expected] of cases)
    it(`are told from ${what}`, () => assert.deepEqual(words(script), expected));

  it("say what is piped into them, what they read, and where they write", () => {
    const [cat, base64, sh] = commandsIn("cat x |\n base64 -d | sh -s > /tmp/log");
    assert.deepEqual([base64?.from, sh?.from, sh?.writes], [cat, base64, ["/tmp/log"]]);
    const [document] = commandsIn("sh <<EOF\npg_dump app\nEOF");
    assert.equal(document?.input, "pg_dump app\n");
    assert.equal(commandsIn('sh <<< "pg_dump app"')[0]?.input, "pg_dump app");
  });

  it("are read out of whatever somebody writes, in time that grows with its length", () => {
    for (const text of ["$(", "`", "'", '"', "${", "<<EOF\n", "$(a $(b $(c", "(".repeat(9), ")))", "|", "a |", "\\"])
      assert.doesNotThrow(() => commandsIn(text), text);
    const started = Date.now();
    for (const piece of ["$(", "a $(b) ", "'", '"$(a)" ', "(", "a | ", "<<E\n", "x=1; ", "`a` "])
      commandsIn(piece.repeat(200_000 / piece.length));
    assert.ok(Date.now() - started < 3000, `${Date.now() - started} ms`);
  });
});
