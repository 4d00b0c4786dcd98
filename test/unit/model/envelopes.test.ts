import assert from "node:assert/strict";
import { envelopesIn } from "../../../model/envelopes";

describe("the envelopes in a file", () => {
  const one = { payload: "YQ==", signatures: [] };
  const text = JSON.stringify(one);

  it("are one, however it is laid out", () => {
    for (const file of [text, `${text}\n`, JSON.stringify(one, null, 2)]) assert.deepEqual(envelopesIn(file), [file]);
  });

  it("are several on lines of their own, or in an array", () => {
    assert.deepEqual(envelopesIn(`${text}\n\n${text}\n`), [text, text]);
    assert.deepEqual(envelopesIn(JSON.stringify([one, text])), [text, text]);
  });

  it("stay as they are when they are neither: what is no envelope must be refused, and not left out", () => {
    for (const file of ["", "no JSON", `${text}\nno JSON`, `${"{}\n".repeat(2_000_000)}`])
      assert.deepEqual(envelopesIn(file), [file]);
  });
});
