import { z } from "zod";
import { DURATION_PATTERN, parseDuration } from "../../model/duration";
import { targetId } from "../../model/target";
import type { Finding } from "../message";
import { type Rule, type RuleContext, stackPolicy } from "../rule";
import { drilledText } from "../stack/copies";
import { coversOwn, isOfSamePath, uncovered } from "../stack/coverage";
import { DESCRIPTOR_REMEDY } from "../stack/declared";
import type { Backup, RestoreTest } from "../stack/facts";
import type { StackIndex } from "../stack/index-stack";
import { heldToInterval } from "../stack/restore-tests";
import { databaseText } from "../stack/text";

const settings = z.strictObject({
  restoreTestInterval: z
    .string()
    .regex(DURATION_PATTERN, { error: "must be a whole number and a unit, such as 26h or 8d" })
    .default("8d")
    .describe(
      "How much time may pass between two runs of a product's own restore test; never less than maxEvidenceAge.",
    ),
});

/**
 * Every backup in the stack, whoever declared it, has a tested restore path: a restore drill for exactly what it is a
 * backup of.
 *
 * Severity: critical. Page: docs/policies/backup-has-restore-drill.md
 */
export const rule: Rule<typeof settings> = {
  name: "backup-has-restore-drill",
  description: "Every backup has a tested restore path.",
  level: "mandatory",
  severity: "critical",
  remedy:
    "Declare a RestoreDrill (or an ExternalRestoreDrill) for the backup, or remove the backup that nobody restores.",
  config: settings,
  check: (context) => {
    const index = heldToIntervals(context);
    return [...index.ownBackups.flatMap((backup) => ownWithoutDrill(backup, index)), ...foreignWithoutTests(index)];
  },
};

export const backupHasRestoreDrill = stackPolicy(rule);

/** The stack with its restore tests, of which those do not count that run too rarely. */
function heldToIntervals({ index, gate, config }: RuleContext<z.output<typeof settings>>): StackIndex {
  const seconds = Math.max(
    parseDuration(config.restoreTestInterval),
    gate.ok ? gate.settings.maxEvidenceAgeSeconds : 0,
  );
  return { ...index, restoreTests: index.restoreTests.map((test) => heldToInterval(test, seconds)) };
}

function ownWithoutDrill(
  { urn, name, descriptor, problem }: StackIndex["ownBackups"][number],
  index: StackIndex,
): Finding[] {
  if (!descriptor) {
    const verdict = `${name}: nobody can tell what this backup is of, so no drill covers it.`;
    return [{ urn, verdict, reasons: [problem ?? "it registered no descriptor"], remedies: [DESCRIPTOR_REMEDY] }];
  }
  const drills = index.drills.flatMap(({ descriptor: drill }) => drill ?? []);
  if (drills.some((drill) => coversOwn(drill, descriptor, urn, index))) return [];
  const copy = descriptor.kind === "copy";
  const id = `${targetId(descriptor.target)}${copy ? " (off-site copy)" : ""}`;
  if (drills.some((drill) => isOfSamePath(drill, descriptor, urn)))
    return [
      {
        urn,
        verdict: `${id}: no drill restores from where this backup (${name}) goes.`,
        reasons: [
          "a drill of this database and restore path is in the stack, and it restores from another storage, or from one that cannot be told to be this backup's",
        ],
        remedies: [
          "give the RestoreDrill the reader of the backup's own storage and the same prefix, and each further storage a drill of its own",
          "if it is the same storage, declare it once, by a storage component that lists the writer and the reader",
        ],
      },
    ];
  const others = drills.map(
    (drill) => `${drilledText(drill)} in ${drill.environment} (restore path ${drill.fingerprint.slice(0, 12)})`,
  );
  const here = `${id} in ${descriptor.environment} (restore path ${descriptor.fingerprint.slice(0, 12)})`;
  const reason =
    others.length > 0
      ? `the stack's drills are for ${others.slice(0, 5).join(", ")}, not for ${here}`
      : "no RestoreDrill with a known descriptor is in the stack";
  const remedies = [
    copy
      ? `give the RestoreDrill of ${targetId(descriptor.target)} the copy as offSite, of the same kind of storage`
      : `declare a RestoreDrill for ${id}`,
  ];
  return [{ urn, verdict: `${id}: this backup has no restore drill.`, reasons: [reason], remedies }];
}

/**
 * One tested path is enough for a database: further backups of it that nobody restores, such as those that a service
 * takes by itself, are shown and not refused. The only path that a database has is.
 */
function foreignWithoutTests(index: StackIndex): Finding[] {
  const foreign = index.backups
    .filter(({ origin }) => origin === "foreign")
    .map((backup) => ({ backup, untested: uncovered(backup, index) }));
  const tested = new Set(
    foreign.flatMap(({ backup, untested }) =>
      backup.certain && backup.doesNotCount === undefined
        ? backup.databaseUrns.filter((urn) => !untested.includes(urn))
        : [],
    ),
  );
  return foreign.flatMap(({ backup, untested }) => {
    const others = untested.length > 0 && untested.every((urn) => tested.has(urn));
    return foreignWithoutTest(backup, untested, index).map((finding) =>
      others ? alsoTested(finding, backup) : finding,
    );
  });
}

const alsoTested = (finding: Finding, { id }: Backup): Finding => ({
  ...finding,
  verdict: `${id}: nobody restores this backup, and another one of the same database is restored.`,
  shown: true,
});

function foreignWithoutTest(backup: Backup, untested: string[], index: StackIndex): Finding[] {
  if (untested.length === 0) return [];
  const verdict = backup.certain
    ? `${backup.id}: this is a backup that nobody restores.`
    : `${backup.id}: this may be a backup that nobody restores.`;
  const some = untested.length < backup.databaseUrns.length ? ` of ${untested.map(nameIn(index)).join(", ")}` : "";
  const subjects = [backup.urn, ...backup.databaseUrns];
  const tests = index.restoreTests.filter(({ covers }) => covers.some((urn) => subjects.includes(urn)));
  const other = index.drills.some(({ descriptor: drill }) => {
    return drill?.kind === "external-drill" && drill.covers.some((urn) => subjects.includes(urn));
  });
  const reasons = [
    `it is ${backup.what}, and no restore drill${some} covers it`,
    ...(backup.doesNotCount === undefined ? [] : [backup.doesNotCount]),
    ...(other && some === ""
      ? [
          "an ExternalRestoreDrill names it, and restores backups of another method, or from another kind of storage, than this one makes",
        ]
      : []),
    ...tests.filter(({ doesNotCount }) => doesNotCount !== undefined).map(whyNot),
  ];
  const remedies = [
    managed(backup)
      ? "cover it by an AWS Backup restore testing plan, or by an ExternalRestoreDrill with the signed evidence of what restores it"
      : "cover it by an ExternalRestoreDrill with the signed evidence of the tool that restores it, or declare the backup with LogicalBackup and RestoreDrill instead",
    ...(backup.certain
      ? []
      : ["or make what is unknown known at preview, by plain values and by scripts that this stack declares"]),
  ];
  return [{ urn: backup.urn, verdict, reasons, remedies }];
}

const managed = ({ stores }: Backup) => stores.some(({ kind }) => kind === "rds" || kind === "aws-backup");

const nameIn =
  ({ databases }: StackIndex) =>
  (urn: string): string => {
    const database = databases.find((d) => d.urn === urn);
    return database ? databaseText(database) : urn;
  };

function whyNot({ what, name, doesNotCount }: RestoreTest): string {
  return `${what} (${name}) does not count: ${doesNotCount}`;
}
