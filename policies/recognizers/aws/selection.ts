import type { PolicyResource } from "@pulumi/policy";
import { readList, readPartly, readString } from "../../known";
import type { StackView } from "../../stack/view";
import { PLAN, type PlanRule, rulesOf, UNKNOWN_RULE } from "./backup-plan";
import { hasTag, isNamed, meetsConditions, type ProtectedDatabase } from "./databases";
import { type Answer, allOf, anyOf, givenList, not, sourcesOf } from "./values";

export const SELECTION = "aws:backup/selection:Selection";

/** The rules by which what `selection` selects is backed up. */
export function rulesFor(selection: PolicyResource, view: StackView): PlanRule[] {
  const plan = view
    .ofType(PLAN)
    .find((candidate) => view.refersTo(selection, "planId", candidate, readString(candidate.props, "id")));
  return plan ? rulesOf(plan, view) : [UNKNOWN_RULE];
}

/**
 * Whether `selection` puts `database` into its plan: what it names or tags, less what it excludes, if every condition
 * holds ("Assign resources to a backup plan" and BackupSelection, AWS Backup Developer Guide).
 */
export function selects(selection: PolicyResource, database: ProtectedDatabase): Answer {
  const excluded = isNamed(givenList(selection, "notResources"), sourcesOf(selection, "notResources"), database);
  const conditions = givenList(selection, "conditions").map((condition) => meetsConditions(condition, database));
  return allOf([includes(selection, database), not(excluded), ...conditions]);
}

/**
 * One of several names is enough, and one of several tags. Whether a tag is wanted beside a name or instead of one, the
 * guide says differently in different places, so a database that has only one of the two may be selected or not.
 */
function includes(selection: PolicyResource, database: ProtectedDatabase): Answer {
  const names = readList(selection.props, "resources");
  const tags = readList(selection.props, "selectionTags").map((tag) =>
    hasTag(database, readPartly(tag, "key"), readPartly(tag, "value")),
  );
  const answers = new Set<Answer>();
  if (names.length > 0) answers.add(isNamed(names, sourcesOf(selection, "resources"), database));
  if (tags.length > 0) answers.add(anyOf(tags));
  // Without either, everything that AWS Backup supports is meant.
  const [first = "yes", another] = answers;
  return another ? "unknown" : first;
}
