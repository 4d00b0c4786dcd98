import type { DrillDescriptor, ExternalDrillDescriptor } from "../../model/descriptor";
import { targetId } from "../../model/target";
import type { OwnBackupDescriptor } from "./declared";
import type { Backup, RestoreTest } from "./facts";
import type { StackIndex } from "./index-stack";
import { sameServer } from "./view";

/** What belongs to which backup. */

/** What restores a backup, and counts. */
export interface Coverage {
  drills: DrillDescriptor[];
  tests: RestoreTest[];
}

export function coverageOf(backup: Backup, { ownBackups, drills, restoreTests }: StackIndex): Coverage {
  const descriptors = drills.flatMap(({ descriptor }) => descriptor ?? []);
  const own = ownBackups.find(({ urn }) => urn === backup.urn);
  if (own) {
    const { descriptor } = own;
    return { drills: descriptor ? descriptors.filter((d) => coversOwn(d, descriptor, own.urn)) : [], tests: [] };
  }
  return {
    drills: descriptors.filter((drill) => drill.kind === "external-drill" && coversForeign(drill, backup)),
    // A test restores what one backup made: another backup of the same database is not what it restored.
    tests: restoreTests.filter((test) => test.doesNotCount === undefined && test.covers.includes(backup.urn)),
  };
}

/**
 * What of `backup` nothing restores: nothing, once something covers the backup itself; else each of its databases that
 * no external drill covers, or the backup when it has none.
 */
export function uncovered(backup: Backup, index: StackIndex): string[] {
  const { drills, tests } = coverageOf(backup, index);
  const external = drills.flatMap((drill) => (drill.kind === "external-drill" ? drill.covers : []));
  if (tests.length > 0 || external.includes(backup.urn)) return [];
  const { databaseUrns } = backup;
  return databaseUrns.length === 0 ? [backup.urn] : databaseUrns.filter((urn) => !external.includes(urn));
}

/** What a drill that restores backups of a method proves: a dump that was restored says nothing of the base backups. */
const PROVEN_BY: Record<Backup["method"], ExternalDrillDescriptor["restorePath"]["backup"]["method"][]> = {
  logical: ["logical"],
  physical: ["physical"],
  snapshot: ["snapshot"],
  volume: ["snapshot", "physical"],
  managed: ["snapshot", "physical"],
  unknown: ["logical", "physical", "snapshot"],
};

/** Named itself or by one of its databases, and restored by the method by which it is made. */
function coversForeign({ covers, restorePath }: ExternalDrillDescriptor, backup: Backup): boolean {
  const subjects = [backup.urn, ...backup.databaseUrns];
  return covers.some((urn) => subjects.includes(urn)) && PROVEN_BY[backup.method].includes(restorePath.backup.method);
}

/**
 * Exact identity: a drill of `app` says nothing about `app_audit`, one of staging nothing about production, and one of
 * another restore path nothing about what this backup makes.
 */
export function coversOwn(drill: DrillDescriptor, backup: OwnBackupDescriptor, urn: string): boolean {
  if (drill.environment !== backup.environment) return false;
  if (drill.kind === "external-drill") return drill.covers.includes(urn);
  return targetId(drill.target) === targetId(backup.target) && drill.fingerprint === backup.fingerprint;
}

/** Whether two backups are for sure of the same server, and of nothing that only one of them is of. */
export function sameSubject(a: Backup, b: Backup): boolean {
  const sharesServer =
    a.databaseUrns.some((urn) => b.databaseUrns.includes(urn)) ||
    (a.server !== undefined && b.server !== undefined && sameServer(a.server, b.server));
  const [one, other] = [a.database, b.database];
  const apart =
    one.state === "known" &&
    other.state === "known" &&
    one.value !== other.value &&
    one.value !== "*" &&
    other.value !== "*";
  return sharesServer && !apart;
}
