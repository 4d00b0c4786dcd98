import assert from "node:assert/strict";
import { known } from "../../../../../policies/known";
import { expand, saysAfter, wordsOf } from "../../../../../policies/recognizers/shared/commands";
import { resource, UNKNOWN_STRING } from "../../stack";

const secret = { secretKeyRef: { name: "s", key: "k" } };
/** A container as a policy sees it. */
const seen = (container: object) => resource("t", "r", container as Record<string, unknown>).props;
const commands = (...words: unknown[]) => wordsOf([seen({ command: words })]).commands;

describe("the commands of a container", () => {
  it("are its words in a row, taken apart where a shell would", () => {
    assert.deepEqual(commands("pgbackrest", "--stanza=db", "backup"), ["pgbackrest --stanza=db backup"]);
    assert.deepEqual(commands("sh", "-c", "set -e\na && b | c; d || e &"), ["sh -c set -e", "a", "b", "c", "d", "e"]);
    assert.deepEqual(commands("sh", "-c", "a \\\n  b"), ["sh -c a    b"]);
  });

  it("are command and arguments together, each once, without what is unknown", () => {
    assert.deepEqual(wordsOf([seen({ command: ["a"], args: ["b", UNKNOWN_STRING] })]).commands, ["a b"]);
    assert.deepEqual(commands("a\na\na"), ["a"]);
    assert.deepEqual(wordsOf([seen({ command: UNKNOWN_STRING })]).commands, []);
    assert.deepEqual(wordsOf([seen({})]).commands, []);
  });

  it("have the variables filled in that are known, as a shell and Kubernetes write them", () => {
    const env = [
      { name: "HOST", value: "orders-rw" },
      { name: "KEY", valueFrom: secret },
    ];
    const container = seen({ args: [`a $HOST b \${HOST} c $(HOST) $KEY $NOBODY \${HOST:-x}`], env });
    assert.deepEqual(wordsOf([container]).commands, [`a orders-rw b orders-rw c orders-rw $KEY $NOBODY \${HOST:-x}`]);
  });

  it("do not grow without end by a long value", () => {
    const variables = [{ name: "X", value: known("y".repeat(100_000)) }];
    assert.equal(expand("$X".repeat(1000), variables).length, 2000);
  });

  it("keep each container's variables to itself", () => {
    const containers = ["one", "two"].map((value) => seen({ args: ["run $A"], env: [{ name: "A", value }] }));
    assert.deepEqual(wordsOf(containers).commands, ["run one", "run two"]);
  });
});

describe("the variables of a container", () => {
  const variable = (given: object) => wordsOf([seen({ env: [given] })]).variables;

  it("are known by value, unknown by reference or at preview, and absent without a value", () => {
    assert.deepEqual(variable({ name: "A", value: "x" }), [{ name: "A", value: known("x") }]);
    assert.deepEqual(variable({ name: "A", valueFrom: secret }), [
      {
        name: "A",
        value: { state: "unknown", path: "env.A" },
        // Where it stands: in a Secret of the same stack it can be read.
        from: { kind: "Secret", name: known("s"), key: known("k") },
      },
    ]);
    assert.equal(variable({ name: "A", value: UNKNOWN_STRING })[0]?.value.state, "unknown");
    assert.equal(variable({ name: "A" })[0]?.value.state, "absent");
    assert.deepEqual(variable({ name: UNKNOWN_STRING, value: "x" }), []);
  });

  it("are hidden when some come from a Secret or ConfigMap as a whole", () => {
    assert.equal(wordsOf([seen({ envFrom: [{ secretRef: { name: "s" } }] })]).hidden, true);
    assert.equal(wordsOf([seen({ envFrom: UNKNOWN_STRING })]).hidden, true);
    assert.equal(wordsOf([seen({})]).hidden, false);
  });
});

describe("a word after a program", () => {
  it("is looked for after it alone", () => {
    assert.equal(saysAfter("tool --x backup", /tool/, /backup/), true);
    assert.equal(saysAfter("backup with tool", /tool/, /backup/), false);
    assert.equal(saysAfter("backup", /tool/, /backup/), false);
  });
});
