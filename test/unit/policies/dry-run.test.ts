import assert from "node:assert/strict";
import { noteDryRun } from "../../../policies/dry-run";

interface Message {
  setDryRun(value: boolean): void;
  serializeBinary(): Uint8Array;
}
const { AnalyzerService } = require("@pulumi/pulumi/proto/analyzer_grpc_pb") as {
  AnalyzerService: { configureStack: { requestDeserialize: (bytes: Uint8Array) => unknown } };
};
const { AnalyzerStackConfigureRequest } = require("@pulumi/pulumi/proto/analyzer_pb") as {
  AnalyzerStackConfigureRequest: new () => Message;
};

describe("whether a run is a preview", () => {
  const { configureStack } = AnalyzerService;
  const original = configureStack.requestDeserialize;
  const before = process.env.PULUMI_DRY_RUN;
  afterEach(() => {
    configureStack.requestDeserialize = original;
    if (before === undefined) delete process.env.PULUMI_DRY_RUN;
    else process.env.PULUMI_DRY_RUN = before;
  });

  /** What Pulumi's engine says to a pack when it has started it. */
  const told = (dryRun: boolean) => {
    const message = new AnalyzerStackConfigureRequest();
    message.setDryRun(dryRun);
    configureStack.requestDeserialize(Buffer.from(message.serializeBinary()));
    return process.env.PULUMI_DRY_RUN;
  };

  it("is taken from what the engine says, which the SDK does not pass on", () => {
    delete process.env.PULUMI_DRY_RUN;
    assert.equal(told(true), undefined);
    noteDryRun();
    assert.equal(told(true), "true");
    assert.equal(told(false), "false");
  });

  it("is not what the caller's shell says: that must not silence restore-gate", () => {
    process.env.PULUMI_DRY_RUN = "true";
    noteDryRun();
    assert.equal(told(false), "false");
  });

  it("is taken for one as long as the engine says nothing, as in an analysis of a saved state", () => {
    process.env.PULUMI_DRY_RUN = "false";
    noteDryRun();
    assert.equal(process.env.PULUMI_DRY_RUN, "true");
  });

  it("changes nothing of the message", () => {
    noteDryRun();
    const message = new AnalyzerStackConfigureRequest();
    message.setDryRun(true);
    const bytes = Buffer.from(message.serializeBinary());
    assert.deepEqual(configureStack.requestDeserialize(bytes), original(bytes));
  });
});
