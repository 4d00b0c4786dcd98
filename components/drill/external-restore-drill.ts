import * as pulumi from "@pulumi/pulumi";
import { type ExternalDrillDescriptor, TYPE_TOKENS } from "../../model/descriptor";
import { externalRestorePath } from "../../model/external-restore-path";
import { InvalidInputError } from "../../model/problems";
import { validated } from "../validate";
import { evidenceReader } from "./evidence-reader";
import {
  type ExternalDrillDeclaration,
  type ExternalRestoreDrillArgs,
  externalRestoreDrillSchema,
  urnProblem,
} from "./external-restore-drill-args";
import { objectivesInSeconds } from "./restore-drill-args";

/**
 * A restore drill that another tool runs: a script of the team's own, AWS restore testing, a clone that an operator
 * makes. It declares no resources. It says what is restored, how, and how often, and shows the policy pack the evidence
 * that the tool has signed, which has the same format as RestoreDrill's.
 */
export class ExternalRestoreDrill extends pulumi.ComponentResource {
  static readonly __pulumiType: string = TYPE_TOKENS.externalDrill;
  /** The restore path's fingerprint, which the evidence must name. */
  declare public readonly fingerprint: pulumi.Output<string>;
  /** The restore path as the evidence must hold it: canonical JSON (RFC 8785), whose SHA-256 is the fingerprint. */
  declare public readonly restorePathJson: pulumi.Output<string>;

  constructor(name: string, args: ExternalRestoreDrillArgs, opts?: pulumi.ComponentResourceOptions) {
    if (opts?.urn) {
      super(TYPE_TOKENS.externalDrill, name, {}, opts);
      return;
    }
    const drill = validated(externalRestoreDrillSchema, args, "ExternalRestoreDrill", name);
    super(TYPE_TOKENS.externalDrill, name, drill, opts);
    const path = externalRestorePath({ ...drill.restorePath, checklist: drill.checklist });
    this.fingerprint = pulumi.output(path.fingerprint);
    this.restorePathJson = pulumi.output(path.json);
    this.registerOutputs({
      descriptor: descriptorOf(drill, path, urnsOf(drill, name)),
      fingerprint: this.fingerprint,
      restorePathJson: this.restorePathJson,
    });
  }
}

/** The URNs that the drill covers. Pulumi knows the URN of every declared resource at preview. */
function urnsOf({ covers }: ExternalDrillDeclaration, name: string): pulumi.Output<string>[] {
  return covers.map((given, index) =>
    pulumi.output(given).apply((urn) => {
      const message = urnProblem(urn);
      if (message)
        throw new InvalidInputError(`ExternalRestoreDrill "${name}"`, [{ path: `covers.${index}`, message }]);
      return urn;
    }),
  );
}

/** One URN that is unknown at preview leaves the rest known: the policy pack says which it is. */
type UnresolvedDescriptor = Omit<ExternalDrillDescriptor, "covers"> & { covers: pulumi.Output<string>[] };

/** Evidence is read while the program runs, so it is that of before the deployment. */
async function descriptorOf(
  drill: ExternalDrillDeclaration,
  { path, fingerprint }: ReturnType<typeof externalRestorePath>,
  covers: pulumi.Output<string>[],
): Promise<UnresolvedDescriptor> {
  const { schedule, onDeployment } = drill.triggers;
  const { evidence, evidenceProblems } = await evidenceReader()({
    namespace: drill.evidenceConfigMap?.namespace,
    configMap: drill.evidenceConfigMap?.name,
    fingerprint,
    files: drill.evidence,
    kubeContext: drill.kubeContext,
  });
  return {
    kind: "external-drill",
    version: 1,
    environment: drill.environment,
    stack: drill.stack ?? pulumi.getStack(),
    covers,
    target: drill.target,
    ...(drill.drillNamespace === undefined ? {} : { drillNamespace: drill.drillNamespace }),
    restorePath: path,
    fingerprint,
    checklist: path.checklist,
    triggers: { afterBackup: false, ...(schedule === undefined ? {} : { schedule }), onDeployment },
    objectives: objectivesInSeconds(drill.objectives),
    evidence,
    evidenceProblems,
  };
}
