/**
 * Pulumi's SDK turns every resource of the stack into plain values anew for every policy (@pulumi/policy 1.21,
 * server.js, makeAnalyzeStackRpcFun): with two dozen policies that is nearly all of the pack's time. The function that does it is
 * pure and our policies change nothing, so its results are kept for as long as the message is. Where an SDK has no such
 * function, everything works as before, and slower.
 */
interface Deserialization {
  deserializeProperties?: (message: object, proxySecrets: boolean) => unknown;
}

export function deserializeOnce(): void {
  const module = sdkModule();
  const original = module?.deserializeProperties;
  if (!module || typeof original !== "function") return;
  const kept = new WeakMap<object, unknown>();
  module.deserializeProperties = (message, proxySecrets) => {
    // With wrapped secrets the result is for remediation, which may change it.
    if (proxySecrets) return original(message, proxySecrets);
    if (!kept.has(message)) kept.set(message, original(message, proxySecrets));
    return kept.get(message);
  };
}

function sdkModule(): Deserialization | undefined {
  try {
    return require("@pulumi/policy/deserialize") as Deserialization;
  } catch {
    return undefined;
  }
}
