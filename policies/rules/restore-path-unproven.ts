import { describeWaiver } from "../../model/waiver";
import { mayNotStart } from "../hard-stop";
import { type DrillJudgement, judgementOf } from "../judgement";
import type { Finding } from "../message";
import { type Rule, type RuleContext, stackPolicy } from "../rule";

/**
 * Shows what passes without proof from here: unproven restore paths, waivers, and, before a deployment that restore-gate
 * would stop, which databases it would not let start.
 *
 * Severity: medium, advisory. Set to mandatory, it refuses them too. Page: docs/policies/restore-path-unproven.md
 */
export const rule: Rule = {
  name: "restore-path-unproven",
  description: "Restore paths that were let pass without proof from here are shown.",
  level: "advisory",
  severity: "medium",
  remedy: "Let the drill run; deploy again once its evidence is there.",
  check: (context) => {
    const { gate } = context;
    if (!gate.ok) return [];
    const notes = judgementOf(context).drills.flatMap((judgement) => note(judgement, gate.settings.environment));
    return [...notes, ...anyAgent(context), ...stops(context)];
  },
};

export const restorePathUnproven = stackPolicy(rule);

/** In production it is worth saying once that the program chooses who signs. */
function anyAgent({ index, gate }: RuleContext<unknown>): Finding[] {
  if (!gate.ok || !gate.settings.production || gate.settings.agentImages) return [];
  if (!index.drills.some(({ descriptor }) => descriptor?.kind === "drill")) return [];
  return [
    {
      verdict: `In ${gate.settings.environment}, evidence counts whichever agent signed it.`,
      reasons: ["restore-gate has no agentImages, so a program may choose an agent that always signs a pass"],
      remedies: ["list the digests of the agents that you trust in restore-gate's agentImages"],
    },
  ];
}

function note(judgement: DrillJudgement, environment: string): Finding[] {
  if ("dishonest" in judgement) return [];
  const { urn, id, verdict, waiver } = judgement;
  const { decision, reasons, remedies } = verdict;
  const standing = `the restore path is ${WORDS[verdict.standing]}`;
  if (waiver) {
    const needed = decision === "reject";
    return [
      {
        urn,
        verdict: `${id}: ${needed ? "waived" : "waiver not needed"} in ${environment}, ${standing}.`,
        reasons: [describeWaiver(waiver), ...reasons],
        remedies: [
          needed
            ? "repair it and let the drill pass before the waiver ends"
            : "remove the waiver from the configuration",
        ],
      },
    ];
  }
  if (decision === "reject" || reasons.length === 0) return [];
  return [{ urn, verdict: `${id}: allowed in ${environment}, ${standing}.`, reasons, remedies }];
}

/**
 * Drills bring their evidence when the stack is there, and restore-gate is asked before: a preview that said nothing
 * would be followed by an update that is stopped. Silent where something else stops it already.
 */
function stops({ index, gate, now, spoken }: RuleContext<unknown>): Finding[] {
  if (spoken.length > 0) return [];
  return index.databases
    .filter(({ urn }) => !isComponent(urn))
    .flatMap((database) => mayNotStart(database, gate, now) ?? [])
    .map((finding) => ({ ...finding, verdict: `The update will be stopped by restore-gate. ${finding.verdict}` }));
}

/** Our components only declare others; restore-gate looks at those. */
function isComponent(urn: string): boolean {
  return urn.split("::")[2]?.split("$").pop()?.startsWith("restorable:") ?? false;
}

const WORDS = { proven: "proven", unproven: "unproven", refused: "not proven by its evidence" } as const;
