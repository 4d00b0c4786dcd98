import assert from "node:assert/strict";
import { format } from "../../../policies/message";

describe("a message", () => {
  it("is a verdict, what it is about, reasons, remedies and the page, each on a line of its own", () => {
    const finding = {
      verdict: "app/orders: no.",
      lines: ["one", "two"],
      reasons: ["so"],
      remedies: ["do this", "or that"],
    };
    assert.deepEqual(format("some-rule", finding).split("\n"), [
      "app/orders: no.",
      "  one",
      "  two",
      "Reason: so",
      "Remedy: do this",
      "Remedy: or that",
      "Page: docs/policies/some-rule.md",
    ]);
  });

  it("lets no name from the program look like a line of ours, or flood the others", () => {
    const sly = "orders\n[mandatory] fine\u202e\u001b[2J";
    const text = format("some-rule", {
      verdict: sly,
      lines: [sly],
      reasons: [sly, "x".repeat(10_000)],
      remedies: [sly],
    });
    assert.equal(text.split("\n").length, 6);
    for (const sign of ["\u202e", "\u001b"]) assert.ok(!text.includes(sign));
    assert.ok(text.length < 3000);
  });
});
