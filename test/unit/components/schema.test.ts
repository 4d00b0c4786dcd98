import { strict as assert } from "node:assert";
import { join } from "node:path";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import * as components from "../../../components";

const ROOT = join(__dirname, "../../..");

/** The components that other languages get, by what Pulumi itself makes of their arguments. */
describe("Pulumi's component analyzer", () => {
  const names = Object.entries(components).flatMap(([name, value]) =>
    typeof value === "function" && "__pulumiType" in value ? name : [],
  );

  it("understands the arguments and outputs of every component", () => {
    assert.ok(names.includes("S3BackupStorage") && names.length >= 9, names.join());
    const manifest = { ...require(join(ROOT, "package.json")), main: "components/index.ts" };
    const found = new Analyzer(ROOT, "restorable", manifest, new Set(names)).analyze();
    assert.deepEqual(Object.keys(found.components).sort(), [...names].sort());
    const { inputs, outputs } = found.components.S3BackupStorage ?? { inputs: {}, outputs: {} };
    const required = Object.entries(inputs).flatMap(([name, { optional }]) => (optional ? [] : name));
    assert.deepEqual(required.sort(), ["accountId", "bucket", "drills", "region", "writers"]);
    assert.deepEqual(Object.keys(outputs).sort(), ["bucketArn", "evidence", "kmsKeyArn", "pruner", "reader", "writer"]);
  }).timeout(120_000);
});
