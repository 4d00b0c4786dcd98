import type { BackupDescriptor, DrillDescriptor } from "../model/descriptor";
import { targetId } from "../model/target";
import type { Finding } from "./message";
import { stackPolicy } from "./rule";
import { DESCRIPTOR_REMEDY, type Declared, type StackIndex } from "./stack-index";

/**
 * Every backup in the stack has a restore drill for exactly the same database.
 *
 * Severity: critical. Page: docs/policies/backup-has-restore-drill.md
 */
export const backupHasRestoreDrill = stackPolicy({
  name: "backup-has-restore-drill",
  description: "Every backup has a restore drill for the same database.",
  level: "mandatory",
  severity: "critical",
  remedy: "Declare a RestoreDrill for the backup, or remove the backup that nobody restores.",
  check: (index) => [
    ...index.backups.flatMap((backup) => withoutDrill(backup, index)),
    ...index.foreign.map(
      ({ urn, what, certain }): Finding => ({
        urn,
        verdict: certain
          ? "This is a backup that no restore drill covers."
          : "This may be a backup that no restore drill covers.",
        reasons: [`it is ${what}, and was not declared with LogicalBackup`],
        remedies: [
          "declare the backup with LogicalBackup and its RestoreDrill, and remove this one",
          ...(certain ? [] : ["or make its command known at preview: put what is unknown into environment variables"]),
        ],
      }),
    ),
  ],
});

function withoutDrill(backup: Declared<BackupDescriptor>, index: StackIndex): Finding[] {
  const { urn, descriptor } = backup;
  if (!descriptor)
    return [
      {
        urn,
        verdict: "Nobody can tell what this backup is of, so no drill covers it.",
        reasons: [backup.problem ?? "it registered no descriptor"],
        remedies: [DESCRIPTOR_REMEDY],
      },
    ];
  const drills = index.drills.flatMap((drill) => drill.descriptor ?? []);
  if (drills.some((drill) => covers(drill, descriptor))) return [];
  const id = targetId(descriptor.target);
  const others = drills.map(
    (drill) => `${targetId(drill.target)} in ${drill.environment} (restore path ${drill.fingerprint.slice(0, 12)})`,
  );
  return [
    {
      urn,
      verdict: `The backup of ${id} has no restore drill.`,
      reasons: [
        others.length > 0
          ? `the stack's drills are for ${others.slice(0, 5).join(", ")}, not for ${id} in ${descriptor.environment} (restore path ${descriptor.fingerprint.slice(0, 12)})`
          : "no RestoreDrill with a known descriptor is in the stack",
      ],
      remedies: [`declare a RestoreDrill for ${id}`],
    },
  ];
}

/**
 * Exact identity: a drill of `app` says nothing about `app_audit`, one of staging nothing about production, and one of
 * another restore path nothing about what this backup makes.
 */
function covers(drill: DrillDescriptor, backup: BackupDescriptor): boolean {
  return (
    targetId(drill.target) === targetId(backup.target) &&
    drill.environment === backup.environment &&
    drill.fingerprint === backup.fingerprint
  );
}
