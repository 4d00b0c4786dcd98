import type { PolicyResource } from "@pulumi/policy";
import { known, readList, readPartly, readString, UNKNOWN, valueOr } from "../../known";
import type { Backup, RestoreTest } from "../../stack/facts";
import type { StackView } from "../../stack/view";
import { isVault, type PlanRule, sources, type VaultReference, vaultName, vaultsAt } from "./backup-plan";
import { isNamed, meetsConditions, type ProtectedDatabase, protectedDatabases } from "./databases";
import { rulesFor, SELECTION } from "./selection";
import { type Answer, allOf, answer, anyOf, given, givenList, not, sourcesOf, withDefault } from "./values";

export const RESTORE_TESTING_PLAN = "aws:backup/restoreTestingPlan:RestoreTestingPlan";
const RESTORE_TESTING_SELECTION = "aws:backup/restoreTestingSelection:RestoreTestingSelection";

/**
 * What a restore testing plan of AWS Backup restores: recovery points of the databases that its selections name, out of
 * the vaults that it includes, of the types that it lists.
 *
 * It counts with or without `validationWindowHours`. They are how long the restored database is left for a validation of
 * one's own, which the AWS Backup Developer Guide calls optional ("Restore testing", "Restore testing validation",
 * RestoreTestingSelectionForCreate: 0 to 168 hours). Without them something is checked still: AWS Backup runs a restore job
 * and reports whether it completed, and for RDS it has not before there is a new server that started from the recovery
 * point. What may pass unseen with a dump, an empty or half restored database, is not what copied storage comes up as.
 */
export function restoreTests(plan: PolicyResource, view: StackView): RestoreTest[] {
  const covers: string[] = [];
  const reasons = new Map<string, string[]>();
  for (const backup of view.backups) {
    const points = recoveryPoints(backup, view);
    if (points.length === 0) continue;
    const tested = points.map(({ database, rules }) => tests(plan, database, rules, view));
    const somewhere = points.map(({ database, rules }) =>
      anyOf(view.ofType(RESTORE_TESTING_PLAN).map((other) => tests(other, database, rules, view))),
    );
    if (tested.includes("yes") && allOf(somewhere) === "yes") covers.push(backup.urn);
    else if (tested.includes("yes")) add(reasons, "it does not restore every database of the backup", backup.urn);
    else if (tested.includes("unknown")) add(reasons, "what it restores is unknown at preview", backup.urn);
  }
  const failing = [...reasons].map(([doesNotCount, urns]) => ({ ...fact(plan, view), covers: urns, doesNotCount }));
  return [{ ...fact(plan, view), covers }, ...failing].filter((test) => test.covers.length > 0);
}

function add(reasons: Map<string, string[]>, reason: string, urn: string): void {
  reasons.set(reason, [...(reasons.get(reason) ?? []), urn]);
}

function fact(plan: PolicyResource, view: StackView): Omit<RestoreTest, "covers"> {
  const zone = readString(plan.props, "scheduleExpressionTimezone");
  return {
    urn: plan.urn,
    name: plan.name,
    what: "an AWS Backup restore testing plan",
    origin: view.origin(plan),
    // Out of a vault, and no vault is on the database's storage.
    copies: known("outside"),
    schedules: [
      {
        expression: readString(plan.props, "scheduleExpression"),
        fields: "aws",
        timeZone: withDefault(given(plan, "scheduleExpressionTimezone", zone), "Etc/UTC"),
      },
    ],
  };
}

interface RecoveryPoints {
  database: ProtectedDatabase;
  rules: PlanRule[];
}

/**
 * The databases whose recovery points are `backup`'s, with the rules that make them. Automated backups of RDS have none of
 * their own, and no restore test restores them, unless a plan with continuous backups has the database: then RDS's
 * automated backup is AWS Backup's continuous recovery point, one and the same ("Continuous backups and point-in-time
 * recovery"). A restored snapshot proves nothing of them: it needs no logs to be there.
 */
function recoveryPoints(backup: Backup, view: StackView): RecoveryPoints[] {
  const selection = view.ofType(SELECTION).find(({ urn }) => urn === backup.urn);
  if (!selection && !backup.stores.some(({ kind }) => kind === "rds")) return [];
  const own = protectedDatabases(view).filter(({ fact }) => backup.databaseUrns.includes(fact.urn));
  const rules = selection ? rulesFor(selection, view) : undefined;
  return own.map((database) => ({ database, rules: rules ?? continuousRules(database, view) }));
}

function continuousRules({ fact }: ProtectedDatabase, view: StackView): PlanRule[] {
  return view.ofType(SELECTION).flatMap((selection) => {
    const having = view.backups.some(
      ({ urn, databaseUrns }) => urn === selection.urn && databaseUrns.includes(fact.urn),
    );
    const rules = having ? rulesFor(selection, view) : [];
    return rules.filter(({ continuous }) => valueOr(continuous, false)).map((rule) => ({ ...rule, copies: [] }));
  });
}

/** Whether `plan` restores a recovery point that `rules` make of `database`. */
function tests(plan: PolicyResource, database: ProtectedDatabase, rules: PlanRule[], view: StackView): Answer {
  const name = readString(plan.props, "name");
  const selections = view.referring([RESTORE_TESTING_SELECTION], "restoreTestingPlanName", plan, name);
  return allOf([
    anyOf(selections.map((selection) => selects(selection, database))),
    anyOf(rules.flatMap((rule) => pointsOf(rule)).map((point) => takes(plan, point, view))),
  ]);
}

/** One kind of resource; of that, what is named or everything; of that, what meets the conditions. */
function selects(selection: PolicyResource, database: ProtectedDatabase): Answer {
  const type = readString(selection.props, "protectedResourceType");
  const named = givenList(selection, "protectedResourceArns");
  const conditions = readPartly(selection.props, "protectedResourceConditions");
  return allOf([
    type.state === "unknown" ? "unknown" : answer(valueOr(type, "") === database.resourceType),
    named.length === 0
      ? answer(conditions !== undefined)
      : isNamed(named, sourcesOf(selection, "protectedResourceArns"), database),
    meetsConditions(conditions, database),
  ]);
}

type PointType = "CONTINUOUS" | "SNAPSHOT";

interface Point {
  vault: VaultReference;
  /** Either, if it is unknown. */
  types: PointType[];
}

function pointsOf({ vault, copies, continuous }: PlanRule): Point[] {
  const types: PointType[] =
    continuous.state === "unknown"
      ? ["CONTINUOUS", "SNAPSHOT"]
      : [valueOr(continuous, false) ? "CONTINUOUS" : "SNAPSHOT"];
  return [{ vault, types }, ...copies.map((copy): Point => ({ vault: copy, types: ["SNAPSHOT"] }))];
}

/** Whether `plan` takes recovery points like `point`. */
function takes(plan: PolicyResource, { vault, types }: Point, view: StackView): Answer {
  const list = (key: string) => readList(plan.props, "recoveryPointSelection", key);
  const listed = list("recoveryPointTypes");
  const [included, excluded] = [list("includeVaults"), list("excludeVaults")];
  // What the program took from other resources for both lists cannot be told apart.
  const both = included.includes(UNKNOWN) && excluded.includes(UNKNOWN);
  const within = (entries: unknown[]) =>
    anyOf(entries.map((entry) => (both && entry === UNKNOWN ? "unknown" : isOf(entry, plan, vault, view))));
  return allOf([
    unanimous(types.map((type) => (listed.includes(type) ? "yes" : listed.includes(UNKNOWN) ? "unknown" : "no"))),
    within(included),
    not(within(excluded)),
  ]);
}

/** Whether `entry` of the plan's vaults (an ARN or `*`) is `vault`. */
function isOf(entry: unknown, plan: PolicyResource, reference: VaultReference, view: StackView): Answer {
  if (entry === "*") return "yes";
  const own = vaultsAt(reference, view);
  if (typeof entry === "string") {
    if (own.length > 0) return unanimous(own.map((resource) => answer(isVault(resource, entry))));
    const { name } = reference;
    return name.state === "known" ? answer(vaultName(entry) === name.value) : "unknown";
  }
  const from = sources(plan, "recoveryPointSelection", view).map(({ urn }) => urn);
  if (from.length > 0) return own.length > 0 ? unanimous(own.map(({ urn }) => answer(from.includes(urn)))) : "no";
  // An ARN from elsewhere, of which nothing is known, is not that of a vault of this stack.
  return own.length > 0 && sourcesOf(plan, "recoveryPointSelection").length > 0 ? "no" : "unknown";
}

/** What holds of all; unknown if it holds of some only. */
function unanimous(answers: Answer[]): Answer {
  return allOf(answers) === anyOf(answers) ? allOf(answers) : "unknown";
}
