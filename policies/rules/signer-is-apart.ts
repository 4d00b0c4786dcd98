import type { RestoreDrillDescriptor } from "../../model/descriptor";
import { SECRET_FOLDERS } from "../../model/job-config";
import { targetId } from "../../model/target";
import { childrenOf } from "../children/read";
import { declaresBackupsOf } from "../judgement";
import { known, readList, readPartly, readString } from "../known";
import type { Finding } from "../message";
import { containersOf } from "../recognizers/shared/containers";
import { type Rule, type RuleContext, stackPolicy } from "../rule";
import { isProduction } from "../settings";
import type { StackIndex } from "../stack/index-stack";

/**
 * Who declares backups does not hold the key that calls them restorable: in production the key is in no program, and
 * where the gate's `selfAttested` is `refused`, another stack declares the drill.
 *
 * Severity: critical. Page: docs/policies/signer-is-apart.md
 */
export const rule: Rule = {
  name: "signer-is-apart",
  description: "The key that signs evidence is out of reach of the program that is judged by it.",
  level: "mandatory",
  severity: "critical",
  remedy: "Keep the signing key in a Secret or a KMS that the program cannot read.",
  check: (context) =>
    context.index.drills.flatMap(({ urn, descriptor: drill }) =>
      drill?.kind === "drill" ? [...keyInProgram(urn, drill, context), ...selfAttested(urn, drill, context)] : [],
    ),
};

export const signerIsApart = stackPolicy(rule);

function keyInProgram(urn: string, drill: RestoreDrillDescriptor, { gate, index }: RuleContext<unknown>): Finding[] {
  if (!isProduction(gate)) return [];
  if (drill.signingKey !== "program" && !declaresItsSecret(urn, drill, index)) return [];
  return [
    {
      urn,
      verdict: `${targetId(drill.target)}: the program holds the key that signs its evidence.`,
      reasons: [
        "whoever may write or run the program can sign that any backup is restorable, without a drill",
        "a key that was in a program is in its state and configuration, too",
      ],
      remedies: [
        "make a new key, and give it as an existing Secret of the drills' namespace (signingKey.existingSecret) or as a key of a KMS",
      ],
    },
  ];
}

/** A Secret that the program declares beside the drill is no other than one that it gives the drill. */
function declaresItsSecret(urn: string, { drillNamespace }: RestoreDrillDescriptor, { view }: StackIndex): boolean {
  const folder: string = SECRET_FOLDERS.signing;
  return childrenOf(urn, view).pods.some(({ spec }) => {
    const mounts = containersOf(spec).flatMap((one) => readList(one, "volumeMounts"));
    const volumes = mounts.filter((mount) => readPartly(mount, "mountPath") === folder);
    const names = new Set(volumes.map((mount) => readPartly(mount, "name")));
    return readList(spec, "volumes").some((volume) => {
      const name = readString(volume, "secret", "secretName");
      const secret = { namespace: known(drillNamespace), name };
      return names.has(readPartly(volume, "name")) && view.named("core", "Secret", secret) !== undefined;
    });
  });
}

function selfAttested(urn: string, drill: RestoreDrillDescriptor, { gate, index }: RuleContext<unknown>): Finding[] {
  if (!gate.ok || gate.settings.selfAttested === "allowed") return [];
  const together = drill.declares === "jobs" && declaresBackupsOf(drill.target, index);
  if (drill.attestation === "platform" && !together) return [];
  const { environment } = gate.settings;
  return [
    {
      urn,
      verdict: `${targetId(drill.target)}: its drill is self-attested, which does not count in ${environment}.`,
      reasons: [
        together
          ? "this stack declares both the backups and the drill that calls them restorable"
          : "the drill says that the program which declares the backups declares it, too (attestation: self)",
      ],
      remedies: ["let a platform's own stack declare the drill and hold its key, and refer to it from here"],
    },
  ];
}
