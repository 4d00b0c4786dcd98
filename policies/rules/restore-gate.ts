import type { PolicyResource, ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";
import { configureGate } from "../analysis";
import { loadEvidence } from "../gate-evidence";
import { mayNotStart } from "../hard-stop";
import { format } from "../message";
import { pulumiSchema, shownWith, unchecked } from "../rule";
import { type GateConfiguration, readSettings, settingsSchema } from "../settings";
import { indexStack } from "../stack/index-stack";

const NAME = "restore-gate";

/**
 * Holds the gate's own configuration, and stops at once what must not even start: a database outside the first
 * environments that nobody has proven to be recoverable. The rules over the whole stack run after every step, too late
 * for an update without a preview; this one runs before each.
 *
 * Severity: critical. Page: docs/policies/restore-gate.md
 */
export const restoreGate: ResourceValidationPolicy = {
  name: NAME,
  ...shownWith(NAME),
  description: "A database does not start in a later environment without proof that it can be recovered.",
  enforcementLevel: "mandatory",
  severity: "critical",
  remediationSteps: "Give the gate the evidence of a drill that passed: see the page.",
  configSchema: pulumiSchema(settingsSchema),
  validateResource: async (args, reportViolation) => {
    try {
      const gate = await gateOf(args.getConfig());
      // In a preview nothing starts, and the rules over the whole stack say more. Our components only declare others.
      if (process.env.PULUMI_DRY_RUN === "true" || args.type.startsWith("restorable:")) return;
      for (const database of indexStack([alone(args)]).databases) {
        const finding = mayNotStart(database, gate, new Date());
        if (finding) reportViolation(format(NAME, finding));
      }
    } catch (error) {
      reportViolation(format(NAME, unchecked(error)));
    }
  },
};

let loaded: { config: Record<string, unknown>; gate: Promise<GateConfiguration> } | undefined;

/** Read once: Pulumi asks for every resource, and evidence may lie in a cluster. */
function gateOf(given: object): Promise<GateConfiguration> {
  // Pulumi hands the level over among the settings.
  const { enforcementLevel: _, ...config } = given as Record<string, unknown>;
  if (!loaded || !sameValues(loaded.config, config)) {
    const gate = loadEvidence(readSettings(config)).then((configuration) => {
      configureGate(configuration);
      return configuration;
    });
    loaded = { config, gate };
  }
  return loaded.gate;
}

/** The very same values: Pulumi gives each resource a new object with them, and comparing texts would cost more. */
function sameValues(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

/** One resource as if it were the whole stack: its parents and the others are not known yet. */
function alone({ type, name, urn, props, opts, provider, isType, asType }: ResourceValidationArgs): PolicyResource {
  const rest = { dependencies: [], propertyDependencies: {}, isType, asType };
  return { type, name, urn, props, opts, provider, ...rest } as PolicyResource;
}
