import { agentDigest } from "../../model/agent-images";
import { targetId } from "../../model/target";
import { oneLine } from "../../model/text";
import type { Finding } from "../message";
import { type Rule, stackPolicy } from "../rule";
import type { StackIndex } from "../stack/index-stack";

/**
 * Backups and drills run an agent that the gate knows: whoever chooses the agent chooses what it signs. Evidence of
 * another agent does not count either, which restore-path-proven says. Nothing is refused until restore-gate's
 * `agentImages` lists the digests.
 *
 * Severity: critical. Page: docs/policies/agent-image-is-listed.md
 */
export const rule: Rule = {
  name: "agent-image-is-listed",
  description: "Backups and drills run an agent that restore-gate's agentImages lists.",
  level: "mandatory",
  severity: "critical",
  remedy: "Use a listed agent, or have this one's digest added to agentImages by those who answer for the gate.",
  check: ({ index, gate }) => {
    const listed = gate.ok ? gate.settings.agentImages : undefined;
    if (!listed) return [];
    return usesOf(index)
      .filter(({ image }) => !listed.includes(agentDigest(image) ?? ""))
      .map(({ urn, by, image }): Finding => {
        const pinned = agentDigest(image) !== undefined;
        return {
          urn,
          verdict: `${by}: its agent is none that restore-gate knows.`,
          reasons: [
            pinned
              ? `${oneLine(image, 200)} is not in agentImages`
              : `${oneLine(image, 200)} is not pinned by its digest, by which agentImages lists agents`,
          ],
          remedies: [
            pinned
              ? "use one of agentImages, or have those who answer for the gate add this digest"
              : "append the digest of the agent: name:tag@sha256:…",
          ],
        };
      });
  },
};

export const agentImageIsListed = stackPolicy(rule);

interface Use {
  urn: string;
  by: string;
  image: string;
}

/** Drills of other stacks run elsewhere: of them the evidence is judged. */
function usesOf({ ownBackups, drills }: StackIndex): Use[] {
  const backups = ownBackups.flatMap(({ urn, descriptor }): Use[] =>
    descriptor ? [{ urn, by: `the backup of ${targetId(descriptor.target)}`, image: descriptor.image }] : [],
  );
  const drilled = drills.flatMap(({ urn, descriptor }): Use[] =>
    descriptor?.kind === "drill" && descriptor.declares === "jobs"
      ? [{ urn, by: `the drill of ${targetId(descriptor.target)}`, image: descriptor.restorePath.images.agent }]
      : [],
  );
  return [...backups, ...drilled];
}
