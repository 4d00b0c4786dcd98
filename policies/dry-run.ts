import { dirname } from "node:path";

/**
 * Whether nothing starts in a run: in a preview, and in `pulumi policy analyze` of a saved state, in which the engine
 * says nothing of it (its LoadLocalPolicyPackAnalyzers hands on no options). Pulumi puts it into PULUMI_DRY_RUN for packs that a language host runs; a pack that is an
 * executable is told by message only (ConfigureStack), of which the SDK passes nothing on (@pulumi/policy 1.21,
 * server.js, configureStack). So it is taken from the message, and stands above the variable: what the caller's shell has
 * in it must not silence restore-gate. Where an SDK has no such message, the variable decides, and nothing is silent
 * without it.
 */
interface ConfigureStack {
  requestDeserialize?: (bytes: Uint8Array) => { getDryRun?: () => boolean };
}

export function noteDryRun(): void {
  const message = configureStack();
  const original = message?.requestDeserialize;
  if (!message || typeof original !== "function") return;
  // Until the engine has said that this is an update.
  process.env.PULUMI_DRY_RUN = "true";
  message.requestDeserialize = (bytes) => {
    const request = original(bytes);
    if (typeof request.getDryRun === "function") process.env.PULUMI_DRY_RUN = String(request.getDryRun());
    return request;
  };
}

/** The message as the SDK itself knows it. */
function configureStack(): ConfigureStack | undefined {
  try {
    const paths = [dirname(require.resolve("@pulumi/policy"))];
    const file = require.resolve("@pulumi/pulumi/proto/analyzer_grpc_pb", { paths });
    const services = require(file) as { AnalyzerService?: { configureStack?: ConfigureStack } };
    return services.AnalyzerService?.configureStack;
  } catch {
    return undefined;
  }
}
