import { z } from "zod";
import { oneLine } from "../../model/text";
import type { Finding } from "../message";
import { type Rule, type RuleContext, stackPolicy } from "../rule";
import { isProduction } from "../settings";
import type { StackIndex } from "../stack/index-stack";
import { type Suspect, suspectsIn } from "../unrecognized/suspects";

const date = z.iso.date({ error: "must be a day, such as 2027-03-31" });

const entry = z
  .strictObject({
    urn: z.string().min(1).optional(),
    type: z.string().min(1).optional(),
    name: z.string().min(1).optional(),
    reason: z.string().min(10, { error: "must say why, in ten characters at least" }),
    until: date.optional(),
  })
  .superRefine(({ urn, type, name }, context) => {
    const one = urn !== undefined && type === undefined && name === undefined;
    if (one || (urn === undefined && type !== undefined && name !== undefined)) return;
    context.addIssue({ code: "custom", message: "must name a resource by urn, or by type and name" });
  });
type Entry = z.output<typeof entry>;

const settings = z.strictObject({
  allowed: z
    .array(entry)
    .default([])
    .describe("What is left alone: each by `urn`, or by `type` and `name`, with a `reason` and perhaps `until` when."),
});
type Settings = z.output<typeof settings>;

/**
 * What looks like PostgreSQL, or like a backup of it, and is of no product that the gate knows: nobody can tell whether it
 * is backed up, or whether its backups restore. It is shown, and in production refused.
 *
 * Severity: high. Page: docs/policies/database-is-recognized.md
 */
export const rule: Rule<typeof settings> = {
  name: "database-is-recognized",
  description:
    "In production, what looks like PostgreSQL or its backup can be judged, is drilled, or is a listed exception.",
  level: "mandatory",
  severity: "high",
  remedy: "Cover it by an ExternalRestoreDrill, or list it with a reason in `allowed`.",
  config: settings,
  check: (context) => {
    const covered = coveredBy(context.index);
    return suspectsIn(context.index)
      .filter(({ urn }) => !covered.has(urn))
      .flatMap((suspect) => unknownProduct(suspect, context));
  },
};

export const databaseIsRecognized = stackPolicy(rule);

/** What somebody restores and shows the evidence of, whatever it is. */
function coveredBy({ drills }: StackIndex): Set<string> {
  return new Set(drills.flatMap(({ descriptor: drill }) => (drill?.kind === "external-drill" ? drill.covers : [])));
}

function unknownProduct(suspect: Suspect, { config, gate, now }: RuleContext<Settings>): Finding[] {
  const { urn, name, what, why } = suspect;
  const entries = config.allowed.filter((one) => isOf(one, suspect));
  if (entries.some((one) => !isOver(one, now))) return [];
  const [over] = entries;
  return [
    {
      urn,
      verdict: oneLine(
        `${name}: this looks like ${what} of PostgreSQL, and is of no product that the gate knows.`,
        400,
      ),
      reasons: [
        oneLine(why, 200),
        what === "a server"
          ? "so nobody can tell whether it has a backup, or whether one could be restored"
          : "so nobody can tell what it is a backup of, or whether it could be restored",
        ...(over ? [`its entry in allowed ended on ${over.until}`] : []),
      ],
      remedies: [
        "cover it by an ExternalRestoreDrill, with the signed evidence of what restores its backups",
        "or list it in the configuration of database-is-recognized, under allowed, with a reason",
      ],
      // Elsewhere it may be anything, and nothing is lost with it.
      ...(isProduction(gate) ? {} : { shown: true }),
    },
  ];
}

const isOf = ({ urn, type, name }: Entry, suspect: Suspect) =>
  urn === undefined ? type === suspect.type && name === suspect.name : urn === suspect.urn;

/** The day itself still counts, in UTC. */
const isOver = ({ until }: Entry, now: Date) => until !== undefined && now.getTime() >= Date.parse(until) + 86_400_000;
